"""/metrics: what is counted, of which application, and with which labels."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.settings import Settings
from projections.parties import Parties
from tests.api.doors import Doors, fact, proposed

LIMITED = {"method", "route", "status", "outcome", "code", "projection", "room", "le"}


def figures(doors: Doors) -> dict[tuple[str, ...], float]:
    """Every figure, by its name and the values of its labels."""
    answer = doors.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            assert set(sample.labels) <= LIMITED, sample
            found[(sample.name, *sample.labels.values())] = sample.value
    return found


def test_commands_are_counted_by_what_became_of_them(closed: Doors) -> None:
    agreement = closed.open()
    for _ in range(3):
        closed.post("/agreements", proposed(title="Once"), key="one key")
    closed.post("/agreements", proposed(title="Other"), key="one key")
    events = f"/agreements/{agreement}/events"
    closed.post(events, fact("annotated", note="x"), headers={"If-Match": '"7"'})
    closed.post(events, fact("mou_signed", "2999"))
    closed.as_("kota-cimahi").post(events, fact("annotated", note="x"))
    told = figures(closed)
    outcomes = {name[1]: value for name, value in told.items() if name[0] == "pakta_commands_total"}
    assert outcomes == {
        "stored": 2,
        "repeated": 2,
        "key_reused": 1,
        "stale": 1,
        "refused": 1,
        "not_allowed": 1,
    }
    assert told["pakta_refusals_total", "in_the_future"] == 1
    assert told["pakta_conflicts_total",] == 1
    assert told["pakta_writer_batch_commands_sum",] == sum(outcomes.values())
    assert told["pakta_writer_commit_seconds_count",] == told["pakta_writer_batch_commands_count",]


def test_requests_are_counted_by_route_and_never_by_address(closed: Doors) -> None:
    agreement = closed.open(fact("annotated", note="x"))
    closed.get(f"/agreements/{agreement}")
    closed.public.ask("GET", "/agreements")
    for path in ("/nothing/pakta_secret", f"/api/v1/agreements/{agreement}/nothing", "/static/pakta.css"):
        closed.client.get(path)
    closed.client.request("BREW", "/livez")
    told = figures(closed)
    counted = {
        name[1:]: value for name, value in told.items() if name[0] == "pakta_http_request_seconds_count"
    }
    one = "/api/v1/agreements/{agreement}"
    assert counted == {
        ("POST", "/api/v1/agreements", "201"): 1,
        ("POST", f"{one}/events", "201"): 1,
        ("GET", one, "200"): 1,
        ("GET", "/api/v1/agreements", "401"): 1,
        ("GET", "none", "404"): 2,
        ("GET", "static", "200"): 1,
        ("other", "/livez", "405"): 1,
    }
    assert agreement not in closed.client.get("/metrics").text


def test_the_views_and_what_stops_them_are_seen(pakta: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    pakta.open()
    assert pakta.running.follower.wait_for(1, 30)

    def fails(*_: object) -> None:
        raise ValueError("poison")

    monkeypatch.setattr(Parties, "project", fails)
    pakta.open(kind="other")
    assert pakta.running.follower.wait_for(2, 30, "register")
    while not (told := figures(pakta))["pakta_projection_stuck", "parties"]:
        pass
    assert told["pakta_journal_head",] == 2
    assert told["pakta_projection_position", "register"] == 2
    assert told["pakta_projection_lag_events", "register"] == 0
    assert told["pakta_projection_lag_events", "parties"] == 1
    assert told["pakta_projection_stuck", "register"] == 0
    assert told["pakta_database_reachable",] == 1
    assert told["pakta_pool_connections_in_use", "journal"] >= 0


def test_two_applications_in_one_process_count_apart(tmp_path: Path) -> None:
    first, second = (create_app(Settings(data_dir=tmp_path / name)) for name in ("first", "second"))
    with TestClient(first) as one, TestClient(second) as other:
        Doors.of(one).as_("kota-bandung").open()
        assert figures(Doors.of(one))["pakta_commands_total", "stored"] == 1
        assert ("pakta_commands_total", "stored") not in figures(Doors.of(other))
        assert figures(Doors.of(other))["pakta_journal_head",] == 0
