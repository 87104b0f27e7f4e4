"""Where the data lies: one SQLite file per room in a folder, or one PostgreSQL schema per room."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, ExceptionContext

from domain.addresses import address_of, arguments

DURABLE_ROOMS = frozenset({"journal", "people", "documents"})
BUSY_TIMEOUT_MS = 10_000
# Pages in SQLite's log before they are moved to their places, while somebody waits for a commit. By default
# it is a thousand, which a batch or two fill. What is in the log is as durable as what is in its place.
PAGES_IN_LOG = 4_000
# Files of SQLite may be opened often. Of PostgreSQL's connections a process has 20 at most, of which the
# journal's writer keeps one, the follower one or two, and the hints two.
POOL_SIZE = 10
MAX_OVERFLOW = 20
CONNECTIONS = {"journal": 7, "views": 4, "people": 2, "documents": 2}
READING_CONNECTIONS = 5
POOL_SECONDS = 5.0  # that somebody waits for a connection
RECYCLE_SECONDS = 1800  # so that in the end all go where the address now leads
COPIED_PAGES = 4096
READ_ONLY = "25006"  # SQLSTATE read_only_sql_transaction


class NotPrepared(ValueError):
    """Something is missing in the database that this role may not make."""

    def __init__(self) -> None:
        super().__init__(
            "the database is not prepared for this version of Pakta, and this role may not change that; "
            "run `pakta database prepare` with the address of the owner"
        )


class Databases:
    """Opens the engine of each room. There is no fallback: without a place nothing starts."""

    def __init__(
        self, *, folder: Path | None = None, url: str | None = None, reader_url: str | None = None
    ) -> None:
        """Take a folder for embedded data, or a PostgreSQL address; exactly one of them.

        `reader_url` is the address of a replica, which answers what need not be of this moment.

        Raises:
            ValueError: neither or both are given, or an address is not one of PostgreSQL.
        """
        if (folder is None) == (url is None):
            raise ValueError(
                "say where the data lies: a folder for embedded data, or the address of PostgreSQL"
            )
        if reader_url is not None and url is None:
            raise ValueError("only PostgreSQL has a replica to read from")
        self.folder = folder
        self.url = url
        self._address = address_of(url) if url is not None else None
        self._reader_address = address_of(reader_url) if reader_url is not None else self._address
        self.opened: list[Engine] = []  # and not closed since
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def engine(self, room: str) -> Engine:
        """The engine of a room, its file or schema made if need be."""
        if self._address is None:
            return self._sqlite(room)
        engine = self._postgresql(self._address, room)
        try:
            with engine.begin() as connection:
                if connection.scalar(sa.select(sa.func.to_regnamespace(room))) is None:
                    _make_schema(connection, room)
        except BaseException:
            engine.dispose()
            raise
        return engine

    def reader(self, room: str) -> Engine:
        """The engine for questions to a room that is there: on PostgreSQL of the replica, if there is one."""
        if self._reader_address is None:
            return self._sqlite(room)
        return self._postgresql(self._reader_address, room, reading=True)

    def __getstate__(self) -> dict[str, Any]:
        """For another process: the places alone, since nothing that is open can be handed over."""
        return self.__dict__ | {"opened": []}

    def close(self) -> None:
        """Let go of every engine that was opened here."""
        while self.opened:
            self.opened.pop().dispose()

    def _sqlite(self, room: str) -> Engine:
        assert self.folder is not None
        engine = sa.create_engine(
            f"sqlite:///{self.folder / room}.db",
            pool_size=POOL_SIZE,
            max_overflow=MAX_OVERFLOW,
            pool_timeout=POOL_SECONDS,
        )
        self.opened.append(engine)
        configure_sqlite(engine, durable=room in DURABLE_ROOMS)
        return engine

    def _postgresql(self, address: sa.URL, room: str, *, reading: bool = False) -> Engine:
        engine = sa.create_engine(
            address,
            connect_args=arguments(address, room, reading=reading, durable=room in DURABLE_ROOMS),
            pool_size=READING_CONNECTIONS if reading else CONNECTIONS.get(room, 2),
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            pool_recycle=RECYCLE_SECONDS,
            pool_pre_ping=True,
        )
        self.opened.append(engine)
        if not reading:
            sa.event.listen(engine, "handle_error", _leave_who_only_reads)
        return engine


def _leave_who_only_reads(context: ExceptionContext) -> None:
    """A server that became a standby under us is left like one that is gone, with all connections to it."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def _make_schema(connection: Connection, room: str) -> None:
    may = sa.func.has_database_privilege(sa.func.current_database(), "CREATE")
    if not connection.scalar(sa.select(may)):
        raise NotPrepared
    one_at_a_time(connection, "schema")
    connection.execute(sa.schema.CreateSchema(room, if_not_exists=True))


class Scratch:
    """A database of its own for answers that are thrown away. It may be larger than memory."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="pakta-")
        self._databases = Databases(folder=Path(self._folder.name))
        self.engine = self._databases.engine("scratch")

    def close(self) -> None:
        """Let go of it; whoever still reads may finish."""
        self._databases.close()
        self._folder.cleanup()


def configure_sqlite(engine: Engine, *, durable: bool) -> None:
    """Make SQLite wait for locks, survive power loss where it must, and begin when it is told to."""

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute(f"PRAGMA wal_autocheckpoint={PAGES_IN_LOG}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def copy_sqlite(engine: Engine, to: Path) -> None:
    """Copy a SQLite database as it is at one moment into a file, whoever writes meanwhile."""
    with engine.connect() as connection, closing(sqlite3.connect(to)) as copy:
        # Whoever has begun to read stays in that moment; otherwise every write would start the copy afresh.
        connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema")
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(copy, pages=COPIED_PAGES)
        # One file without companions, which can be read where nothing may be written.
        copy.execute("PRAGMA journal_mode=DELETE")


def still(file: Path) -> Engine:
    """A SQLite database that nobody writes to, to be read only."""
    place = f"file:{quote(str(file.resolve()))}?mode=ro&immutable=1"
    return sa.create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(place, uri=True), poolclass=sa.NullPool
    )


def writing(engine: Engine) -> Engine:
    """The engine for transactions that write: on SQLite they take the lock when they begin."""
    return engine.execution_options(writes=True)


def among(connection: Connection, column: sa.Column[UUID], ids: Iterable[UUID]) -> sa.ColumnElement[bool]:
    """Whether a column has one of some ids. PostgreSQL reads one array faster than a value for each."""
    if connection.dialect.name == "postgresql":
        return column == sa.any_(sa.literal(list(ids), sa.ARRAY(sa.Uuid)))
    return column.in_(list(ids))


def one_at_a_time(connection: Connection, what: str) -> None:
    """Wait for every other transaction that does the same thing; SQLite's own lock does it already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"pakta {what}"))))
