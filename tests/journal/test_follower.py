"""The views follow the journal: each position once, rows and checkpoint together, whoever feeds them."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.databases import Databases, writing
from domain.journal import Journal
from projections.calendar import Calendar
from projections.change import Change, Marks
from projections.checkpoints import Checkpoint, checkpoints
from projections.feeding import Feed
from projections.follower import Follower
from tests.conftest import Clock
from tests.journal.conftest import OpenFollower
from tests.journal.following import PROJECTIONS, Poisoned, eventually, poison, positions, rows
from tests.journal.histories import recorded
from tests.journal.people import SECONDS, adding, carry_out, fact, opened, outcomes


def test_views_follow_what_is_recorded(journal: Journal, follower: Follower) -> None:
    follower.start()
    agreement = opened(journal)
    assert follower.wait_for(1, SECONDS)
    assert len(rows(follower)["timeline"]) == 1
    [result] = carry_out(journal, adding(agreement, fact("loi_signed", occurred="2026-03"))).results
    assert follower.wait_for(result.position, SECONDS)
    assert len(rows(follower)["timeline"]) == 2
    assert positions(follower) == dict.fromkeys(PROJECTIONS, 2)


def test_waiting_ends_when_the_time_is_up(journal: Journal, follower: Follower) -> None:
    opened(journal)
    assert not follower.wait_for(1, 0.01)
    follower.catch_up()
    assert follower.wait_for(1, 0)


def test_a_follower_that_is_stopped_while_it_looks_does_not_wait_for_more(
    follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, goes_on, going = threading.Event(), threading.Event(), follower._going_position

    def position() -> int:
        looks.set()
        assert goes_on.wait(SECONDS)
        return going()

    monkeypatch.setattr("projections.follower.POLL_SECONDS", 2.0 * SECONDS)
    monkeypatch.setattr(follower, "_going_position", position)
    follower.start()
    assert looks.wait(SECONDS)
    stopping = threading.Thread(target=follower.stop)
    stopping.start()
    assert follower._stop.wait(SECONDS)
    time.sleep(0.1)  # until it has woken whoever waits, which nobody does yet
    goes_on.set()
    stopping.join(SECONDS)
    assert not stopping.is_alive()


def test_a_follower_goes_on_where_another_stopped(journal: Journal, open_follower: OpenFollower) -> None:
    agreement = opened(journal)
    open_follower().catch_up()
    carry_out(journal, adding(agreement))
    later = open_follower()
    later.catch_up()
    assert positions(later) == dict.fromkeys(PROJECTIONS, 2)


def test_a_projection_of_another_version_is_made_again_beside_the_old(
    journal: Journal, follower: Follower, open_follower: OpenFollower
) -> None:
    opened(journal)
    follower.catch_up()
    with writing(follower.engine).begin() as connection:
        old = sa.update(checkpoints).where(checkpoints.c.projection == "parties")
        connection.execute(old.values(version=0))
    live = rows(follower)
    newer = open_follower()
    assert rows(newer) == live, "the old rows serve until there are new ones"
    assert [s.projection for s in newer.standings() if not s.trusted] == ["parties"]
    newer.catch_up()
    versions = {projection.name: projection.version for projection in newer.projections}
    assert {c.projection: c.version for c in newer.checkpoints()} == versions
    assert rows(newer) == live


@pytest.mark.parametrize("seed", range(3))
def test_a_rebuild_gives_the_same_rows(
    journal: Journal, clock: Clock, follower: Follower, open_follower: OpenFollower, seed: int
) -> None:
    follower.start()
    recorded(journal, clock, seed)
    assert follower.wait_for(journal.head(), SECONDS)
    live = rows(follower)
    clock.pass_days(30)  # which day it is does not matter
    assert all(live[name] for name in ("timeline", "register", "register_terms", "parties", "expiries"))
    for one in (open_follower(), follower):
        one.rebuild()
        assert one.wait_for(journal.head(), SECONDS)
        assert rows(one) == live
    assert positions(follower) == dict.fromkeys(PROJECTIONS, journal.head())


def test_a_single_view_can_be_rebuilt(journal: Journal, clock: Clock, follower: Follower) -> None:
    recorded(journal, clock, 1)
    follower.catch_up()
    live = rows(follower)
    with writing(follower.engine).begin() as connection:
        connection.execute(sa.text("DELETE FROM timeline"))
    follower.rebuild(["timeline"])
    assert rows(follower) == live


def test_rows_and_checkpoint_move_together(journal: Journal, follower: Follower) -> None:
    opened(journal)
    follower.catch_up()
    before = rows(follower)
    poison(follower, "register", opened(journal))
    follower.catch_up()
    assert rows(follower)["register"] == before["register"]
    assert positions(follower)["register"] == 1
    assert len(rows(follower)["timeline"]) == 2


def test_a_poisoned_entry_stops_its_projection_alone(journal: Journal, follower: Follower) -> None:
    opened(journal)
    poisoned = opened(journal)
    opened(journal)
    poison(follower, "calendar", poisoned)
    follower.catch_up()
    [stuck] = [checkpoint for checkpoint in follower.checkpoints() if checkpoint.stuck_at]
    assert stuck == Checkpoint("calendar", Calendar.version, 1, 2, "ArithmeticError: this one is poisoned")
    assert positions(follower) == {**dict.fromkeys(PROJECTIONS, 3), "calendar": 1}
    carry_out(journal, adding(poisoned))
    follower.catch_up()
    assert positions(follower) == {**dict.fromkeys(PROJECTIONS, 4), "calendar": 1}


def test_a_projection_that_was_stuck_is_tried_again_after_a_start(
    journal: Journal, follower: Follower, open_follower: OpenFollower
) -> None:
    poison(follower, "calendar", opened(journal))
    follower.catch_up()
    healed = open_follower()
    assert [c.stuck_at for c in healed.checkpoints() if c.projection == "calendar"] == [1], (
        "looking heals nothing"
    )
    healed.start()
    assert eventually(lambda: positions(healed) == dict.fromkeys(PROJECTIONS, 1))
    assert [checkpoint.stuck_at for checkpoint in healed.checkpoints()] == [None] * len(PROJECTIONS)


def test_of_two_followers_that_meet_a_poisoned_entry_the_later_one_says_nothing_else(
    journal: Journal, follower: Follower, databases: Databases
) -> None:
    class Later(Feed):
        def _stop_at(self, *what: Any) -> Any:
            follower.catch_up()
            return super()._stop_at(*what)

    later = Follower(journal, databases)
    later.feed = Later(journal, later.engine)
    opened(journal)
    opened(journal)
    poisoned = opened(journal)
    for one in (follower, later):
        poison(one, "calendar", poisoned)
    later.catch_up()
    [stuck] = [checkpoint for checkpoint in follower.checkpoints() if checkpoint.stuck_at]
    assert stuck == Checkpoint("calendar", Calendar.version, 2, 3, "ArithmeticError: this one is poisoned")
    later.stop()


fed = sa.Table(
    "fed",
    sa.MetaData(),
    sa.Column("projection", sa.Text),
    sa.Column("agreement", sa.Uuid),
    sa.Column("version", sa.BigInteger),
)


class Counted(Poisoned):
    """A projection that notes in its own transaction what it was fed."""

    def project(self, connection: Connection, changes: Sequence[Change], marks: Marks | None = None) -> None:
        self.projection.project(connection, changes, marks)
        notes = [
            {"projection": self.name, "agreement": c.agreement, "version": c.history.version} for c in changes
        ]
        connection.execute(sa.insert(fed), notes)


def test_two_followers_that_race_feed_each_position_once(
    journal: Journal, follower: Follower, open_follower: OpenFollower
) -> None:
    rival = open_follower()
    fed.create(follower.engine)
    agreements = [opened(journal) for _ in range(4)]
    done = threading.Event()

    def race(one: Follower) -> None:
        while not done.is_set():
            one.catch_up()

    for one in (follower, rival):
        one.projections = tuple(Counted(projection, None) for projection in one.projections)
    with ThreadPoolExecutor(2) as racers:
        racing = [racers.submit(race, one) for one in (follower, rival)]
        for _ in range(15):
            outcomes(journal, [adding(agreement) for agreement in agreements])
        assert follower.wait_for(journal.head(), SECONDS)
        done.set()
    assert [one.exception() for one in racing] == [None, None]
    live = rows(rival)
    with follower.engine.connect() as connection:
        notes = connection.execute(sa.select(fed)).all()
    assert len(notes) == len(set(notes))
    assert [checkpoint.stuck_at for checkpoint in rival.checkpoints()] == [None] * len(PROJECTIONS)
    assert positions(rival) == dict.fromkeys(PROJECTIONS, 64)
    rival.rebuild()
    assert rows(rival) == live


def test_views_may_be_rebuilt_while_others_follow(
    journal: Journal, follower: Follower, open_follower: OpenFollower
) -> None:
    agreements = [opened(journal) for _ in range(4)]
    follower.start()
    errors: list[Exception] = []

    def rebuild() -> None:
        rebuilder = open_follower()
        try:
            for _ in range(4):
                rebuilder.rebuild()
        except Exception as error:  # told below
            errors.append(error)

    threads = [threading.Thread(target=rebuild) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(15):
        outcomes(journal, [adding(agreement) for agreement in agreements])
    for thread in threads:
        thread.join()
    assert errors == []
    assert follower.wait_for(journal.head(), SECONDS)
    live = rows(follower)
    follower.rebuild()
    assert rows(follower) == live
