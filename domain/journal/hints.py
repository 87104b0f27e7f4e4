"""Hints between processes that something was appended, so that whoever waits for it looks at once.

They may come late, twice or never: whoever waits looks again after a while of its own accord, and nothing is
believed but what the journal then says. They are sent after the commit and not in it, where PostgreSQL would
let every transaction of the whole server that sends one wait for the others.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from domain.journal.journal import Journal

CHANNEL = "pakta_appended"
REST_SECONDS = 0.02  # between two hints, however much is appended
LOOK_SECONDS = 0.03  # between two looks at the file of SQLite
LISTEN_SECONDS = 0.1  # after which it looks whether it is told to stop
RETRY_SECONDS = 1.0

log = logging.getLogger("pakta.journal")


class Hints:
    """Wakes whoever waits on `Journal.appended` when another process appended, and hints to the others."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self._me = uuid4().hex
        self._stop = threading.Event()
        is_postgresql = journal.engine.dialect.name == "postgresql"
        tasks: tuple[Callable[[], None], ...] = (self._listen, self._tell) if is_postgresql else (self._look,)
        self._threads = [
            threading.Thread(target=self._keep_on, args=(task,), name="hints", daemon=True) for task in tasks
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Neither hear nor give any more."""
        self._stop.set()
        self._wake()
        for thread in self._threads:
            thread.join()

    def _keep_on(self, task: Callable[[], None]) -> None:
        while not self._stop.is_set():
            try:
                task()
            except sa.exc.SQLAlchemyError as error:
                log.info("no hints from other processes for the moment: %s", error)
                self._stop.wait(RETRY_SECONDS)

    def _wake(self) -> None:
        with self.journal.appended:
            self.journal.appended.notify_all()

    def _listen(self) -> None:
        engine = self.journal.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"LISTEN {CHANNEL}")
            raw: Any = connection.connection.driver_connection
            self._wake()  # for what was appended while nobody listened
            try:
                while not self._stop.is_set():
                    self._hear(raw, connection.dialect.loaded_dbapi)
            finally:
                connection.invalidate()  # nobody else shall get a connection that listens

    def _hear(self, raw: Any, library: Any) -> None:
        try:
            heard = [notice.payload for notice in raw.notifies(timeout=LISTEN_SECONDS, stop_after=1)]
        except library.Error as error:
            raise sa.exc.DBAPIError.instance("listen", None, error, library.Error) from error
        if any(whose != self._me for whose in heard):
            self._wake()

    def _tell(self) -> None:
        told = self.journal.newest
        engine = self.journal.engine.execution_options(isolation_level="AUTOCOMMIT")
        while not self._stop.is_set():
            with self.journal.appended:
                if self.journal.newest == told and not self._stop.is_set():
                    self.journal.appended.wait(RETRY_SECONDS)
            if self.journal.newest != told:
                told = self.journal.newest
                with engine.connect() as connection:
                    connection.execute(sa.select(sa.func.pg_notify(CHANNEL, self._me)))
                self._stop.wait(REST_SECONDS)

    def _look(self) -> None:
        with self.journal.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            connection.rollback()  # else it would go on seeing what was there when it began
            seen = None
            while not self._stop.wait(LOOK_SECONDS):
                before, seen = seen, raw.execute("PRAGMA data_version").fetchone()
                if before != seen:
                    self._wake()
