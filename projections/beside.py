"""Tables beside the live ones: filled in quiet under names that end in `__new`, then put in their place."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

ENDING = "__new"
ROOM_KIB = 64 * 1024


def beside(engine: Engine) -> Engine:
    """The engine for connections that have the tables beside the live ones at hand."""
    return engine.execution_options(beside=True)


def at_hand(connection: Connection, table: sa.Table) -> sa.Table:
    """The table itself, or the one beside it, whichever the connection is for."""
    return twin(table) if connection.get_execution_options().get("beside", False) else table


@cache
def twin(table: sa.Table) -> sa.Table:
    """The table beside a live one."""
    return table.to_metadata(sa.MetaData(), name=f"{table.name}{ENDING}")


def make_twins(connection: Connection, tables: Iterable[sa.Table]) -> None:
    """Make empty tables beside live ones, without indexes, whatever an earlier attempt left there."""
    for table in tables:
        new = _without_indexes(table)
        new.drop(connection, checkfirst=True)
        new.create(connection)


def are_there(connection: Connection, tables: Iterable[sa.Table]) -> bool:
    """Whether beside each of some live tables there is one with the columns of today."""
    names = set(sa.inspect(connection).get_table_names())
    new = [twin(table) for table in tables]
    return all(one.name in names and _columns_of(connection, one.name) == set(one.c.keys()) for one in new)


def index_twins(connection: Connection, table: sa.Table) -> None:
    """Make the indexes of the table beside a live one, if it has none yet; faster when its rows are there."""
    new = table.to_metadata(sa.MetaData(), name=f"{table.name}{ENDING}")
    if sa.inspect(connection).get_indexes(new.name):
        return
    with _room_to_sort(connection):
        for index in new.indexes:
            # An index keeps its name when its table gets another, and no two may have the same.
            index.name = sa.sql.quoted_name(f"{table.name}_{uuid4().hex[:12]}", quote=None)
            index.create(connection)


@contextmanager
def _room_to_sort(connection: Connection) -> Iterator[None]:
    """On SQLite more pages in memory for a while: what is indexed is read once for each index."""
    if connection.dialect.name != "sqlite":
        yield
        return
    usual = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{ROOM_KIB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {int(usual)}")


def _without_indexes(table: sa.Table) -> sa.Table:
    new = table.to_metadata(sa.MetaData(), name=f"{table.name}{ENDING}")
    for index in list(new.indexes):
        new.indexes.remove(index)
    return new


def drop_twins(connection: Connection, kept: Iterable[sa.Table]) -> None:
    """Take away every table that lies beside a live one, except beside some that are kept."""
    stay = {twin(table).name for table in kept}
    for name in sa.inspect(connection).get_table_names():
        if name.endswith(ENDING) and name not in stay:
            sa.Table(name, sa.MetaData()).drop(connection)


def put_in_place(connection: Connection, tables: Iterable[sa.Table]) -> None:
    """Let the tables beside the live ones be the live ones. Whoever read the old ones has finished."""
    name = connection.dialect.identifier_preparer.quote
    for table in tables:
        table.drop(connection, checkfirst=True)
        connection.exec_driver_sql(f"ALTER TABLE {name(twin(table).name)} RENAME TO {name(table.name)}")


def differences(connection: Connection, table: sa.Table) -> str | None:
    """How the rows beside a live table differ from its own; None if they are the same, each as often."""
    old, new = (_columns_of(connection, one.name) for one in (table, twin(table)))
    if old != new:
        return f"{table.name} has other columns"
    gone, added = (_missing(connection, *pair) for pair in ((table, twin(table)), (twin(table), table)))
    return f"{table.name}: {gone} rows only in the old, {added} only in the new" if gone or added else None


def _columns_of(connection: Connection, name: str) -> set[str]:
    return {column["name"] for column in sa.inspect(connection).get_columns(name)}


def _missing(connection: Connection, here: sa.Table, there: sa.Table) -> int:
    only_here = sa.except_(_counted(here), _counted(there)).subquery()
    return connection.scalar(sa.select(sa.func.count()).select_from(only_here)) or 0


def _counted(table: sa.Table) -> sa.Select[tuple[object, ...]]:
    # PostgreSQL cannot tell whether two values of type json are the same.
    columns = [sa.cast(c, sa.Text) if isinstance(c.type, sa.JSON) else c for c in table.c]
    labelled = [column.label(f"c{number}") for number, column in enumerate(columns)]
    return sa.select(*labelled, sa.func.count().label("times")).group_by(*columns)
