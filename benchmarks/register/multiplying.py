"""A store some times as large as another, its views included, without folding anything again.

Every agreement comes again under other ids, with another title and reference; parties, fields and days stay
as they are. Copies of an entry follow each other in the journal, so that its times never go back. What the
figures count is there so many times. A rebuild makes the same rows of it; a test sees to that.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from benchmarks.register.copies import DIGITS, POSTGRESQL, SQLITE, copying
from benchmarks.register.filling import ZONE
from benchmarks.register.unindexed import unindexed
from domain.databases import Databases, writing
from domain.journal import Journal, schema
from domain.journal.copying import NotEmpty
from domain.journal.schema import events, heads
from projections.checkpoints import checkpoints
from projections.follower import Follower
from projections.searching import spelled
from projections.writing import Values, put_in

AT_ONCE = 20_000
HURRY = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000")  # what is lost can be made again
TEMPORARY = ["TEMPORARY"]
names = sa.Table(
    "names",
    sa.MetaData(),
    sa.Column("agreement", sa.Uuid, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("reference", sa.Text),
    # Where the words of the title end in what is searched, and those of the reference.
    sa.Column("title_ends", sa.Integer, nullable=False),
    sa.Column("reference_ends", sa.Integer, nullable=False),
    sa.Column("is_listed", sa.Boolean, nullable=False),
    prefixes=TEMPORARY,
)
numbers = sa.Table("copies", sa.MetaData(), sa.Column("k", sa.Integer), prefixes=TEMPORARY)


def multiply(
    source: Path, databases: Databases, times: int, tell: Callable[[str], None] = lambda _: None
) -> int:
    """Copy a folder so many times into an empty store, telling each table that is full.

    Returns how many entries there are then.

    Raises:
        NotEmpty: something is recorded there.
        ValueError: it cannot be copied like that.
    """
    if not 1 <= times <= len(DIGITS):
        raise ValueError(f"it can be made up to {len(DIGITS)} times as large")
    with closing(_read(source, "journal")) as journal, closing(_read(source, "views")) as views:
        head: int = journal.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0]
        if {row[0] for row in views.execute("SELECT position FROM checkpoints")} != {head}:
            raise ValueError(f"the views in {source} are not at the head of the journal")
        tables = _prepared(databases)
        named = list(_named(journal, views))
        for room, its, source_room in (("journal", [events, heads], journal), ("views", tables, views)):
            engine = _hurrying(databases, room, source)
            with unindexed(engine), writing(engine).begin() as connection:
                _tell_names(connection, named, times)
                for table in its:
                    _fill(connection, table, source_room, times)
                    tell(table.name)
            engine.dispose()
    _finish(databases, head * times)
    return head * times


def _read(source: Path, room: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{source / room}.db?mode=ro", uri=True)


def _prepared(databases: Databases) -> list[sa.Table]:
    """Have every table there, empty; gives those of the views."""
    journal = Journal(databases, ZoneInfo(ZONE), "0.1.0")
    try:
        if journal.head():
            raise NotEmpty
        follower = Follower(journal, databases)
        follower.stop()
        return [table for projection in follower.projections for table in projection.tables]
    finally:
        journal.close()


def _hurrying(databases: Databases, room: str, source: Path) -> Engine:
    engine = databases.engine(room)
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def hurry(connection: sqlite3.Connection, _record: object) -> None:
            for setting in HURRY:
                connection.execute(f"PRAGMA {setting}")
            connection.execute("ATTACH DATABASE ? AS source", (str(source / f"{room}.db"),))

    return engine


def _named(journal: sqlite3.Connection, views: sqlite3.Connection) -> Iterator[Values]:
    listed = {row[0] for row in views.execute("SELECT DISTINCT agreement FROM register")}
    text = "CAST(state AS TEXT)"
    told = f"json_extract({text}, '$.fact.title'), json_extract({text}, '$.fact.reference')"
    proposed = f"SELECT agreement, {told} FROM events WHERE version = 1"  # noqa: S608  # our own words
    for agreement, title, reference in journal.execute(proposed):
        ends = len(spelled(title)), len(spelled(f"{title} {reference or ''}"))
        yield agreement, title, reference, *ends, agreement in listed


def _tell_names(connection: Connection, named: Sequence[Values], times: int) -> None:
    for table, rows in ((names, named), (numbers, [(number,) for number in range(times)])):
        table.create(connection)
        put_in(connection, table, rows)


def _fill(connection: Connection, table: sa.Table, source: sqlite3.Connection, times: int) -> None:
    engine = SQLITE
    if connection.dialect.name == "postgresql":
        engine = POSTGRESQL
        _bring_over(connection, table, source)
    for statement in copying(table, engine, times):
        connection.exec_driver_sql(statement)


def _bring_over(connection: Connection, table: sa.Table, source: sqlite3.Connection) -> None:
    """A table of the source beside the one to be filled, for as long as somebody is connected."""
    name = POSTGRESQL.source.format(table.name)
    columns = [sa.Column(column.name, column.type) for column in table.c]
    there = sa.Table(name, sa.MetaData(), *columns, prefixes=TEMPORARY)
    there.create(connection)
    told = ", ".join(f'"{column.name}"' for column in columns)
    rows = source.execute(f'SELECT {told} FROM "{table.name}" ORDER BY rowid')  # noqa: S608  # our own names
    while some := rows.fetchmany(AT_ONCE):
        put_in(connection, there, some)
    if "agreement" in there.c:
        connection.exec_driver_sql(f"CREATE INDEX ON {name} (agreement)")
    connection.exec_driver_sql(f"ANALYZE {name}")


def _finish(databases: Databases, head: int) -> None:
    """Guard the journal again, and say how far the views are."""
    journal, views = databases.engine("journal"), databases.engine("views")
    schema.create(journal)
    with writing(views).begin() as connection:
        connection.execute(sa.update(checkpoints).values(position=head))
    for engine in (journal, views):
        if engine.dialect.name == "postgresql":
            with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.exec_driver_sql("VACUUM (ANALYZE)")  # what the server does by itself in time
        engine.dispose()
