"""What an interrupted rebuild left is cleared away by the next one, unless that is to make the same."""

from collections.abc import Callable
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from domain.databases import Databases, writing
from domain.journal import Journal
from projections.checkpoints import note_skipped
from projections.follower import Follower
from projections.parties import Parties
from projections.resuming import rebuild
from tests.conftest import Clock
from tests.journal.following import (
    PROJECTIONS,
    interrupt_after,
    interrupted,
    poison,
    positions,
    rows,
    tables_there,
)
from tests.journal.histories import recorded
from tests.journal.processes import process, said

pytestmark = pytest.mark.usefixtures("small_batches")


def of_another_version(follower: Follower) -> None:
    poison(follower, "parties", None, version=Parties.version + 1)


def of_a_longer_journal(follower: Follower) -> None:
    with writing(follower.engine).begin() as connection:
        connection.execute(sa.update(rebuild).values(upto=follower.journal.head() + 1))


def with_other_columns(follower: Follower) -> None:
    with writing(follower.engine).begin() as connection:
        connection.exec_driver_sql("ALTER TABLE timeline__new ADD COLUMN nickname TEXT")


def with_an_entry_to_skip(follower: Follower) -> None:
    with writing(follower.engine).begin() as connection:
        note_skipped(connection, "calendar", 2, "poison")


def of_another_zone(follower: Follower) -> None:
    follower.journal.timezone = ZoneInfo("Asia/Jayapura")


@pytest.mark.parametrize(
    "it_is",
    [of_another_version, of_a_longer_journal, with_other_columns, with_an_entry_to_skip, of_another_zone],
)
def test_what_an_interrupted_rebuild_left_is_cleared_away_if_it_is(
    follower: Follower, agreements: set[UUID], made: list[UUID], it_is: Callable[[Follower], None]
) -> None:
    follower.catch_up()
    there = tables_there(follower)
    interrupted(follower)
    it_is(follower)
    made.clear()
    follower.rebuild()
    assert set(made) == agreements
    assert tables_there(follower) == there
    remade = rows(follower)
    follower.rebuild()
    assert rows(follower) == remade


@pytest.mark.parametrize("first", [["parties"], ["calendar", "parties", "timeline"]])
def test_a_rebuild_of_other_views_begins_anew(
    follower: Follower, agreements: set[UUID], made: list[UUID], first: list[str]
) -> None:
    follower.catch_up()
    live, there = rows(follower), tables_there(follower)
    with pytest.raises(KeyboardInterrupt):
        follower.rebuild(first, interrupt_after(2))
    made.clear()
    follower.rebuild(["parties", "timeline"])
    assert set(made) == agreements
    assert rows(follower) == live
    assert tables_there(follower) == there


@pytest.mark.parametrize("batches", [1, 2])
def test_a_rebuild_that_is_killed_leaves_the_old_view_and_one_of_other_views_begins_cleanly(
    journal: Journal, clock: Clock, follower: Follower, databases: Databases, batches: int
) -> None:
    recorded(journal, clock, 1)
    follower.catch_up()
    live, there = rows(follower), tables_there(follower)
    told = 0
    with process("rebuild", databases) as started:
        for number in range(1, batches + 1):
            told = int(said(started))
            assert started.stdin is not None
            if number < batches:
                started.stdin.write("\n")
                started.stdin.flush()
        assert "register__new" in tables_there(follower)
        assert {standing.rebuilding for standing in follower.standings()} == {told}
    assert rows(follower) == live
    assert positions(follower) == dict.fromkeys(PROJECTIONS, journal.head())
    follower.rebuild(["timeline"])
    assert rows(follower) == live
    assert tables_there(follower) == there
    assert {standing.rebuilding for standing in follower.standings()} == {None}
