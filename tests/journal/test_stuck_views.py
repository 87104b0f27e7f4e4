"""A view that is stuck says so, stops nobody else, and goes on when somebody says how."""

import threading
import time
from collections.abc import Sequence
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.databases import writing
from domain.journal import Journal
from domain.journal.schema import events
from projections.change import Change, Marks
from projections.follower import Follower, NotStuck
from projections.standing import Standing
from tests.conftest import Clock
from tests.journal.conftest import OpenFollower
from tests.journal.following import PROJECTIONS, Poisoned, eventually, heal, poison, positions, rows
from tests.journal.histories import recorded
from tests.journal.people import SECONDS, adding, carry_out, opened


def standing_of(follower: Follower, name: str) -> Standing:
    [found] = [standing for standing in follower.standings() if standing.projection == name]
    return found


def write_nonsense(journal: Journal) -> int:
    """Put an entry into the journal that nobody can read."""
    position = journal.head() + 1
    row = {"position": position, "agreement": uuid4(), "version": 1, "topic": "proposed", "state": b"{}"}
    with writing(journal.engine).begin() as connection:
        connection.execute(sa.insert(events).values(row))
    return position


def test_skipping_leaves_the_rows_as_they_were_and_notes_the_entry(
    journal: Journal, follower: Follower
) -> None:
    agreement = opened(journal)
    follower.catch_up()
    before = rows(follower)
    poison(follower, "timeline", agreement)
    carry_out(journal, adding(agreement))
    opened(journal)
    follower.catch_up()
    assert follower.skip("timeline") == 2
    assert standing_of(follower, "timeline").skipped == [2]
    assert rows(follower)["timeline"] == before["timeline"]
    follower.catch_up()
    assert positions(follower) == dict.fromkeys(PROJECTIONS, 3)
    assert standing_of(follower, "timeline").state == "following"
    assert set(before["timeline"]) < set(rows(follower)["timeline"])


def test_only_the_entry_at_which_it_is_stuck_is_skipped(journal: Journal, follower: Follower) -> None:
    agreement = opened(journal)
    carry_out(journal, adding(agreement))
    poison(follower, "calendar", agreement)
    follower.catch_up()
    follower.skip("calendar")
    follower.catch_up()
    assert standing_of(follower, "calendar").stuck_at == 2
    assert standing_of(follower, "calendar").skipped == [1]


def test_nothing_is_skipped_that_is_not_stuck(journal: Journal, follower: Follower) -> None:
    opened(journal)
    follower.catch_up()
    with pytest.raises(NotStuck):
        follower.skip("calendar")
    for wrong in (follower.skip, follower.resume):
        with pytest.raises(LookupError):
            wrong("nothing")


def test_resuming_tries_the_entry_again(journal: Journal, follower: Follower) -> None:
    poison(follower, "calendar", opened(journal))
    follower.catch_up()
    follower.resume("calendar")
    follower.catch_up()
    assert standing_of(follower, "calendar").stuck_at == 1
    heal(follower)
    follower.resume("calendar")
    follower.catch_up()
    assert standing_of(follower, "calendar").state == "following"
    assert standing_of(follower, "calendar").skipped == ()


def test_a_follower_that_runs_goes_on_by_itself_after_a_word_from_another_process(
    journal: Journal, follower: Follower, open_follower: OpenFollower
) -> None:
    poison(follower, "calendar", opened(journal))
    follower.start()
    assert eventually(lambda: standing_of(follower, "calendar").stuck_at is not None)
    open_follower().skip("calendar")
    assert eventually(lambda: standing_of(follower, "calendar").state == "following")


def test_a_rebuild_passes_over_what_was_skipped_and_still_cannot_be_taken_in(
    journal: Journal, clock: Clock, follower: Follower
) -> None:
    recorded(journal, clock, 1)
    poisoned = opened(journal)
    position = journal.head()
    poison(follower, "register", poisoned)
    opened(journal)
    follower.catch_up()
    follower.skip("register")
    follower.catch_up()
    live = rows(follower)
    follower.rebuild(compare=True)
    assert rows(follower) == live
    assert standing_of(follower, "register").skipped == [position]
    heal(follower)
    follower.rebuild()
    assert standing_of(follower, "register").skipped == ()
    assert len(rows(follower)["register"]) > len(live["register"])


def test_an_entry_that_nobody_can_read_stops_every_view_just_before_it_and_each_says_so(
    journal: Journal, follower: Follower
) -> None:
    opened(journal)
    opened(journal)
    nonsense = write_nonsense(journal)
    later = opened(journal)
    carry_out(journal, adding(later))
    follower.catch_up()
    for standing in follower.standings():
        assert (standing.state, standing.position, standing.stuck_at) == ("stuck", 2, nonsense)
        assert "version 1" in (standing.error or "")
    follower.skip("timeline")
    follower.catch_up()
    assert positions(follower) == {**dict.fromkeys(PROJECTIONS, 2), "timeline": 5}
    for name in set(PROJECTIONS) - {"timeline"}:
        follower.skip(name)
    follower.catch_up()
    live = rows(follower)
    assert positions(follower) == dict.fromkeys(PROJECTIONS, 5)
    follower.rebuild(compare=True)
    assert rows(follower) == live
    assert [standing.skipped for standing in follower.standings()] == [[nonsense]] * len(PROJECTIONS)


def test_nobody_waits_for_a_view_that_is_stuck(journal: Journal, follower: Follower) -> None:
    poison(follower, "calendar", opened(journal))
    follower.catch_up()
    began = time.monotonic()
    assert follower.wait_for(1, SECONDS, "register", "timeline"), "the question needs no other view"
    assert follower.wait_for(1, SECONDS), "nor any that is stuck if it names none"
    assert not follower.wait_for(1, SECONDS, "calendar"), "it will not come as long as it is stuck"
    assert time.monotonic() - began < SECONDS / 2


def test_a_view_is_behind_until_it_has_reached_the_head_of_the_journal(
    journal: Journal, follower: Follower
) -> None:
    opened(journal)
    assert {(s.state, s.behind) for s in follower.standings()} == {("behind", 1)}
    follower.catch_up()
    assert {(s.state, s.behind) for s in follower.standings()} == {("following", 0)}


class Slow(Poisoned):
    """A projection that waits, or ends its thread, before it does anything."""

    wait: threading.Event
    ends = False

    def project(self, connection: Connection, changes: Sequence[Change], marks: Marks | None = None) -> None:
        if self.ends:
            raise SystemExit
        self.wait.wait(SECONDS)


def slow(follower: Follower, *, ends: bool = False) -> threading.Event:
    projection = Slow(follower.projections[0], None)
    projection.wait, projection.ends = threading.Event(), ends
    follower.projections = (projection, *follower.projections[1:])
    return projection.wait


def test_a_follower_that_hangs_is_noticed_and_noticed_to_go_on(journal: Journal, follower: Follower) -> None:
    follower.watch.seconds = 0.3
    wait = slow(follower)
    follower.start()
    opened(journal)
    assert standing_of(follower, "register").state == "behind", "it has just begun"
    assert eventually(lambda: standing_of(follower, "register").state == "stuck")
    assert "nothing has moved it" in (standing_of(follower, "register").error or "")
    assert standing_of(follower, "register").stuck_at is None
    wait.set()
    assert eventually(lambda: standing_of(follower, "register").state == "following")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_follower_whose_thread_has_ended_is_noticed_and_another_takes_over(
    journal: Journal, follower: Follower, open_follower: OpenFollower
) -> None:
    slow(follower, ends=True)
    follower.start()
    opened(journal)
    assert eventually(lambda: "thread" in (standing_of(follower, "register").error or ""))
    assert {standing.state for standing in follower.standings()} == {"stuck"}
    healthy = open_follower()
    healthy.start()
    assert eventually(lambda: {s.state for s in healthy.standings()} == {"following"})
