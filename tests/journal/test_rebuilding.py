"""A rebuild fills new tables beside the live ones, which serve until the new take their place at once."""

import multiprocessing
import os
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from domain.journal import Journal
from projections import making
from projections.change import Change
from projections.checkpoints import reached, read_checkpoints
from projections.follower import Follower
from projections.parties import Parties, parties
from projections.rebuilding import Different, Progress, Unfinished
from projections.timeline import timeline
from projections.views import Views
from projections.writing import Row
from tests.conftest import Clock
from tests.journal.conftest import OpenFollower
from tests.journal.following import PROJECTIONS, heal, lose_a_row, poison, positions, rows, tables_there
from tests.journal.histories import recorded
from tests.journal.people import SECONDS, adding, carry_out, opened

pytestmark = pytest.mark.usefixtures("small_batches")


def test_the_old_view_serves_until_the_new_one_takes_its_place(
    journal: Journal, clock: Clock, follower: Follower
) -> None:
    recorded(journal, clock, 1)
    follower.catch_up()
    whole = rows(follower)
    lose_a_row(follower)
    old = rows(follower)
    seen: list[Progress] = []

    def look(progress: Progress) -> None:
        seen.append(progress)
        assert rows(follower) == old
        assert positions(follower) == dict.fromkeys(PROJECTIONS, journal.head())

    follower.rebuild((), look)
    assert rows(follower) == whole != old
    told = [one.position for one in seen]
    assert told == sorted(told)
    assert told[0] < told[-1] == journal.head()


def test_a_rebuild_leaves_nothing_beside_and_may_be_done_again(
    journal: Journal, clock: Clock, follower: Follower
) -> None:
    recorded(journal, clock, 1)
    before = tables_there(follower)
    for _ in range(3):
        follower.rebuild()
        assert tables_there(follower) == before
    with follower.engine.connect() as connection:
        assert len(sa.inspect(connection).get_indexes("register_terms")) == 2


def test_a_rebuild_tells_how_far_it_is_and_how_long_it_may_take(
    journal: Journal, clock: Clock, follower: Follower
) -> None:
    recorded(journal, clock, 2)
    told: list[Progress] = []
    follower.rebuild((), told.append)
    assert {one.head for one in told} == {journal.head()}
    assert all(one.seconds_left is not None and one.seconds_left >= 0 for one in told)
    assert told[0].seconds_left
    assert told[-1].seconds_left == 0


def test_what_is_recorded_meanwhile_is_in_the_old_view_at_once_and_in_the_new_one_too(
    journal: Journal, clock: Clock, follower: Follower, open_follower: OpenFollower
) -> None:
    agreement = recorded(journal, clock, 1)[0]
    follower.start()
    entries: list[int] = []

    def record(_: Progress) -> None:
        if len(entries) < 5:
            entries.append(carry_out(journal, adding(agreement)).results[0].position)
            assert follower.wait_for(entries[-1], SECONDS, "citations", "register")

    open_follower().rebuild((), record)
    assert follower.wait_for(journal.head(), SECONDS)
    live = rows(follower)
    follower.rebuild()
    assert rows(follower) == live


def test_who_reads_while_views_are_switched_sees_the_old_ones_to_the_end(
    journal: Journal, clock: Clock, follower: Follower, open_follower: OpenFollower
) -> None:
    recorded(journal, clock, 1)
    follower.catch_up()
    whole = rows(follower)
    views = Views(journal, follower)
    with ThreadPoolExecutor(1) as pool:
        with views.on(journal.today()) as view:
            rebuilt = pool.submit(open_follower().rebuild)
            threading.Event().wait(1)
            for name in ("timeline", "parties"):
                table = timeline if name == "timeline" else parties
                found = sorted(map(repr, view.connection.execute(sa.select(table)).all()))
                assert found == whole[name]
            assert reached(read_checkpoints(view.connection)) == view.position
        rebuilt.result(SECONDS)
    assert rows(follower) == whole


def test_readers_never_see_half_of_a_view(
    journal: Journal, clock: Clock, follower: Follower, open_follower: OpenFollower
) -> None:
    recorded(journal, clock, 1)
    follower.catch_up()
    views = Views(journal, follower)
    done = threading.Event()

    def counts() -> set[int | None]:
        found = set()
        while not done.is_set():
            with views.on(journal.today()) as view:
                found.add(view.connection.scalar(sa.select(sa.func.count()).select_from(timeline)))
        return found

    with ThreadPoolExecutor(2) as pool:
        looking = [pool.submit(counts) for _ in range(2)]
        rebuilder = open_follower()
        for _ in range(3):
            rebuilder.rebuild()
        done.set()
        assert [one.result(SECONDS) for one in looking] == [{len(rows(follower)["timeline"])}] * 2


def test_a_rebuild_that_is_shared_among_processes_gives_the_same_rows(
    journal: Journal,
    clock: Clock,
    follower: Follower,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    recorded(journal, clock, 2)
    follower.catch_up()
    live = rows(follower)
    monkeypatch.setattr(making, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(making, "PROCESSES", 2)
    lose_a_row(follower)
    follower.rebuild()
    assert rows(follower) == live
    assert "entry by entry" not in caplog.text


class Fatal(Parties):
    """Parties whose rows no process of a rebuild lives to make."""

    def rows(self, change: Change) -> Sequence[Iterable[Row]]:
        if multiprocessing.parent_process() is not None:
            os._exit(1)
        return super().rows(change)


def test_a_rebuild_whose_processes_die_goes_on_alone(
    journal: Journal, clock: Clock, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(journal, clock, 1)
    follower.catch_up()
    live = rows(follower)
    monkeypatch.setattr(making, "WORTH_PROCESSES", 0)
    follower.projections = tuple(Fatal() if p.name == "parties" else p for p in follower.projections)
    follower.rebuild()
    assert rows(follower) == live


def test_equal_rows_are_switched_when_they_are_compared(
    journal: Journal, clock: Clock, follower: Follower, open_follower: OpenFollower
) -> None:
    agreement = recorded(journal, clock, 1)[0]
    follower.catch_up()
    carry_out(journal, adding(agreement))
    head = journal.head()
    open_follower().rebuild(compare=True)
    assert positions(follower) == dict.fromkeys(PROJECTIONS, head - 1), "compared where the old view is"
    follower.start()
    open_follower().rebuild(compare=True)
    assert follower.wait_for(head, SECONDS)


def test_other_rows_are_not_switched_when_they_are_compared(
    journal: Journal, clock: Clock, follower: Follower
) -> None:
    recorded(journal, clock, 1)
    follower.catch_up()
    lose_a_row(follower)
    old = rows(follower)
    with pytest.raises(Different, match=r"^timeline: 0 rows only in the old, 1 only in the new$"):
        follower.rebuild(compare=True)
    assert rows(follower) == old
    follower.rebuild(["parties"], compare=True)


def test_what_cannot_be_compared_is_not_switched(journal: Journal, follower: Follower) -> None:
    poison(follower, "calendar", opened(journal))
    follower.catch_up()
    heal(follower)
    with pytest.raises(Different, match="calendar"):
        follower.rebuild(compare=True)
    assert positions(follower)["calendar"] == 0


def test_a_view_that_cannot_be_rebuilt_serves_as_it_was_and_the_others_are_switched(
    journal: Journal, clock: Clock, follower: Follower
) -> None:
    poisoned = recorded(journal, clock, 1)[1]
    follower.catch_up()
    whole = rows(follower)
    lose_a_row(follower)
    poison(follower, "register", poisoned)
    with pytest.raises(Unfinished) as unfinished:
        follower.rebuild()
    [stuck] = unfinished.value.stuck
    assert (stuck.projection, stuck.stuck_at) == ("register", 2)
    assert rows(follower) == whole
    assert [standing.state for standing in follower.standings()] == ["following"] * len(PROJECTIONS)


def test_rebuilding_mends_what_was_stuck(journal: Journal, follower: Follower) -> None:
    poison(follower, "calendar", opened(journal))
    follower.catch_up()
    heal(follower)
    follower.rebuild()
    assert positions(follower) == dict.fromkeys(PROJECTIONS, 1)
    assert [standing.state for standing in follower.standings()] == ["following"] * len(PROJECTIONS)
