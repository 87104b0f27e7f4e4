"""The views follow the journal: each position once, rows and checkpoint together, whoever feeds them."""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.databases import Databases, writing
from domain.journal import Journal
from projections.change import Change, Projection
from projections.follower import Checkpoint, Follower, checkpoints
from tests.conftest import Clock
from tests.journal.histories import recorded
from tests.journal.people import SECONDS, adding, carry_out, fact, opened, outcomes

OpenFollower = Callable[[], Follower]
PROJECTIONS = ["calendar", "citations", "entries", "parties", "register", "timeline"]


@pytest.fixture
def open_follower(journal: Journal, databases: Databases) -> Iterator[OpenFollower]:
    """Opens followers of one journal, all with the same views, and stops them when the test is over."""
    opened_ones: list[Follower] = []

    def open_one() -> Follower:
        opened_ones.append(Follower(journal, databases))
        return opened_ones[-1]

    yield open_one
    for follower in opened_ones:
        follower.stop()


@pytest.fixture
def follower(open_follower: OpenFollower) -> Follower:
    return open_follower()


def rows(follower: Follower) -> dict[str, list[str]]:
    """Every row of every table of every projection."""
    tables = [table for projection in follower.projections for table in projection.tables]
    with follower.engine.connect() as connection:
        return {t.name: sorted(map(repr, connection.execute(sa.select(t)).all())) for t in tables}


def positions(follower: Follower) -> dict[str, int]:
    return {checkpoint.projection: checkpoint.position for checkpoint in follower.checkpoints()}


class Poisoned:
    """A projection that chokes on one agreement, and is otherwise what it was."""

    def __init__(self, projection: Projection, poison: object) -> None:
        self.projection, self.poison = projection, poison
        self.name, self.version, self.tables = projection.name, projection.version, projection.tables

    def project(self, connection: Connection, changes: Sequence[Change]) -> None:
        self.projection.project(connection, changes)
        if any(change.agreement == self.poison for change in changes):
            raise ArithmeticError("this one is poisoned")


def poison(follower: Follower, name: str, agreement: object) -> None:
    follower.projections = tuple(
        Poisoned(p, agreement) if p.name == name else p for p in follower.projections
    )


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


def test_a_follower_goes_on_where_another_stopped(journal: Journal, open_follower: OpenFollower) -> None:
    agreement = opened(journal)
    open_follower().catch_up()
    carry_out(journal, adding(agreement))
    later = open_follower()
    later.catch_up()
    assert positions(later) == dict.fromkeys(PROJECTIONS, 2)


def test_a_projection_of_another_version_starts_again(
    journal: Journal, follower: Follower, open_follower: OpenFollower
) -> None:
    opened(journal)
    follower.catch_up()
    with writing(follower.engine).begin() as connection:
        old = sa.update(checkpoints).where(checkpoints.c.projection == "parties")
        connection.execute(old.values(version=0))
    assert positions(open_follower()) == {**dict.fromkeys(PROJECTIONS, 1), "parties": 0}


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
    assert stuck == Checkpoint("calendar", 1, 1, 2, "ArithmeticError: this one is poisoned")
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
    healed.catch_up()
    assert [checkpoint.stuck_at for checkpoint in healed.checkpoints()] == [None] * len(PROJECTIONS)
    assert healed.position() == 1


def test_of_two_followers_that_meet_a_poisoned_entry_the_later_one_says_nothing_else(
    journal: Journal, follower: Follower, databases: Databases
) -> None:
    class Later(Follower):
        def _stick(self, *what: Any) -> None:
            follower.catch_up()
            super()._stick(*what)

    later = Later(journal, databases)
    opened(journal)
    opened(journal)
    poisoned = opened(journal)
    for one in (follower, later):
        poison(one, "calendar", poisoned)
    later.catch_up()
    [stuck] = [checkpoint for checkpoint in follower.checkpoints() if checkpoint.stuck_at]
    assert stuck == Checkpoint("calendar", 1, 2, 3, "ArithmeticError: this one is poisoned")
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

    def project(self, connection: Connection, changes: Sequence[Change]) -> None:
        self.projection.project(connection, changes)
        notes = [
            {"projection": self.name, "agreement": c.agreement, "version": c.history.version} for c in changes
        ]
        connection.execute(sa.insert(fed), notes)


def test_two_followers_that_race_feed_each_position_once(
    journal: Journal, follower: Follower, open_follower: OpenFollower
) -> None:
    rival = open_follower()
    fed.create(follower.engine)
    for one in (follower, rival):
        one.projections = tuple(Counted(projection, None) for projection in one.projections)
        one.start()
    agreements = [opened(journal) for _ in range(4)]
    for _ in range(15):
        outcomes(journal, [adding(agreement) for agreement in agreements])
    assert follower.wait_for(journal.head(), SECONDS)
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
