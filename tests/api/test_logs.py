"""The log: one line for each request, with ids, and nothing that was sent."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.logs import Lines, Together
from tests.api.commands import serving
from tests.api.doors import Doors, fact, proposed
from tests.journal.following import eventually

CANARY = "canary-7f3a"


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """What is logged during a test, as JSON."""
    said, log = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(said)
    handler.setFormatter(Lines("json"))
    handler.addFilter(lambda record: not record.name.startswith("httpx2"))  # those are of whoever asks
    before = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    yield said
    log.removeHandler(handler)
    log.setLevel(before)


def lines(said: io.StringIO) -> list[dict[str, Any]]:
    """The lines about requests."""
    every = [json.loads(line) for line in said.getvalue().splitlines()]
    return [line for line in every if line["logger"] == "pakta.requests"]


def test_a_request_is_one_line_with_who_asked_what_and_what_became_of_it(
    closed: Doors, said: io.StringIO
) -> None:
    agreement = closed.open()
    closed.post(f"/agreements/{agreement}/events", fact("annotated", note="x"), key="my-key")
    first, second = lines(said)
    actor = closed.running.journal.entries()[0].recorded_by.actor
    assert first["command_id"] == closed.running.journal.entries()[0].command_id
    assert isinstance(second.pop("ms"), float)
    assert len(second.pop("request_id")) == 32
    assert second.pop("time").endswith("+00:00")
    assert second == {
        "level": "info",
        "logger": "pakta.requests",
        "message": "POST /api/v1/agreements/{agreement}/events 201",
        "method": "POST",
        "route": "/api/v1/agreements/{agreement}/events",
        "status": 201,
        "actor": actor,
        "organisation": "kota-bandung",
        "command_id": "my-key",
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0d3adb33-0000-4000-8000-00000000cafe", True),
        ("trace.7_f", True),
        ("short", False),
        ("x" * 65, False),
        ("with spaces in it", False),
        ('quote"quote"', False),
    ],
)
def test_a_sane_id_is_kept_and_others_are_replaced(
    closed: Doors, said: io.StringIO, given: str, *, kept: bool
) -> None:
    answer = closed.client.get("/livez", headers={"X-Request-Id": given})
    returned = answer.headers.get_list("x-request-id")
    assert [line["request_id"] for line in lines(said)] == returned
    assert (returned == [given]) == kept


def test_a_failure_of_ours_is_logged_and_answered_with_the_id(
    closed: Doors, said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(closed.running.journal, "trail", fails)
    client = closed.client
    monkeypatch.setattr(client._transport, "raise_server_exceptions", False)
    agreement = "0d3adb33-0000-4000-8000-00000000cafe"
    answer = closed.ask("GET", f"/agreements/{agreement}")
    [line] = lines(said)
    assert (answer.status_code, line["status"]) == (500, 500)
    assert answer.headers["x-request-id"] == line["request_id"]


def test_no_token_and_nothing_of_a_body_is_ever_logged(closed: Doors, said: io.StringIO) -> None:
    assert closed.token
    agreement = closed.open(title=CANARY)
    events = f"/agreements/{agreement}/events"
    closed.post(events, fact("annotated", note=CANARY))
    closed.post(events, {"type": CANARY})
    closed.post(events, fact("mou_signed", CANARY))
    closed.ask("POST", events, content=f'{{"{CANARY}'.encode())
    closed.get("/agreements", q=CANARY)
    closed.ask("POST", "/documents", content=b"%PDF-1.7 " + CANARY.encode())
    closed.client.get("/livez", headers={"Authorization": f"Bearer {CANARY}"})
    closed.public.ask("GET", "/agreements", headers={"Authorization": f"Bearer {CANARY}"})
    closed.client.get(f"/{CANARY}/{closed.token}", headers={"X-Request-Id": f"({CANARY})"})
    assert len(lines(said)) == 10
    assert CANARY not in said.getvalue()
    assert closed.token not in said.getvalue()


def test_an_error_tells_its_kind_and_place_but_not_its_words() -> None:
    with pytest.raises(ValueError, match="Expecting") as failed:
        json.loads(f"{{{CANARY}")
    error = failed.value
    error.__cause__ = KeyError(CANARY)
    words = ("it failed with %r", (error,), (type(error), error, error.__traceback__))
    record = logging.LogRecord("pakta", logging.ERROR, __file__, 1, *words)
    for form in ("json", "text"):
        line = Lines(form).format(record)
        assert CANARY not in line
        assert "\n" not in line
        assert "KeyError" in line
        assert "test_an_error_tells_its_kind" in line


def test_text_is_for_reading(closed: Doors) -> None:
    told = {"method": "GET", "route": "/livez", "status": 200, "ms": 1.2, "actor": None, "request_id": "abc"}
    record = logging.makeLogRecord(
        {"name": "pakta.requests", "levelname": "INFO", "msg": "GET /livez 200", "told": told}
    )
    line = Lines("text").format(record)
    assert line.endswith("info pakta.requests GET /livez 200 ms=1.2 request_id='abc'")


def test_lines_are_written_together_but_a_warning_at_once_with_all_before_it() -> None:
    said = io.StringIO()
    log = logging.getLogger("pakta.together")
    handler = Together(said)
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.info("first")
    log.warning("second")
    assert said.getvalue() == "first\nsecond\n"
    log.info("third")
    assert eventually(lambda: said.getvalue().endswith("third\n"))
    log.info("fourth")
    handler.flush()
    assert said.getvalue().endswith("third\nfourth\n")


def test_nothing_is_printed_unless_a_server_asks_for_it(
    closed: Doors, capfd: pytest.CaptureFixture[str]
) -> None:
    closed.post("/agreements", proposed())
    assert capfd.readouterr() == ("", "")


def test_a_server_logs_in_json_to_standard_error(tmp_path: Path) -> None:
    said = tmp_path / "log"
    with said.open("w") as log, serving(tmp_path / "data", log) as (address, process):
        for path in ("/livez", f"/api/v1/agreements?q={CANARY}"):
            httpx2.get(address + path, headers={"Authorization": f"Bearer {CANARY}"})
        process.terminate()
        assert process.wait(30) == 0
    lines = [json.loads(line) for line in said.read_text().splitlines()]
    every = [line for line in lines if line["logger"] == "pakta.requests"]
    assert [(line["route"], line["status"]) for line in every] == [
        ("/livez", 200),
        ("/api/v1/agreements", 401),
    ]
    assert CANARY not in said.read_text()
