"""The public views: what the public may read, as of today, in columns that are documented."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from domain.databases import Databases, writing
from domain.journal import Journal
from projections.follower import Follower
from projections.handing_out import export
from projections.public import create_views, drop_views, public_tables
from projections.sql_words import Sqlite
from tests.conftest import JAKARTA
from tests.journal.people import adding, carry_out, fact, note, opened, proposal

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "read-models.md").read_text(encoding="utf-8")
TODAY = datetime.now(JAKARTA).date()
Rows = list[dict[str, Any]]


def days_ago(days: int) -> str:
    return (TODAY - timedelta(days=days)).isoformat()


@pytest.fixture
def journal(databases: Databases) -> Iterator[Journal]:
    """A journal by the real clock: the views ask the database what day it is."""
    one = Journal(databases, JAKARTA, "0.1.0")
    yield one
    one.close()


@pytest.fixture
def follower(journal: Journal, databases: Databases) -> Iterator[Follower]:
    one = Follower(journal, databases)
    yield one
    one.stop()


def shown(follower: Follower, name: str) -> Rows:
    """What a view shows, once the views have caught up."""
    follower.catch_up()
    with follower.engine.connect() as connection:
        [view] = [table for table in public_tables(connection) if table.name == name]
        return [dict(row) for row in connection.execute(sa.select(view)).mappings()]


def titles(follower: Follower) -> set[str]:
    return {row["title"] for row in shown(follower, "pakta_agreements")}


def test_an_agreement_is_one_row_of_plain_values(journal: Journal, follower: Follower) -> None:
    signed = fact("mou_signed", occurred="2024-05", valid_until="2999-12")
    agreement = opened(journal, proposal(occurred="2024-02-03", reference="PKS/7"), signed)
    [row] = shown(follower, "pakta_agreements")
    assert row["agreement"] == str(agreement)
    assert row["as_of"] == TODAY.isoformat()
    assert (row["version"], row["title"], row["owner"]) == (2, "Bandung – Nanning", "kota-bandung")
    assert (row["status"], row["instrument"], row["standing"]) == ("mou_signed", "mou", "active")
    assert (row["proposed"], row["loi_signed"], row["mou_signed"]) == ("2024-02-03", None, "2024-05")
    assert (row["proposed_from"], row["signed_from"]) == ("2024-02-03", "2024-05-01")
    assert (row["reference"], row["valid_until"]) == ("PKS/7", "2999-12")
    assert (bool(row["stalled"]), bool(row["expiring_30"])) == (True, False)


def test_only_what_is_public_stands_and_has_begun_is_shown(journal: Journal, follower: Follower) -> None:
    promise = fact("commitment_made", commitment="c", text="Help")
    visit = fact("follow_up_visit_scheduled", visit="v", window="2024-06")
    secret = opened(journal, proposal("Secret", visibility="organisation", occurred="2024"), promise, visit)
    void = opened(journal, proposal("Void", occurred="2024"), promise)
    carry_out(journal, adding(void, fact("retracted", version=1, reason="it never was")))
    opened(journal, proposal("Unknown day"))
    public = opened(journal, proposal("Public", occurred="2024"))
    hidden = opened(journal, proposal("Hidden later", occurred="2024"))
    carry_out(journal, adding(hidden, fact("visibility_changed", visibility="organisation")))
    follower.catch_up()
    assert titles(follower) == {"Public", "Unknown day"}
    for name in ("pakta_events", "pakta_visits", "pakta_commitments", "pakta_parties"):
        seen = {row["agreement"] for row in shown(follower, name)}
        assert not seen & {str(secret), str(void), str(hidden)}, name
    assert str(public) in {row["agreement"] for row in shown(follower, "pakta_events")}


def test_events_are_as_last_corrected_and_marked(journal: Journal, follower: Follower) -> None:
    agreement = opened(journal, proposal(occurred="2024-01"))
    carry_out(journal, adding(agreement, fact("mou_signed", occurred="2024-05-02"), note("Called")))
    right = {"type": "loi_signed", "occurred": "2024-05-03?"}
    carry_out(journal, adding(agreement, fact("corrected", version=2, reason="minutes", fact=right)))
    carry_out(journal, adding(agreement, fact("retracted", version=3, reason="not ours")))
    rows = shown(follower, "pakta_events")
    assert [row["position"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["type"] for row in rows] == ["proposed", "loi_signed", "annotated", "corrected", "retracted"]
    assert [row["corrected_in"] for row in rows] == [None, 4, None, None, None]
    assert [bool(row["retracted"]) for row in rows] == [False, False, True, False, False]
    assert [row["about"] for row in rows] == [None, None, None, 2, 3]
    assert rows[1]["occurred"] == "2024-05-03?"
    assert (rows[0]["earliest"], rows[0]["latest"]) == ("2024-01-01", "2024-01-31")
    assert (rows[2]["earliest"], rows[2]["latest"]) == (None, TODAY.isoformat())
    assert {row["organisation"] for row in rows} == {"kota-bandung"}
    assert all(datetime.fromisoformat(row["recorded_at"]).tzinfo for row in rows)


def test_what_is_overdue_is_counted_in_days_of_today(journal: Journal, follower: Follower) -> None:
    opened(
        journal,
        proposal(occurred="2024-01"),
        fact("mou_signed", occurred="2024-02"),
        fact(
            "follow_up_visit_scheduled",
            occurred="2024-03",
            visit="v",
            window=days_ago(3),
            host="Kota Nanning",
        ),
        fact("follow_up_visit_scheduled", occurred="2024-03", visit="w", window="2024-06/.."),
        fact(
            "commitment_made",
            occurred="2024-03",
            commitment="c",
            text="Help",
            due=days_ago(1),
            to="Kota Nanning",
        ),
        fact("commitment_made", occurred="2024-03", commitment="d", text="More", due=days_ago(0)),
    )
    late, open_ended = shown(follower, "pakta_visits")
    assert (late["visit"], late["state"], late["days_overdue"], late["planned"]) == (
        "v",
        "overdue",
        3,
        days_ago(3),
    )
    assert (late["overdue_from"], late["latest"], late["host"]) == (days_ago(2), days_ago(3), "Kota Nanning")
    assert (open_ended["state"], open_ended["latest"], open_ended["days_overdue"]) == (
        "scheduled",
        None,
        None,
    )
    first, second = sorted(shown(follower, "pakta_commitments"), key=lambda row: str(row["commitment"]))
    assert (first["state"], first["days_overdue"], first["due_by"], first["to_party"]) == (
        "overdue",
        1,
        days_ago(1),
        "Kota Nanning",
    )
    assert (second["state"], second["days_overdue"]) == ("open", None)


def test_parties_are_rows_of_their_own(journal: Journal, follower: Follower) -> None:
    opened(journal, proposal(occurred="2024-01"))
    rows = shown(follower, "pakta_parties")
    assert {(row["name"], row["country"], row["kind"]) for row in rows} == {
        ("Kota Bandung", "ID", "city"),
        ("Kota Nanning", "CN", "city"),
    }


def test_the_columns_are_those_that_are_documented(follower: Follower) -> None:
    documented = {
        name: re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
        for name, section in re.findall(
            r"^## `(pakta_\w+)`\n(.*?)(?=^## |\Z)", DOCUMENTATION, re.DOTALL | re.MULTILINE
        )
    }
    with follower.engine.connect() as connection:
        present = {
            view.name: list(connection.exec_driver_sql(f"SELECT * FROM {view}").keys())  # noqa: S608  # our own name
            for view in public_tables(connection)
        }
    assert present == documented


def test_making_the_views_again_changes_nothing(follower: Follower) -> None:
    def marks() -> object:
        with follower.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                return connection.exec_driver_sql("PRAGMA schema_version").scalar()
            query = (
                "SELECT oid, xmin FROM pg_class WHERE relkind = 'v' AND relname LIKE 'pakta!_%' ESCAPE '!'"
            )
            return connection.exec_driver_sql(query.replace("%", "%%")).all()

    before = marks()
    with writing(follower.engine).begin() as connection:
        create_views(connection, JAKARTA)
    assert marks() == before
    with writing(follower.engine).begin() as connection:
        create_views(connection, ZoneInfo("Europe/Amsterdam"))
    assert marks() != before


def test_tables_can_be_renamed_between_dropping_and_making_the_views(
    journal: Journal, follower: Follower
) -> None:
    opened(journal, proposal(occurred="2024"))
    follower.catch_up()
    with writing(follower.engine).begin() as connection:
        drop_views(connection)
        connection.exec_driver_sql("CREATE TABLE register__new AS SELECT * FROM register")
        connection.exec_driver_sql("DROP TABLE register")
        connection.exec_driver_sql("ALTER TABLE register__new RENAME TO register")
        create_views(connection, JAKARTA)
    assert titles(follower) == {"Bandung – Nanning"}


def test_views_of_an_older_version_make_way(
    journal: Journal, databases: Databases, follower: Follower
) -> None:
    opened(journal, proposal(occurred="2024"))
    follower.catch_up()
    with writing(follower.engine).begin() as connection:
        connection.exec_driver_sql("UPDATE checkpoints SET version = 0")
    newer = Follower(journal, databases)
    assert titles(newer) == {"Bandung – Nanning"}
    newer.stop()


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Europe/Amsterdam", "America/St_Johns", "UTC"])
def test_sqlite_knows_the_day_of_every_zone_also_when_its_clocks_change(zone: str) -> None:
    place = ZoneInfo(zone)
    start = datetime(datetime.now(UTC).year, 1, 1, 0, 30, tzinfo=UTC)
    with sa.create_engine("sqlite://").connect() as connection:
        asked = sa.select(Sqlite().today(place, "a moment")).compile(
            connection, compile_kwargs={"literal_binds": True}
        )
        for hours in range(0, 3 * 366 * 24, 5):
            moment = start + timedelta(hours=hours)
            query = str(asked).replace("a moment", moment.strftime("%Y-%m-%d %H:%M:%S"))
            assert connection.exec_driver_sql(query).scalar() == moment.astimezone(place).date().isoformat()


def test_a_file_holds_the_rows_of_the_views_and_nothing_else(
    journal: Journal, follower: Follower, tmp_path: Path
) -> None:
    opened(journal, proposal("Public", occurred="2024"))
    opened(journal, proposal("Secret", occurred="2024", visibility="organisation"))
    follower.catch_up()
    target = tmp_path / "public.db"
    target.write_text("an older file")
    counts = export(follower.engine, target)
    assert counts == {
        "pakta_agreements": 1,
        "pakta_events": 1,
        "pakta_visits": 0,
        "pakta_commitments": 0,
        "pakta_parties": 2,
    }
    assert target.stat().st_mode & 0o777 == 0o444
    assert b"Secret" not in target.read_bytes()
    with sqlite3.connect(f"{target.as_uri()}?mode=ro", uri=True) as file:
        assert file.execute("SELECT title, as_of FROM pakta_agreements").fetchall() == [
            ("Public", str(TODAY))
        ]
        names = file.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
        with pytest.raises(sqlite3.OperationalError):
            file.execute("DELETE FROM pakta_agreements")
    file.close()
    assert sorted(counts) == [name for (name,) in names]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
