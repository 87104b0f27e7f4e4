"""The database itself refuses to change what is recorded, whatever the program asks of it."""

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from domain.databases import Databases, writing
from domain.journal import Journal
from domain.journal.schema import events, receipts
from tests.conftest import OpenJournal
from tests.journal.people import adding, carry_out, opened, proposing

NEXT = "(SELECT max(position) + 1 FROM events)"  # what the statements below call :next
ON_BOTH = [
    "UPDATE events SET topic = 'forged'",
    "UPDATE events SET position = position + 100",
    "UPDATE events SET state = state WHERE position = 1",
    "DELETE FROM events",
    "DELETE FROM events WHERE position = (SELECT max(position) FROM events)",
    (
        "INSERT INTO events SELECT position, agreement, version, 'forged', state FROM events WHERE true "
        "ON CONFLICT (position) DO UPDATE SET topic = excluded.topic"
    ),
    (
        "INSERT INTO events SELECT :next, agreement, version, 'forged', state FROM events WHERE position = 1 "
        "ON CONFLICT (agreement, version) DO UPDATE SET topic = excluded.topic"
    ),
    "INSERT INTO events SELECT :next, agreement, version, topic, state FROM events WHERE position = 1",
    "INSERT INTO events SELECT :next + 1, agreement, 99, topic, state FROM events WHERE position = 1",
    "INSERT INTO events SELECT 0, agreement, 99, topic, state FROM events WHERE position = 1",
    "INSERT INTO events SELECT -1, agreement, 99, topic, state FROM events WHERE position = 1",
    "UPDATE receipts SET answer = 'forged'",
    "UPDATE receipts SET digest = digest",
    "DELETE FROM receipts",
    (
        "INSERT INTO receipts SELECT principal, command_id, digest, 'forged' FROM receipts WHERE true "
        "ON CONFLICT (principal, command_id) DO UPDATE SET answer = excluded.answer"
    ),
]
ON_SQLITE = [
    "INSERT OR REPLACE INTO events SELECT position, agreement, version, 'forged', state FROM events",
    "REPLACE INTO events SELECT position, agreement, version, 'forged', state FROM events WHERE position = 1",
    (
        "INSERT OR REPLACE INTO events SELECT :next, agreement, version, 'forged', state FROM events "
        "WHERE position = 1"
    ),
    "REPLACE INTO events SELECT :next, agreement, version, 'forged', state FROM events WHERE position = 2",
    "REPLACE INTO events SELECT NULL, agreement, version, 'forged', state FROM events WHERE position = 1",
    "INSERT INTO events SELECT NULL, agreement, 99, topic, state FROM events WHERE position = 1",
    "UPDATE OR REPLACE events SET position = 2 WHERE position = 1",
    "UPDATE OR IGNORE events SET topic = 'forged'",
    "INSERT OR REPLACE INTO receipts SELECT principal, command_id, digest, 'forged' FROM receipts",
    "REPLACE INTO receipts SELECT principal, command_id, digest, 'forged' FROM receipts",
    "REPLACE INTO receipts (rowid, principal, command_id, digest, answer) VALUES (1, 'x', 'y', x'00', 'z')",
]
ON_POSTGRESQL = [
    "TRUNCATE events",
    "TRUNCATE receipts",
    "TRUNCATE events, receipts, heads CASCADE",
    (
        "MERGE INTO events USING (SELECT 1 AS one) AS source ON position = one "
        "WHEN MATCHED THEN UPDATE SET topic = 'forged'"
    ),
    "MERGE INTO events USING (SELECT 1 AS one) AS source ON position = one WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM events RETURNING *) SELECT count(*) FROM gone",
]


@pytest.fixture
def recorded(journal: Journal) -> Engine:
    """The store of a journal that holds three entries and their receipts."""
    agreement = opened(journal)
    carry_out(journal, adding(agreement))
    carry_out(journal, proposing())
    return writing(journal.engine)


def rows(engine: Engine) -> list[tuple[object, ...]]:
    """Every row of the record, as it is stored."""
    with engine.connect() as connection:
        stored = [connection.execute(sa.select(table).order_by(*table.c)) for table in (events, receipts)]
        return [tuple(row) for found in stored for row in found]


def is_refused(engine: Engine, statement: str, *settings: str) -> None:
    before = rows(engine)
    with engine.connect() as connection, connection.begin() as transaction:
        for setting in settings:
            connection.exec_driver_sql(setting)
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql(statement.replace(":next", NEXT))
        transaction.rollback()
    assert len(before) == 6
    assert rows(engine) == before


def as_replica(engine: Engine) -> tuple[str, ...]:
    """The settings that switch ordinary triggers off, where there are any."""
    return ("SET LOCAL session_replication_role = replica",) if engine.dialect.name == "postgresql" else ()


@pytest.mark.parametrize("statement", ON_BOTH)
def test_neither_engine_changes_what_is_recorded(recorded: Engine, statement: str) -> None:
    is_refused(recorded, statement)
    is_refused(recorded, statement, *as_replica(recorded))


@pytest.fixture
def on_sqlite(sqlite_databases: Databases, open_journal: OpenJournal) -> Engine:
    journal = open_journal(sqlite_databases)
    carry_out(journal, adding(opened(journal)))
    carry_out(journal, proposing())
    return writing(journal.engine)


@pytest.fixture
def on_postgresql(postgresql_databases: Databases, open_journal: OpenJournal) -> Engine:
    journal = open_journal(postgresql_databases)
    carry_out(journal, adding(opened(journal)))
    carry_out(journal, proposing())
    return journal.engine


@pytest.mark.parametrize("recursive", ["ON", "OFF"])
@pytest.mark.parametrize("statement", [*ON_BOTH, *ON_SQLITE])
def test_sqlite_replaces_nothing_that_is_recorded(on_sqlite: Engine, statement: str, recursive: str) -> None:
    @sa.event.listens_for(on_sqlite, "begin", insert=True)
    def recurse(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA recursive_triggers = {recursive}")

    is_refused(on_sqlite, statement)


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize("statement", ON_POSTGRESQL)
def test_postgresql_empties_and_merges_nothing(on_postgresql: Engine, statement: str, role: str) -> None:
    is_refused(on_postgresql, statement, f"SET LOCAL session_replication_role = {role}")


def test_a_guard_that_was_switched_off_is_on_again_after_a_start(
    on_postgresql: Engine, postgresql_databases: Databases, open_journal: OpenJournal
) -> None:
    with on_postgresql.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE events DISABLE TRIGGER ALL")
    open_journal(postgresql_databases)
    is_refused(on_postgresql, "DELETE FROM events")
    is_refused(on_postgresql, "DELETE FROM events", "SET LOCAL session_replication_role = replica")


def test_positions_stay_dense_whatever_names_a_session_knows(on_postgresql: Engine) -> None:
    gap = "INSERT INTO journal.events SELECT 5, agreement, 99, topic, state FROM journal.events LIMIT 1"
    is_refused(
        on_postgresql,
        gap,
        "CREATE SCHEMA elsewhere",
        "CREATE TABLE elsewhere.events AS SELECT position + 1 AS position FROM journal.events",
        "SET LOCAL search_path = elsewhere",
    )
