"""Who leads: of all processes that could do a thing one does it, until it stops or dies.

No process has to say that it is gone: the operating system or the database lets go of what a dead one held.
"""

import fcntl
import logging
from io import TextIOWrapper
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from domain.databases import Databases

log = logging.getLogger("pakta.follower")


class Lead(Protocol):
    """Something of which one process at a time has the lead."""

    def take(self) -> bool:
        """Take or keep the lead without waiting. Returns whether we have it now."""
        ...

    def release(self) -> None:
        """Let others have the lead."""
        ...


def lead_of(what: str, databases: Databases, engine: Engine) -> Lead:
    """The lead of something on these databases."""
    if databases.folder is not None:
        return LockedFile(databases.folder / f"{what}.lock")
    return AdvisoryLock(engine, f"pakta {what}")


class LockedFile:
    """The lead beside embedded data: a file that the operating system locks for one process."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._file: TextIOWrapper | None = None

    def take(self) -> bool:
        """See `Lead`."""
        if self._file is None:
            file = self.place.open("a")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            self._file = file
        return True

    def release(self) -> None:
        """See `Lead`."""
        if self._file is not None:
            self._file.close()
            self._file = None


class AdvisoryLock:
    """The lead on PostgreSQL: a lock that lives as long as a connection that does nothing else."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self.key = sa.func.hashtext(name)
        self._connection: Connection | None = None

    def take(self) -> bool:
        """See `Lead`."""
        if self._connection is not None:
            return self._is_alive(self._connection)
        connection = self.engine.connect()
        # A machine that fell silent must be noticed in seconds, not in the hours that are usual.
        for name, value in (("idle", 2), ("interval", 1), ("count", 2)):
            connection.exec_driver_sql(f"SET tcp_keepalives_{name} = {value}")
        if not connection.scalar(sa.select(sa.func.pg_try_advisory_lock(self.key))):
            connection.close()
            return False
        self._connection = connection
        return True

    def release(self) -> None:
        """See `Lead`."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            # Closed for good, not given back to the pool: no lock outlives its connection.
            connection.invalidate()
            connection.close()

    def _is_alive(self, connection: Connection) -> bool:
        try:
            connection.scalar(sa.select(1))
        except sa.exc.DBAPIError:
            log.warning("the connection that held the lead is lost")
            self.release()
            return False
        return True
