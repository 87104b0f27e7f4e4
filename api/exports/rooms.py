"""The rows of people and documents, on the way out and in.

Their tables are read off their rooms, so that one that is added there travels too.
"""

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from api import documents, identity
from api.settings import Settings
from domain.databases import writing
from domain.journal.copying import Damaged, NotEmpty, pages
from domain.journal.reader import Reader

TABLES = {"documents": documents.metadata, "people": identity.metadata}
ROWS_AT_ONCE = 8  # a document may be large
Row = tuple[sa.Table, dict[str, Any]]


@contextmanager
def engines(settings: Settings) -> Iterator[dict[str, Engine]]:
    """The databases of the journal, the documents and the people, in the order in which to copy them.

    An entry is recorded after the document that it cites was kept and the token of its actor was given
    out, and neither is ever deleted. So what is copied after the journal has all that the journal needs.
    People come last: a token that is revoked meanwhile is revoked in the copy.
    """
    databases = settings.databases()
    with ExitStack() as stack:
        journal = Reader(databases, settings.zone).engine
        stack.callback(journal.dispose)
        kept = documents.Documents(databases)
        stack.callback(kept.close)
        people = identity.Directory(databases)
        stack.callback(people.close)
        yield {"journal": journal, "documents": kept.engine, "people": people.engine}


def stored(connection: Connection, room: str) -> Iterator[Row]:
    """Every row of a room."""
    options = {"yield_per": ROWS_AT_ONCE, **_place(connection, room)}
    for table in TABLES[room].sorted_tables:
        query = sa.select(table).order_by(*table.primary_key)
        with connection.execute(query, execution_options=options) as rows:
            for row in rows.mappings():
                yield table, dict(row)


def fill(connection: Connection, room: str, rows: Iterable[Row]) -> None:
    """Store rows in a room that has none.

    Raises:
        NotEmpty: it has.
    """
    place = _place(connection, room)
    for table in TABLES[room].sorted_tables:
        if connection.execute(sa.select(table).limit(1), execution_options=place).first():
            raise NotEmpty
    for page in pages(rows, ROWS_AT_ONCE):
        for table, row in page:
            connection.execute(sa.insert(table), row, execution_options=place)


@contextmanager
def entered(connection: Connection, engine: Engine) -> Iterator[Connection]:
    """A transaction that writes to a room: the journal's own where all rooms lie in one database."""
    if connection.dialect.name == "postgresql":
        yield connection
        return
    with writing(engine).begin() as own:
        yield own


def write(out: BinaryIO, rows: Iterable[Row]) -> None:
    """Write rows as JSON Lines, bytes as base64."""
    for table, row in rows:
        told = {
            name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for name, value in row.items()
        }
        line = json.dumps({"table": table.name, "row": told}, ensure_ascii=False, separators=(",", ":"))
        out.write(line.encode() + b"\n")


def read(lines: Iterable[bytes], room: str) -> Iterator[Row]:
    """Read such lines.

    Raises:
        Damaged: a line is no row of the room.
    """
    for line in lines:
        try:
            told = json.loads(line)
            table = TABLES[room].tables[told["table"]]
            yield table, {name: _value(table.c[name], value) for name, value in told["row"].items()}
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise Damaged(f"a line of {room} cannot be read: {error!r}") from error


def _value(column: sa.Column[Any], value: Any) -> Any:
    if value is not None and isinstance(column.type, sa.LargeBinary):
        return base64.b64decode(value, validate=True)
    return value


def _place(connection: Connection, room: str) -> dict[str, Any]:
    """Where a room's tables lie, seen from another room: on PostgreSQL in a schema of its own."""
    if connection.dialect.name == "postgresql":
        return {"schema_translate_map": {None: room}}
    return {}
