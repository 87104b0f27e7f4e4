"""Of all processes that follow one journal one leads; another takes over within seconds when it dies."""

import time

import pytest

from domain.databases import Databases
from domain.journal import Journal
from projections.follower import Follower
from projections.leading import lead_of
from tests.journal.conftest import OpenFollower
from tests.journal.following import eventually, rows
from tests.journal.people import SECONDS, opened
from tests.journal.processes import process, said

TAKE_OVER_SECONDS = 15  # it takes one, and more on a machine that is busy besides


def test_one_follower_leads_and_the_other_takes_over_when_it_stops(
    journal: Journal, follower: Follower, open_follower: OpenFollower
) -> None:
    follower.start()
    assert eventually(lambda: follower.leads)
    other = open_follower()
    other.start()
    opened(journal)
    assert other.wait_for(1, SECONDS)
    assert not other.leads
    follower.stop()
    assert eventually(lambda: other.leads, TAKE_OVER_SECONDS)
    opened(journal)
    assert other.wait_for(2, SECONDS)


def test_when_the_process_that_leads_is_killed_another_takes_over_within_seconds(
    journal: Journal, follower: Follower, databases: Databases
) -> None:
    with process("follow", databases) as leader:
        assert said(leader) == "leads"
        follower.start()
        opened(journal)
        assert follower.wait_for(1, SECONDS), "who does not lead waits for what the leader does"
        assert len(rows(follower)["timeline"]) == 1
        time.sleep(0.2)
        assert not follower.leads
        leader.kill()
        killed = time.monotonic()
    opened(journal)
    assert follower.wait_for(2, TAKE_OVER_SECONDS)
    assert time.monotonic() - killed < TAKE_OVER_SECONDS
    assert follower.leads


def test_a_rebuild_needs_no_lead(journal: Journal, follower: Follower, databases: Databases) -> None:
    with process("follow", databases) as leader:
        assert said(leader) == "leads"
        opened(journal)
        assert follower.wait_for(1, SECONDS)
        follower.rebuild()
        opened(journal)
        assert follower.wait_for(2, SECONDS), "the leader goes on with the new tables"
        assert len(rows(follower)["timeline"]) == 2


def test_a_lead_is_had_by_one_and_kept_until_it_is_released(databases: Databases) -> None:
    engine = databases.engine("views")
    first, second, other = (lead_of(what, databases, engine) for what in ("a", "a", "b"))
    assert first.take()
    assert first.take()
    assert not second.take()
    assert other.take()
    first.release()
    assert second.take()
    for lead in (second, other):
        lead.release()
    engine.dispose()


def test_a_lead_is_lost_with_its_connection(postgresql_databases: Databases) -> None:
    engine = postgresql_databases.engine("views")
    first, second = (lead_of("a", postgresql_databases, engine) for _ in range(2))
    assert first.take()
    with engine.begin() as connection:
        held = "FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        killed = connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {held}")
        assert killed.scalars().all() == [True]
    assert not first.take()
    assert second.take()
    second.release()
    engine.dispose()


@pytest.mark.parametrize("times", [2])
def test_a_process_may_take_a_lead_again(databases: Databases, times: int) -> None:
    engine = databases.engine("views")
    lead = lead_of("a", databases, engine)
    for _ in range(times):
        assert lead.take()
        lead.release()
    engine.dispose()
