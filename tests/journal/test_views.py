"""The views of any day say what `derive` says for that day."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from domain.agreement import State, derive
from domain.databases import Databases
from domain.journal import Journal
from projections.calendar import commitments, visits
from projections.change import on
from projections.follower import Follower
from projections.parties import parties
from projections.register import STATE, register
from projections.views import View, Views
from tests.conftest import Clock
from tests.journal.histories import recorded
from tests.journal.people import adding, carry_out, fact, opened


@pytest.fixture
def follower(journal: Journal, databases: Databases) -> Iterator[Follower]:
    one = Follower(journal, databases)
    yield one
    one.stop()


@pytest.fixture
def views(journal: Journal, follower: Follower) -> Views:
    return Views(journal, follower)


def shown(view: View, agreement: UUID) -> dict[str, list[Any]]:
    """What the views of a day show of an agreement."""

    def rows(table: sa.Table, *columns: sa.Column[object]) -> list[tuple[object, ...]]:
        query = sa.select(*columns).where(table.c.agreement == agreement, on(table, view.day))
        return sorted((tuple(row) for row in view.connection.execute(query)), key=repr)

    v, c, p = visits.c, commitments.c, parties.c
    return {
        "documents": [json.loads(str(document)) for (document,) in rows(register, register.c.document)],
        "visits": rows(visits, v.version, v.visit, v.state, v.window, v.held, v.follow_up, v.overdue_from),
        "commitments": rows(commitments, c.commitment, c.state, c.percent, c.due, c.overdue_from),
        "parties": rows(parties, p.key, p.name, p.role),
    }


def derived(state: State) -> dict[str, list[Any]]:
    """The same from the answers of the agreement itself."""
    if state.voided:
        return {"documents": [], "visits": [], "commitments": [], "parties": []}

    def day(overdue: object) -> str | None:
        return str(overdue) if overdue else None

    return {
        "documents": [json.loads(STATE.dump_json(state, exclude={"visits", "commitments"}))],
        "visits": sorted(
            (
                (v.version, v.visit, v.state, v.window, v.held, v.follow_up, day(v.overdue_from))
                for v in state.visits
            ),
            key=repr,
        ),
        "commitments": sorted(
            ((c.commitment, c.state, c.percent, c.due, day(c.overdue_from)) for c in state.commitments),
            key=repr,
        ),
        "parties": sorted(((p.key, p.name, p.role) for p in state.parties if state.begun), key=repr),
    }


@pytest.mark.parametrize("seed", range(4))
def test_the_views_of_a_day_say_what_is_derived_for_it(
    journal: Journal, clock: Clock, follower: Follower, views: Views, seed: int
) -> None:
    agreements = recorded(journal, clock, seed, facts=40)
    follower.catch_up()
    today = journal.today()
    for days in (-400, -60, -20, -8, -1, 0, 1, 25, 75, 200, 800):
        day = today + timedelta(days=days)
        with views.on(day) as view:
            assert view.position == journal.head()
            for agreement in agreements:
                state = derive(journal.history(journal.trail(agreement)), day)
                expected = derived(state)
                found = shown(view, agreement)
                for document in (*found["documents"], *expected["documents"]):
                    document["follow_up"].pop("days_overdue")  # it is worked out when it is read
                assert found == expected, day


def test_many_may_look_at_a_past_day_at_once(
    journal: Journal, clock: Clock, follower: Follower, views: Views
) -> None:
    agreement = opened(journal)
    clock.pass_days(10)
    carry_out(journal, adding(agreement, fact("loi_signed", occurred="2026-11-30")))
    follower.catch_up()
    past = journal.today() - timedelta(days=5)
    together = Barrier(8)

    def look(_: int) -> list[dict[str, list[Any]]]:
        together.wait()
        found = []
        for _turn in range(10):
            with views.on(past) as view:
                found.append(shown(view, agreement))
        return found

    with ThreadPoolExecutor(8) as threads:
        found = [one for many in threads.map(look, range(8)) for one in many]
    assert found == [found[0]] * 80
    [document] = found[0]["documents"]
    assert document["status"] == "proposed"


def test_a_past_day_is_looked_at_anew_when_more_is_recorded_of_it(
    journal: Journal, clock: Clock, follower: Follower, views: Views
) -> None:
    agreement = opened(journal)
    past = journal.today()
    clock.pass_days(10)
    for occurred in ("2026-11-19", "2026-11-20"):
        carry_out(journal, adding(agreement, fact("visit_held", occurred=occurred)))
        follower.catch_up()
        with views.on(past) as view:
            assert view.position == journal.head()
            held = shown(view, agreement)["visits"]
        assert len(held) == journal.head() - 1
