"""The feed of all entries, and the stream that follows it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from api.app import create_app
from api.settings import Settings
from tests.api.doors import Doors, fact, pointers, problem, proposed
from tests.journal.people import SECONDS


def test_the_feed_goes_on_from_a_position(pakta: Doors) -> None:
    agreement = pakta.open(*(fact("annotated", note=str(n)) for n in range(4)))
    assert [item["position"] for item in pakta.walk("/events", limit=2)] == [1, 2, 3, 4, 5]
    page = pakta.get("/events?after=2&limit=2")
    assert [item["position"] for item in page["items"]] == [3, 4]
    assert (page["position"], page["next"]) == (4, "/api/v1/events?limit=2&after=4")
    assert pakta.ask("GET", page["next"]).headers.get("link") is None
    assert pakta.ask("GET", "/events?limit=2").headers["link"].endswith('; rel="next"')
    assert pakta.get("/events?after=5") == {"items": [], "next": None, "position": 5}
    assert pakta.get("/events?after=99")["items"] == []
    trail = pakta.get(f"/agreements/{agreement}/events")["items"]
    for entry, item in zip(pakta.get("/events")["items"], trail, strict=True):
        assert item == entry | {"corrected_by": [], "retracted_by": []}


def test_an_entry_is_shown_in_the_form_of_the_contract(pakta: Doors) -> None:
    pakta.post("/agreements", proposed(note="Why"), key="my key")
    (entry,) = pakta.get("/events")["items"]
    assert list(entry) == [
        *("agreement", "version", "position", "recorded_at", "recorded_by", "command_id"),
        *("correlation_id", "software", "fact"),
    ]
    assert (entry["version"], entry["position"], entry["command_id"]) == (1, 1, "my key")
    assert set(entry["recorded_by"]) == {"actor", "role", "organisation"}
    assert (entry["fact"]["type"], entry["fact"]["occurred"], entry["fact"]["note"]) == (
        *("proposed", "2024-01-10", "Why"),
    )


def test_entries_come_as_cloud_events_for_whoever_asks(pakta: Doors) -> None:
    agreement = pakta.open(fact("loi_signed", "2024-02-01"))
    accept = "application/cloudevents-batch+json"
    answer = pakta.ask("GET", "/events?after=1", headers={"Accept": accept})
    assert answer.headers["content-type"] == accept
    assert answer.headers["vary"] == "Accept"
    (entry,) = pakta.get("/events?after=1")["items"]
    assert answer.json() == [
        {
            "specversion": "1.0",
            "id": "2",
            "source": f"/api/v1/agreements/{agreement}",
            "type": "pakta.loi_signed",
            "subject": agreement,
            "time": entry["recorded_at"],
            "datacontenttype": "application/json",
            "data": entry,
        }
    ]
    first = pakta.ask("GET", "/events?limit=1", headers={"Accept": accept})
    assert first.headers["link"] == '</api/v1/events?limit=1&after=1>; rel="next"'


@contextmanager
def served(folder: Path) -> Iterator[Doors]:
    """A Pakta that is asked over the network, as streams cannot be otherwise."""
    app = create_app(Settings(data_dir=folder, public_reading=True))
    config = uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    token = app.state.running.directory.issue("kota-bandung", "coordinator")
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS) as client:
        try:
            yield Doors(client, token)  # type: ignore[arg-type]  # asked in the same way
        finally:
            server.should_exit = True  # while the client is there, and maybe listens
            thread.join()


@contextmanager
def listening(doors: Doors, path: str = "/events/stream", **headers: str) -> Iterator[Iterator[Any]]:
    """Events as they arrive, each as its id and entry."""
    wanted = headers | ({"Authorization": f"Bearer {doors.token}"} if doors.token else {})
    with doors.client.stream("GET", f"/api/v1{path}", headers=wanted) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[Any]:
    event: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line and name:
            event[name] = value
        elif "data" in event:
            yield int(event["id"]), json.loads(event["data"])
            event = {}


def take(events: Iterator[Any], count: int) -> list[Any]:
    return [next(events) for _ in range(count)]


def test_a_stream_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    with served(tmp_path) as doors:
        agreement = doors.open(*(fact("annotated", note=str(n)) for n in range(4)))
        with listening(doors, "/events/stream?after=0") as events:
            seen = take(events, 3)
            assert [position for position, _ in seen] == [1, 2, 3]
        with listening(doors, **{"Last-Event-ID": "3"}) as events:
            assert [position for position, _ in take(events, 2)] == [4, 5]
            doors.record(agreement, fact("annotated", note="live"))
            ((position, entry),) = take(events, 1)
            assert (position, entry["fact"]["note"]) == (6, "live")
        with listening(doors, "/events/stream?after=0", **{"Last-Event-ID": "5"}) as events:
            assert take(events, 1)[0][0] == 6, "what was last seen weighs more"
        assert [entry for _, entry in seen] == doors.get("/events")["items"][:3]


def test_a_stream_begins_with_what_is_recorded_from_now_on(tmp_path: Path) -> None:
    with served(tmp_path) as doors:
        agreement = doors.open()
        with listening(doors) as events:
            time.sleep(0.5)
            doors.record(agreement, fact("annotated", note="new"))
            ((position, _),) = take(events, 1)
            assert position == 2


def test_a_stream_shows_nothing_hidden(tmp_path: Path) -> None:
    with served(tmp_path) as doors:
        hidden = doors.open(visibility="organisation")
        with listening(doors.public, "/events/stream?after=0") as events:
            shown = doors.open(kind="other")
            doors.record(hidden, fact("annotated", note="secret"))
            doors.record(shown, fact("annotated", note="open"))
            seen = take(events, 2)
            assert [position for position, _ in seen] == [2, 4]
            assert {entry["agreement"] for _, entry in seen} == {shown}
            doors.record(shown, fact("visibility_changed", visibility="organisation"))
            doors.record(shown, fact("annotated", note="secret"))
            doors.record(doors.open(kind="regional"), fact("annotated", note="open"))
            assert [position for position, _ in take(events, 2)] == [7, 8]


@pytest.mark.parametrize("last", ["x", "-1", "1.5", "²"])
def test_a_stream_cannot_go_on_from_what_is_no_position(tmp_path: Path, last: str) -> None:
    with served(tmp_path) as doors:
        answer = doors.ask("GET", "/events/stream", headers={"Last-Event-ID": last.encode()})
        told = problem(answer, 422, "invalid")
        assert pointers(told) == {"Last-Event-ID": "must be the position of an entry"}


def test_a_server_stops_though_somebody_listens(tmp_path: Path) -> None:
    with ExitStack() as listeners:
        with served(tmp_path) as doors:
            listeners.enter_context(listening(doors, "/events/stream?after=0"))
            began = time.monotonic()
        assert time.monotonic() - began < SECONDS / 2
