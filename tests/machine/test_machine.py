"""Random lives of agreements, driven through the API and told again by a simple model."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api.app import create_app
from api.running import Running
from api.settings import Settings
from tests.journal.people import SECONDS
from tests.machine.model import Model, Told

FIRST_DAY = date(2024, 1, 1)
# Few days and few agreements, so that facts meet: on the same day, in either order, more than once.
DAYS = st.integers(0, 6).map(lambda days: FIRST_DAY + timedelta(days=days))
VISITS = st.sampled_from(["spring", "autumn"])
KINDS = st.sampled_from(["loi_signed", "loi_signed", "mou_signed", "mou_signed", "terminated", "annotated"])
MakeSettings = Callable[[], Settings]


class Lives(RuleBasedStateMachine):
    """What a coordinator may do in any order, sensible or not. Every answer is compared with the model's."""

    make_settings: MakeSettings

    def __init__(self) -> None:
        super().__init__()
        self.open = ExitStack()
        app = create_app(self.make_settings())
        self.client = self.open.enter_context(TestClient(app))
        self.running: Running = app.state.running
        token = self.running.directory.issue("kota-bandung", "coordinator")
        self.client.headers["Authorization"] = f"Bearer {token}"
        self.models: dict[str, Model] = {}
        self.sent = 0

    def teardown(self) -> None:
        self.every_view_rebuilt_equals_the_live_one()
        self.open.close()

    @initialize(day=DAYS)
    def first(self, day: date) -> None:
        self.propose(day)

    @precondition(lambda self: len(self.models) < 2)
    @rule(day=DAYS)
    def propose(self, day: date) -> None:
        told = Told("proposed", day)
        answer = self.client.post("/api/v1/agreements", json=fact_of(told))
        assert answer.status_code == 201
        self.models[answer.json()["agreement"]] = Model([told])
        self.sent += 1

    @rule(data=st.data(), kind=KINDS, day=DAYS)
    def record(self, data: st.DataObject, kind: str, day: date) -> None:
        self.tell(data, Told(kind, day))

    @rule(data=st.data(), day=DAYS, visit=VISITS)
    def schedule(self, data: st.DataObject, day: date, visit: str) -> None:
        self.tell(data, Told("follow_up_visit_scheduled", day, visit=visit))

    @rule(data=st.data(), day=DAYS, visit=st.one_of(st.none(), VISITS))
    def hold(self, data: st.DataObject, day: date, visit: str | None) -> None:
        self.tell(data, Told("visit_held", day, visit=visit))

    @rule(data=st.data(), day=DAYS, visit=VISITS)
    def cancel(self, data: st.DataObject, day: date, visit: str) -> None:
        self.tell(data, Told("visit_cancelled", day, visit=visit))

    @rule(data=st.data(), day=DAYS, extent=st.sampled_from(["partly", "fully"]))
    def realise(self, data: st.DataObject, day: date, extent: str) -> None:
        self.tell(data, Told("realised", day, extent=extent))

    @rule(data=st.data(), about=st.integers(1, 8))
    def retract(self, data: st.DataObject, about: int) -> None:
        self.tell(data, Told("retracted", FIRST_DAY, about=about))

    @rule(data=st.data(), about=st.integers(1, 8), day=DAYS)
    def correct(self, data: st.DataObject, about: int, day: date) -> None:
        kind = data.draw(st.sampled_from(["proposed", "loi_signed", "mou_signed", "terminated"]))
        self.tell(data, Told("corrected", FIRST_DAY, about=about, instead=Told(kind, day)))

    def tell(self, data: st.DataObject, told: Told) -> None:
        """Record through the API, sometimes twice with one key; the model says what should come of it."""
        agreement = data.draw(st.sampled_from(sorted(self.models)))
        model = self.models[agreement]
        self.sent += 1
        headers = {"Idempotency-Key": f"{self.sent}"}
        url = f"/api/v1/agreements/{agreement}/events"
        answers = [self.client.post(url, json=fact_of(told), headers=headers) for _ in range(2)]
        accepted = model.accepts(told)
        assert [answer.status_code for answer in answers] == [201 if accepted else 409] * 2, answers[0].text
        if accepted:
            assert answers[0].content == answers[1].content
            self.models[agreement] = model.with_one_more(told)

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        for agreement, model in self.models.items():
            for day in (FIRST_DAY + timedelta(days=3), date(2026, 1, 1)):
                told = self.client.get(
                    f"/api/v1/agreements/{agreement}", params={"as_of": day.isoformat()}
                ).json()
                expected = model.answers(day)
                assert {name: told[name] for name in expected} == expected

    @rule()
    def the_counts_are_those_of_the_model(self) -> None:
        summary = self.client.get("/api/v1/summary", params={"min_position": self.head()}).json()
        today = [model.answers(date.max) for model in self.models.values()]
        counted = [answer for answer in today if answer["status"]]
        assert summary["agreements"] == len(counted)
        for status, count in summary["by_status"].items():
            assert count == sum(answer["status"] == status for answer in counted)

    def every_view_rebuilt_equals_the_live_one(self) -> None:
        follower = self.running.follower
        assert follower.wait_for(self.head(), SECONDS)
        live = list(rows_of(self.running))
        follower.rebuild()
        assert follower.wait_for(self.head(), SECONDS)
        assert list(rows_of(self.running)) == live

    def head(self) -> int:
        return self.running.journal.head()


def fact_of(told: Told) -> dict[str, Any]:
    """The body that records what the model was told."""
    if told.type in ("retracted", "corrected"):
        instead = {"fact": fact_of(told.instead)} if told.instead else {}
        return {"type": told.type, "version": told.about, "reason": "wrong", **instead}
    party = {"name": "Kota Bandung", "kind": "city", "country": "ID"}
    details: dict[str, dict[str, Any]] = {
        "proposed": {"title": "T", "kind": "regional", "parties": [party]},
        "annotated": {"note": "seen"},
        "realised": {"extent": told.extent},
        "follow_up_visit_scheduled": {"window": "2024-06"},
    }
    named = {"visit": told.visit} if told.visit else {}
    return {"type": told.type, "occurred": told.day.isoformat(), **details.get(told.type, {}), **named}


def rows_of(running: Running) -> Iterator[tuple[str, list[str]]]:
    """Every row of every view, in an order of its own."""
    with running.follower.engine.connect() as connection:
        for projection in running.follower.projections:
            for table in projection.tables:
                rows = connection.execute(sa.select(table)).all()
                yield table.name, sorted(repr(tuple(row)) for row in rows)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_any_life_of_an_agreement_is_told_rightly(
    engine: str, fresh_settings: Callable[[str], Settings]
) -> None:
    machine = type("LivesHere", (Lives,), {"make_settings": staticmethod(lambda: fresh_settings(engine))})
    examples = 30 if engine == "sqlite" else 10
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
