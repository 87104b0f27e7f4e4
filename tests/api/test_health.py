"""Health: alive, ready, and what holds the views back."""

import sqlite3
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.running import Running
from api.settings import Settings
from projections.parties import Parties
from tests.api.doors import Doors, fact
from tests.journal.following import eventually
from tests.journal.people import SECONDS


def test_a_process_that_answers_is_alive(closed: Doors) -> None:
    answer = closed.client.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_it_is_ready_when_the_views_have_reached_the_head(closed: Doors) -> None:
    closed.open(fact("annotated", note="x"))
    assert closed.running.follower.wait_for(2, SECONDS)
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
    assert pakta.running.follower.wait_for(1, SECONDS)
    monkeypatch.setattr(Parties, "project", fails)
    agreement = pakta.open(kind="other")
    assert pakta.get(f"/agreements/{agreement}")["version"] == 1
    assert pakta.running.follower.wait_for(2, SECONDS)
    answer = pakta.client.get("/readyz")
    told = answer.json()
    assert (answer.status_code, told["stuck"]) == (503, ["parties"])
    assert told["projections"]["parties"]["stuck_at"] == 2
    assert "poison" in told["projections"]["parties"]["error"]
    assert told["projections"]["register"]["position"] == 2


def test_a_view_says_whether_it_is_following_behind_or_stuck(
    pakta: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    pakta.open()
    assert pakta.running.follower.wait_for(1, SECONDS)

    def state() -> str:
        return str(pakta.client.get("/readyz").json()["projections"]["timeline"]["state"])

    assert state() == "following"
    pakta.running.follower.stop()
    pakta.open(title="Another")
    assert state() == "behind"
    pakta.running.follower.watch.seconds = 0.1
    time.sleep(0.2)
    assert state() == "stuck"


def test_what_was_skipped_is_told_and_keeps_nobody_from_being_ready(
    pakta: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = pakta.running.follower
    with monkeypatch.context() as patch:
        patch.setattr(Parties, "project", fails)
        pakta.open()
        assert eventually(lambda: pakta.client.get("/readyz").json()["stuck"] == ["parties"])
        follower.skip("parties")
    assert eventually(lambda: pakta.client.get("/readyz").status_code == 200)
    assert pakta.client.get("/readyz").json()["projections"]["parties"]["skipped"] == [1]


def test_a_question_waits_for_no_view_that_it_does_not_need(
    pakta: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Parties, "project", fails)
    began = time.monotonic()
    pakta.open()
    assert len(pakta.get("/agreements")["items"]) == 1
    assert len(pakta.get("/visits?min_position=1")["items"]) == 0
    assert pakta.ask("GET", "/parties?min_position=1").status_code == 503
    assert time.monotonic() - began < SECONDS, "which is how long each would have waited"


def test_a_journal_restored_to_the_past_is_noticed_until_the_views_are_of_it_again(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, public_reading=True)
    saved = tmp_path / "saved"
    with TestClient(create_app(settings)) as client:
        Doors.of(client).as_("kota-bandung").open()
    with sqlite3.connect(tmp_path / "journal.db", isolation_level=None) as journal:
        journal.execute("VACUUM INTO ?", (str(saved),))
    journal.close()
    with TestClient(create_app(settings)) as client:
        doors = Doors.of(client).as_("kota-bandung")
        doors.open(title="Lost")
        doors.get("/agreements?min_position=2")
    for file in tmp_path.glob("journal.db*"):
        file.unlink()
    saved.rename(tmp_path / "journal.db")
    running = Running.open(settings, follow=False)
    with TestClient(create_app(settings, running=running)) as client:
        told = client.get("/readyz")
        assert (told.status_code, told.json()["head"]) == (503, 1)
        assert "beyond the end of the journal" in told.json()["projections"]["register"]["error"]
        running.follower.start()
        assert eventually(lambda: client.get("/readyz").status_code == 200)
        [kept] = client.get("/api/v1/agreements").json()["items"]
        assert kept["title"] != "Lost"
    running.close()


def fails(*_: object) -> None:
    raise ValueError("poison")


def test_every_answer_keeps_browsers_careful(shared: Doors) -> None:
    for path in ("/livez", "/docs", "/problems/stale", "/api/v1/agreements", "/nothing"):
        headers = shared.client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
