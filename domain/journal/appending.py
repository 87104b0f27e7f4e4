"""The one way into the journal's tables, on either engine: rows at the next positions, or none at all."""

import json
import select
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from domain.databases import one_at_a_time

Row = Mapping[str, Any]

_NEWEST = "SELECT coalesce(max(position), 0) FROM events"
_EVENT = "INSERT INTO events (position, agreement, version, topic, state) VALUES (?, ?, ?, ?, ?)"
_RECEIPT = """INSERT INTO receipts (principal, command_id, digest, answer)
    VALUES (:principal, :command_id, :digest, :answer)"""
# References are set free before others take them: the constraint looks at one row at a time.
_GIVE_UP = """UPDATE heads SET reference = NULL WHERE agreement = :agreement
    AND reference IS NOT NULL AND (owner, reference) IS NOT (:owner, :reference)"""
_HEAD = """INSERT INTO heads (agreement, version, opened, owner, visibility, readers, reference, twin)
    VALUES (:agreement, :version, :opened, :owner, :visibility, :readers, :reference, :twin)
    ON CONFLICT (agreement) DO UPDATE SET
      version = excluded.version, owner = excluded.owner, visibility = excluded.visibility,
      readers = excluded.readers, reference = excluded.reference, twin = excluded.twin"""
_MOVE = "UPDATE heads SET version = ? WHERE agreement = ?"
# One column at a time: for either of two SQLite would look at all agreements of the owner.
TAKEN = {
    "reference": """SELECT 1 FROM heads
        WHERE owner = :owner AND reference = :reference AND agreement <> :agreement""",
    "twin": "SELECT 1 FROM heads WHERE owner = :owner AND twin = :twin AND agreement <> :agreement",
}
CACHE_KIB = 16_000  # of SQLite, for what a batch changes: what does not fit is written before the commit
# Events as arrays in binary: as text each byte would be written twice, and read with all that is around it.
_CALL = "SELECT append(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[], %s, %s, %s, %s)"


class Taken(Exception):
    """Somebody was there first: with a version, a receipt or a reference. Nothing was stored."""


class EventRow(NamedTuple):
    """One row of the journal, but for its position."""

    agreement: UUID
    version: int
    topic: str
    state: bytes


@dataclass
class Rows:
    """What is stored together. `opened` of a head counts from the first of these events, which is 1.

    `moved` are new versions of agreements whose heads stay as they are otherwise.
    `believed_free` are references and twins that were not looked up: they must not be there yet.
    """

    events: Sequence[EventRow]
    receipts: Sequence[Row] = ()
    heads: Sequence[Row] = ()
    moved: Sequence[tuple[UUID, int]] = ()
    believed_free: Sequence[Row] = ()


def lock(connection: Connection) -> None:
    """Wait until no other transaction appends; held until this one ends."""
    one_at_a_time(connection, "append")


def append(connection: Connection, rows: Rows) -> int:
    """Store rows and give the position before the first. On SQLite the lock must be held.

    It goes past SQLAlchemy, which costs more than the statements themselves.

    Raises:
        Taken: somebody was there first.
    """
    raw: Any = connection.connection.driver_connection
    with _errors(connection):
        return _append_sqlite(raw, rows) if connection.dialect.name == "sqlite" else _append(raw, rows)


@contextmanager
def _errors(connection: Connection) -> Iterator[None]:
    """Errors of the database's own library as those that everybody else here knows."""
    library = connection.dialect.loaded_dbapi
    try:
        yield
    except library.IntegrityError as error:
        raise Taken(str(error)) from error
    except library.Error as error:
        raise sa.exc.DBAPIError.instance("append", None, error, library.Error) from error


def _append_sqlite(raw: Any, rows: Rows) -> int:
    for wanted in rows.believed_free:
        known = {**wanted, "agreement": wanted["agreement"].hex}
        if any(column in wanted and raw.execute(TAKEN[column], known).fetchone() for column in TAKEN):
            raise Taken
    newest: int = raw.execute(_NEWEST).fetchone()[0]
    numbered = enumerate(rows.events, newest + 1)
    stored = [(at, agreement.hex, *rest) for at, (agreement, *rest) in numbered]
    raw.executemany(_EVENT, stored)
    if rows.receipts:
        raw.executemany(_RECEIPT, rows.receipts)
    if rows.heads:
        heads = [{**h, "agreement": h["agreement"].hex, "opened": newest + h["opened"]} for h in rows.heads]
        raw.executemany(_GIVE_UP, heads)
        raw.executemany(_HEAD, heads)
    if rows.moved:
        raw.executemany(_MOVE, [(version, agreement.hex) for agreement, version in rows.moved])
    return newest


def _append(raw: Any, rows: Rows) -> int:
    columns = map(list, zip(*rows.events, strict=True)) if rows.events else ([], [], [], [])
    moved = [{"agreement": agreement, "version": version} for agreement, version in rows.moved]
    others = (_json(part) for part in (rows.receipts, rows.heads, moved, rows.believed_free))
    newest: int | None = raw.execute(_CALL, (*columns, *others)).fetchone()[0]
    if newest is None:
        raise Taken
    return newest


def _json(rows: Sequence[Row]) -> str:
    # Bytes in the form in which PostgreSQL reads them from text.
    return (
        "[]"
        if not rows
        else json.dumps(
            rows, default=lambda value: "\\x" + value.hex() if isinstance(value, bytes) else str(value)
        )
    )


class Line:
    """A connection for appends alone, kept open: one append, one transaction, one call on PostgreSQL.

    `opened` is called whenever it had to be opened: behind it may be a server that knows less than the
    one before, so that what was remembered of that one does not count.
    """

    def __init__(self, engine: Engine, opened: Callable[[], None]) -> None:
        self._engine = engine
        self._opened = opened
        self._kept: Connection | None = None

    def append(self, rows: Rows) -> int:
        """Store rows, in a transaction of their own; see `append`.

        Raises:
            Taken: somebody was there first, or the connection had to be opened.
        """
        try:
            connection = self._open()
            with _errors(connection), _transaction(connection):
                return append(connection, rows)
        except Taken:
            raise
        except BaseException:
            self.close()  # nobody knows in what state it is
            raise

    def close(self) -> None:
        """Let go; the next append opens it again."""
        if self._kept is not None:
            self._kept.invalidate()
            self._kept.close()
            self._kept = None

    def _open(self) -> Connection:
        if self._kept is not None and _was_left(self._kept):
            self.close()
        if self._kept is None:
            self._kept = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if self._kept.dialect.name == "sqlite":
                raw: Any = self._kept.connection.driver_connection  # past what would begin a transaction
                raw.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
            self._opened()
            raise Taken
        return self._kept


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    if connection.dialect.name != "sqlite":
        yield  # the one call is a transaction of its own
        return
    raw: Any = connection.connection.driver_connection
    raw.execute("BEGIN IMMEDIATE")
    try:
        yield
        raw.execute("COMMIT")
    except BaseException:
        raw.rollback()
        raise


def _was_left(connection: Connection) -> bool:
    """Whether a server has ended the connection. It says so before it goes, so there is no need to ask it."""
    if connection.dialect.name == "sqlite":
        return False
    raw: Any = connection.connection.driver_connection
    return bool(raw.closed or select.select([raw], [], [], 0)[0])
