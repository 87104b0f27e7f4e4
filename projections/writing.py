"""Writes rows by the thousand: values in the order of the columns, as the driver takes them."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Connection, Dialect

from projections.beside import at_hand

QUIET = {"quiet": True}  # the `info` of a column that nothing is found by: to change it costs no index
Row = dict[str, Any]
Values = tuple[Any, ...]
DIALECTS: Mapping[str, Callable[[], Dialect]] = {
    "postgresql": PGDialect_psycopg,
    "sqlite": SQLiteDialect_pysqlite,
}
Binding = tuple[int, Callable[[Any], Any]]


def take_out(connection: Connection, table: sa.Table, agreements: Iterable[UUID]) -> None:
    """Take out all rows of some agreements; of the table beside if the connection is for those."""
    if changed := [{"changed": agreement} for agreement in agreements]:
        connection.execute(_gone(at_hand(connection, table)), changed)


@cache
def _gone(table: sa.Table) -> sa.Delete:
    return sa.delete(table).where(table.c.agreement == sa.bindparam("changed"))


def in_columns(connection: Connection, table: sa.Table, rows: Iterable[Row]) -> list[Values]:
    """Rows as the driver takes them; each has a value for every column."""
    return bound(table, connection.dialect.name, rows)


def bound(table: sa.Table, dialect: str, rows: Iterable[Row]) -> list[Values]:
    """`in_columns`, for a dialect by its name."""
    values, bindings = _binding(table, dialect)
    return [_converted(values(row), bindings) for row in rows] if bindings else list(map(values, rows))


def put_in(connection: Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    """Add rows, to the table beside if the connection is for those."""
    if not rows:
        return
    name = connection.dialect.identifier_preparer.quote
    columns = ", ".join(name(column.name) for column in table.c)
    place = f"{name(at_hand(connection, table).name)} ({columns})"
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(f"COPY {place} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(table.c))
        insert = f"INSERT INTO {place} VALUES ({marks})"  # noqa: S608  # our own names, quoted
        connection.exec_driver_sql(insert, [*rows])


@cache
def halves(table: sa.Table) -> tuple[Callable[[Values], Values], Callable[[Values], Values]]:
    """What takes the values of quiet columns from a row, and those of the others."""
    quiet = [n for n, column in enumerate(table.c) if column.info == QUIET]
    return _taker(quiet), _taker([n for n in range(len(table.c)) if n not in quiet])


def put_over(connection: Connection, table: sa.Table, rows: Sequence[Values]) -> None:
    """Give rows, each known by its agreement and first day, other values in their quiet columns."""
    if not rows:
        return
    of = [table.c.agreement, table.c.since, *(column for column in table.c if column.info == QUIET)]
    names = list(table.c.keys())
    told = list(map(itemgetter(*(names.index(column.name) for column in of)), rows))
    name = at_hand(connection, table).name
    if connection.dialect.name == "postgresql":
        arrays = ", ".join(f"%b::{column.type.compile(connection.dialect)}[]" for column in of)
        new = f"unnest({arrays}) AS new ({', '.join(column.name for column in of)})"
        values = ", ".join(f"{column.name} = new.{column.name}" for column in of[2:])
        known = " AND ".join(f"{name}.{column.name} = new.{column.name}" for column in of[:2])
        update = f"UPDATE {name} SET {values} FROM {new} WHERE {known}"  # noqa: S608  # our own names
        connection.exec_driver_sql(update, tuple(map(list, zip(*told, strict=True))))
    else:
        values = ", ".join(f"{column.name} = ?" for column in of[2:])
        update = f"UPDATE {name} SET {values} WHERE agreement = ? AND since = ?"  # noqa: S608  # likewise
        connection.exec_driver_sql(update, [(*row[2:], *row[:2]) for row in told])


def _taker(places: Sequence[int]) -> Callable[[Values], Values]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: tuple(row[n] for n in places)


def _converted(values: Values, bindings: Sequence[Binding]) -> Values:
    for place, bind in bindings:  # mostly the agreement alone, in the first place
        bound = bind(values[place])
        values = (*values[:place], bound, *values[place + 1 :]) if place else (bound, *values[1:])
    return values


@cache
def _binding(table: sa.Table, dialect: str) -> tuple[Callable[[Row], Values], tuple[Binding, ...]]:
    return itemgetter(*table.c.keys()), _bindings(table, dialect)


def _bindings(table: sa.Table, dialect: str) -> tuple[Binding, ...]:
    """What the driver does not take as it is, by the place of the column. It takes what is true or false."""
    used = DIALECTS[dialect]()
    columns = [
        (n, column.type) for n, column in enumerate(table.c) if not isinstance(column.type, sa.Boolean)
    ]
    made = [(n, _bind(kind, used)) for n, kind in columns]
    return tuple((n, _once(bind)) for n, bind in made if bind is not None)


def _bind(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    if isinstance(kind, sa.JSON):
        return json.dumps  # both take text; a driver's own object would be another each time
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _once(bind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The rows of an agreement follow each other, and what they share is bound once."""
    last = bind(None), None

    def bound_once(value: Any) -> Any:
        nonlocal last
        known = last  # which another thread may replace meanwhile
        if value is not known[1]:
            known = last = bind(value), value
        return known[0]

    return bound_once
