"""Another process feeds the views, so that whoever leads can answer; without it the leader does it itself."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from api.running import FEEDING
from domain.databases import Databases, writing
from domain.journal import Journal
from projections import apart
from projections.apart import FailedApart
from projections.checkpoints import checkpoints
from projections.follower import Follower
from tests.api.serving import is_there
from tests.conftest import Clock
from tests.journal.following import eventually, rows
from tests.journal.histories import recorded
from tests.journal.library_factory import place_of
from tests.journal.people import SECONDS, adding, carry_out, fact, opened


@pytest.fixture
def follower(journal: Journal, databases: Databases) -> Iterator[Follower]:
    """A follower with the program that feeds the views beside those who answer."""
    follower = Follower(journal, databases, (*FEEDING, "json"))
    yield follower
    follower.stop()


def feeder(follower: Follower) -> int:
    """The process that feeds, once there is one. That it is there is found out when a step is to be taken."""

    def is_known() -> bool:
        follower.feed.step(follower.projections)
        return follower.feed.process is not None

    assert eventually(is_known)
    process = follower.feed.process
    assert process is not None
    return process


def test_what_another_process_makes_of_the_journal_is_what_a_rebuild_makes(
    journal: Journal, clock: Clock, follower: Follower
) -> None:
    recorded(journal, clock, 1)
    follower.catch_up()
    assert feeder(follower) != os.getpid()
    recorded(journal, clock, 2)
    follower.catch_up()
    assert follower.feed.process is not None
    live = rows(follower)
    follower.rebuild()
    assert rows(follower) == live
    for agreement in recorded(journal, clock, 3):
        carry_out(journal, adding(agreement, fact("annotated", note="After the rebuild")))
    follower.catch_up()
    assert {c.position for c in follower.checkpoints()} == {journal.head()}


def test_when_it_is_killed_the_leader_goes_on_at_once_and_begins_another(
    journal: Journal, follower: Follower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "AGAIN_SECONDS", 0.1)
    killed = feeder(follower)
    os.kill(killed, signal.SIGKILL)
    agreement = opened(journal)
    follower.feed.step(follower.projections)
    assert {c.position for c in follower.checkpoints()} == {1}
    assert follower.feed.process is None
    assert feeder(follower) != killed
    carry_out(journal, adding(agreement, fact("annotated", note="Seen")))
    follower.catch_up()
    assert {c.position for c in follower.checkpoints()} == {2}


def test_a_follower_that_stops_takes_it_along(journal: Journal, follower: Follower) -> None:
    process = feeder(follower)
    follower.start()
    opened(journal)
    assert follower.wait_for(1, SECONDS)
    follower.stop()
    assert not is_there(process)


def test_it_ends_with_the_process_that_began_it(databases: Databases, follower: Follower) -> None:
    told = subprocess.run(  # our own program
        [sys.executable, "-m", "tests.journal.processes", "feed", place_of(databases)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == -signal.SIGKILL
    assert eventually(lambda: not is_there(int(told.stdout)))


def test_what_it_cannot_do_is_an_error_here_and_it_goes_on(journal: Journal, follower: Follower) -> None:
    process = feeder(follower)
    opened(journal)
    _rename(follower, "checkpoints", "away")
    with pytest.raises(FailedApart):
        follower.feed.step(follower.projections)
    _rename(follower, "away", "checkpoints")
    follower.catch_up()
    assert {c.position for c in follower.checkpoints()} == {1}
    assert follower.feed.process == process


def _rename(follower: Follower, old: str, new: str) -> None:
    assert checkpoints.name in (old, new)
    with writing(follower.engine).begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}")
