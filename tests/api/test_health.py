"""Health: alive, ready, and what holds the views back."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.running import Running
from api.settings import Settings
from projections.parties import Parties
from tests.api.doors import Doors, fact


def test_a_process_that_answers_is_alive(closed: Doors) -> None:
    answer = closed.client.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_it_is_ready_when_the_views_have_reached_the_head(closed: Doors) -> None:
    closed.open(fact("annotated", note="x"))
    closed.get("/summary")
    answer = closed.client.get("/readyz")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["ready"], told["head"], told["position"], told["stuck"]) == (True, 2, 2, [])
    names = {"register", "timeline", "calendar", "parties", "citations", "entries"}
    assert set(told["projections"]) == names
    assert {view["behind"] for view in told["projections"].values()} == {0}


def test_it_is_not_ready_before(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, public_reading=True)
    with TestClient(create_app(settings)) as client:
        doors = Doors.of(client).as_("kota-bandung")
        doors.running.follower.stop()
        doors.open()
    running = Running.open(settings, follow=False)
    with TestClient(create_app(settings, running=running)) as client:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (503, False)
        running.follower.catch_up()
        assert client.get("/readyz").status_code == 200
    running.close()


def test_a_stuck_view_is_seen_and_the_others_go_on(pakta: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    pakta.open()
    pakta.get("/summary")

    def fails(*_: object) -> None:
        raise ValueError("poison")

    monkeypatch.setattr(Parties, "project", fails)
    agreement = pakta.open(kind="other")
    assert pakta.get(f"/agreements/{agreement}")["version"] == 1
    pakta.running.follower.wait_for(2, 1.0)
    answer = pakta.client.get("/readyz")
    told = answer.json()
    assert (answer.status_code, told["stuck"]) == (503, ["parties"])
    assert told["projections"]["parties"]["stuck_at"] == 2
    assert "poison" in told["projections"]["parties"]["error"]
    assert told["projections"]["register"]["position"] == 2


def test_every_answer_keeps_browsers_careful(shared: Doors) -> None:
    for path in ("/livez", "/docs", "/problems/stale", "/api/v1/agreements", "/nothing"):
        headers = shared.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
