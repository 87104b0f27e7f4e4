"""A store some times as large as another, its views included, without folding anything again.

Every agreement comes again under other ids, with another title and reference; parties, fields and days stay
as they are. Copies of an entry follow each other in the journal, so that its times never go back. What the
figures count is there so many times. A rebuild makes the same rows of it; a test sees to that.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import groupby, islice
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from benchmarks.register.copies import CHANGES, DIGITS, Copy, Named, Renaming, Row
from benchmarks.register.filling import ZONE
from benchmarks.register.unindexed import unindexed
from domain.databases import Databases, writing
from domain.journal import Journal, schema
from domain.journal.copying import NotEmpty, Tell
from domain.journal.schema import events, heads
from projections.checkpoints import checkpoints
from projections.follower import Follower
from projections.register import register
from projections.searching import words
from projections.writing import put_in

AT_ONCE = 20_000
HURRY = ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000")  # what is lost can be made again


class Store(NamedTuple):
    """What is copied: the two rooms of a folder, and how its agreements are named."""

    journal: sqlite3.Connection
    views: sqlite3.Connection
    named: Mapping[str, Named]

    def rows(self, table: sa.Table) -> Iterator[Row]:
        """All rows of a table as they lie, the columns in their order."""
        room = self.journal if table in (events, heads) else self.views
        names = ", ".join(f'"{column.name}"' for column in table.c)
        question = f'SELECT {names} FROM "{table.name}" ORDER BY rowid'  # noqa: S608  # our own names
        yield from map(list, room.execute(question))


def multiply(source: Path, databases: Databases, times: int, tell: Tell = lambda _: None) -> int:
    """Copy a folder so many times into an empty store, and give how many entries there are then.

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
        store = Store(journal, views, dict(_named(journal)))
        copies = [Copy(number, times) for number in range(times)]
        for room, its in (("journal", [events, heads]), ("views", tables)):
            engine = _hurrying(databases, room)
            _fill(engine, store, its, copies, tell)
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


def _hurrying(databases: Databases, room: str) -> Engine:
    engine = databases.engine(room)
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def hurry(connection: sqlite3.Connection, _record: object) -> None:
            for setting in HURRY:
                connection.execute(f"PRAGMA {setting}")

    return engine


def _named(journal: sqlite3.Connection) -> Iterator[tuple[str, Named]]:
    text = "CAST(state AS TEXT)"
    told = f"json_extract({text}, '$.fact.title'), json_extract({text}, '$.fact.reference')"
    proposed = f"SELECT agreement, {told} FROM events WHERE version = 1"  # noqa: S608  # our own words
    for agreement, title, reference in journal.execute(proposed):
        yield agreement, Named(title, reference)


def _fill(engine: Engine, store: Store, tables: Iterable[sa.Table], copies: list[Copy], tell: Tell) -> None:
    written = 0
    with unindexed(engine):
        for table in tables:
            rows = _copied(store, table, copies)
            while some := [tuple(row) for row in islice(rows, AT_ONCE)]:
                with writing(engine).begin() as connection:
                    put_in(connection, table, some)
                written += len(some)
                tell(written)


def _copied(store: Store, table: sa.Table, copies: list[Copy]) -> Iterator[Row]:
    """The rows of a table so many times, those of an agreement together."""
    if "agreement" not in table.c:
        yield from ([*row[:-1], row[-1] * len(copies)] for row in store.rows(table))
        return
    told = register if table is words else table
    place = told.c.keys().index("agreement")
    for agreement, its in groupby(store.rows(told), key=lambda row: row[place]):
        rows, old = list(its), store.named[agreement]
        for copy in copies:
            renaming = Renaming(agreement, copy.agreement(agreement), old, old.again(copy.number))
            yield from renaming.found(rows) if table is words else _again(table, rows, copy, renaming)


def _again(table: sa.Table, rows: Iterable[Row], copy: Copy, renaming: Renaming) -> Iterator[Row]:
    names = table.c.keys()
    place = names.index("agreement")
    positions = [n for n, name in enumerate(names) if name in ("position", "opened")]
    change = CHANGES.get(table.name)
    for row in rows:
        new = row.copy()
        new[place] = renaming.new_id
        for n in positions:
            new[n] = copy.position(row[n])
        if change is not None:
            change(new, renaming)
        yield new


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
