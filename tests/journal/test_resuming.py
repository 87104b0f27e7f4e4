"""A rebuild that was interrupted or killed is gone on with by the next one of the same views."""

import multiprocessing
import os
import signal
from uuid import UUID

import pytest
import sqlalchemy as sa

from domain.databases import Databases
from domain.journal import Journal
from projections import making, rebuilding
from projections.beside import index_twins
from projections.follower import Follower
from projections.parties import Parties
from projections.rebuilding import Progress
from projections.turning import Turns
from tests.journal.conftest import OpenFollower
from tests.journal.following import (
    PROJECTIONS,
    eventually,
    interrupt,
    interrupt_after,
    interrupted,
    lose_a_row,
    poison,
    positions,
    rows,
    tables_there,
)
from tests.journal.people import SECONDS, adding, carry_out
from tests.journal.processes import process, said

pytestmark = pytest.mark.usefixtures("small_batches")


def later_version(open_follower: OpenFollower) -> Follower:
    """A follower to which one view is out of date."""
    later = open_follower()
    poison(later, "parties", None, version=Parties.version + 1)
    later.create()
    return later


def test_a_rebuild_makes_no_agreement_again_that_an_interrupted_one_had_made(
    follower: Follower, agreements: set[UUID], made: list[UUID]
) -> None:
    follower.catch_up()
    live, there = rows(follower), tables_there(follower)
    made.clear()
    interrupted(follower)
    done = set(made)
    assert rows(follower) == live
    made.clear()
    lose_a_row(follower)
    follower.rebuild()
    assert len(made) == len(set(made))
    assert set(made) == agreements - done < agreements
    assert rows(follower) == live
    assert tables_there(follower) == there


def test_a_rebuild_interrupted_again_and_again_makes_the_rows_of_one_that_never_was(
    journal: Journal, follower: Follower, agreements: set[UUID]
) -> None:
    follower.catch_up()
    more = iter([*sorted(agreements), *sorted(agreements)])
    attempts = 0

    def record_and_interrupt(progress: Progress) -> None:
        for agreement in (next(more, None), next(more, None)):
            if agreement is not None:
                carry_out(journal, adding(agreement))
        interrupt(progress)

    while True:
        attempts += 1
        try:
            follower.rebuild((), record_and_interrupt)
        except KeyboardInterrupt:
            continue
        break
    assert attempts > len(agreements) / 2
    assert positions(follower) == dict.fromkeys(PROJECTIONS, journal.head())
    resumed = rows(follower)
    follower.rebuild()
    assert rows(follower) == resumed


@pytest.mark.parametrize("tables", [0, 3])
def test_a_rebuild_interrupted_while_it_is_indexed_fills_in_nothing_again(
    follower: Follower,
    agreements: set[UUID],
    made: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
    tables: int,
) -> None:
    follower.catch_up()
    live = rows(follower)
    left = iter(range(tables))

    def index(connection: sa.Connection, table: sa.Table) -> None:
        index_twins(connection, table)
        if next(left, None) is None:
            interrupt()

    with monkeypatch.context() as patch:
        patch.setattr(rebuilding, "index_twins", index)
        with pytest.raises(KeyboardInterrupt):
            follower.rebuild()
    assert set(made) == agreements
    made.clear()
    follower.rebuild()
    assert not made
    assert rows(follower) == live
    with follower.engine.connect() as connection:
        assert len(sa.inspect(connection).get_indexes("register_terms")) == 2


def test_a_rebuild_interrupted_while_it_is_summed_up_has_the_same_figures(
    follower: Follower, agreements: set[UUID], made: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    follower.catch_up()
    live = rows(follower)
    sum_up = Parties.sum_up

    def sum_up_in_vain(self: Parties, connection: sa.Connection, turned: Turns) -> None:
        sum_up(self, connection, turned)
        interrupt()

    with monkeypatch.context() as patch:
        patch.setattr(Parties, "sum_up", sum_up_in_vain)
        with pytest.raises(KeyboardInterrupt):
            follower.rebuild()
    made.clear()
    follower.rebuild()
    assert not made
    assert rows(follower) == live
    assert live["party_tallies"]
    assert agreements


def test_a_comparison_goes_on_with_what_is_not_beyond_the_live_views(
    journal: Journal, follower: Follower, agreements: set[UUID], made: list[UUID]
) -> None:
    follower.catch_up()
    head = journal.head()
    made.clear()
    interrupted(follower)
    done = set(made)
    carry_out(journal, adding(min(agreements)))
    made.clear()
    follower.rebuild(compare=True)
    assert set(made) == agreements - done
    interrupted(follower)
    made.clear()
    follower.rebuild(compare=True)
    assert set(made) == agreements, "it was beyond them"
    assert positions(follower) == dict.fromkeys(PROJECTIONS, head)


def test_what_was_done_before_counts_as_done_in_what_a_rebuild_tells(
    journal: Journal, follower: Follower, agreements: set[UUID]
) -> None:
    interrupted(follower)
    [done] = {standing.rebuilding for standing in follower.standings()}
    assert done is not None
    told: list[Progress] = []
    follower.rebuild((), told.append)
    assert 0 < done < told[0].position
    assert [one.seconds_left is None for one in told] == [False] * len(told)
    assert told[-1] == Progress(journal.head(), journal.head(), 0)
    assert agreements


def test_a_follower_goes_on_with_the_rebuild_at_which_it_was_stopped(
    open_follower: OpenFollower, follower: Follower, agreements: set[UUID], made: list[UUID]
) -> None:
    follower.catch_up()
    live = rows(follower)
    made.clear()
    stopped = later_version(open_follower)
    with pytest.raises(KeyboardInterrupt):
        stopped.catch_up(interrupt_after(2))
    stopped.stop()
    done = set(made)
    made.clear()
    again = later_version(open_follower)
    again.catch_up()
    assert set(made) == agreements - done < agreements
    assert rows(again) == live
    assert all(standing.trusted for standing in again.standings())


@pytest.fixture
def killed(databases: Databases, agreements: set[UUID]) -> int:
    """How far a rebuild was when it was killed."""
    assert agreements
    with process("rebuild", databases) as started:
        assert started.stdin is not None
        said(started)
        started.stdin.write("\n")
        started.stdin.flush()
        return int(said(started))


def test_whoever_leads_next_leaves_what_a_killed_rebuild_had_made_to_be_gone_on_with(
    follower: Follower, killed: int, agreements: set[UUID], made: list[UUID]
) -> None:
    follower.start()
    assert follower.wait_for(follower.journal.head(), SECONDS)
    assert eventually(lambda: follower.leads)
    assert {standing.rebuilding for standing in follower.standings()} == {killed}
    live = rows(follower)
    made.clear()
    follower.rebuild()
    assert 0 < len(made) < len(agreements)
    assert rows(follower) == live
    assert {standing.rebuilding for standing in follower.standings()} == {None}


@pytest.mark.parametrize("asked_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_what_asks_the_processes_of_a_rebuild_to_stop_does_not_make_it_begin_anew(
    follower: Follower,
    agreements: set[UUID],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    asked_to_stop: signal.Signals,
) -> None:
    follower.catch_up()
    live = rows(follower)
    monkeypatch.setattr(making, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(making, "PROCESSES", 1)

    def ask(_: Progress) -> None:
        for child in multiprocessing.active_children():
            assert child.pid is not None
            os.kill(child.pid, asked_to_stop)

    follower.rebuild((), ask)
    assert rows(follower) == live
    assert "entry by entry" not in caplog.text
    assert agreements


def test_a_rebuild_that_is_shared_among_processes_is_gone_on_with_too(
    follower: Follower,
    agreements: set[UUID],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    follower.catch_up()
    live = rows(follower)
    lose_a_row(follower)
    monkeypatch.setattr(making, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(making, "PROCESSES", 2)
    interrupted(follower)
    assert not multiprocessing.active_children()
    [done] = {standing.rebuilding for standing in follower.standings()}
    told: list[Progress] = []
    follower.rebuild((), told.append)
    assert 0 < (done or 0) < told[0].position
    assert rows(follower) == live
    assert agreements
    assert "entry by entry" not in caplog.text
