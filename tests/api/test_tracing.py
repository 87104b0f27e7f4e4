"""Traces: from a request over its append to the batch that took it in, and nothing where nobody asked."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, StatusCode

from api.app import create_app
from api.running import Running
from api.settings import Settings
from projections.feeding import Feed
from tests.api.doors import Doors, fact, proposed
from tests.api.places import MakePlace
from tests.api.serving import ROOT, serving
from tests.journal.following import eventually

CALLER = "4bf92f3577b34da6a3ce929d0e0e4736"
CANARY = "canary-7f3a"
WITHOUT_TRACES = """
import sys
from pathlib import Path
from typing import Self
from fastapi.testclient import TestClient
from api.app import create_app
from api.settings import Settings
with TestClient(create_app(Settings(data_dir=Path(sys.argv[1]), public_reading=True))) as client:
    assert client.get("/api/v1/agreements").status_code == 200
    assert client.app.state.answers.submit == client.app.state.running.journal.submit
print([name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))])
"""


class Traced:
    """The doors of a Pakta that is traced, and whose views move only when they are told to."""

    def __init__(self, running: Running, client: TestClient, told: InMemorySpanExporter) -> None:
        self.running = running
        self.doors = Doors.of(client).as_("kota-bandung")
        self.told = told

    def spans(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.told.get_finished_spans() if span.name == name]

    def span(self, name: str) -> ReadableSpan:
        (one,) = self.spans(name)
        return one


@pytest.fixture
def traced(tmp_path: Path) -> Iterator[Traced]:
    told, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(told))
    settings = Settings(data_dir=tmp_path, public_reading=True)
    running = Running.open(settings, follow=False)
    try:
        with TestClient(create_app(settings, running=running, traces=provider)) as client:
            yield Traced(running, client, told)
    finally:
        running.close()


def test_a_command_is_followed_from_its_request_into_the_views(traced: Traced) -> None:
    headers = {"traceparent": f"00-{CALLER}-00f067aa0ba902b7-01"}
    answer = traced.doors.post("/agreements", proposed(), headers=headers)
    traced.running.follower.catch_up()
    request, append, project = map(traced.span, ("POST /api/v1/agreements", "append", "project"))
    assert f"{context(request).trace_id:032x}" == CALLER
    assert append.parent == context(request)
    assert append.attributes == {
        "pakta.outcome": "stored",
        "pakta.position": answer.json()["position"],
        "pakta.agreements": 1,
    }
    assert [link.context for link in project.links] == [context(append)]
    assert project.attributes == {"pakta.entries": 1, "pakta.position": 1}


def test_a_batch_of_the_views_is_linked_to_each_of_its_commands_once(traced: Traced) -> None:
    agreement = traced.doors.open(fact("annotated", note="x"))
    facts = [fact("annotated", note=note) for note in ("a", "b")]
    traced.doors.batch({"agreement": agreement, "facts": facts}, {"agreement": None, "facts": [proposed()]})
    traced.running.follower.catch_up()
    traced.doors.record(agreement, fact("annotated", note="later"))
    traced.running.follower.catch_up()
    appends = traced.spans("append")
    first, second = traced.spans("project")
    assert [len(first.links), len(second.links)] == [3, 1]
    assert linked(first, second) == ids(appends)
    assert appends[2].attributes == {"pakta.outcome": "stored", "pakta.position": 5, "pakta.agreements": 2}


def test_what_is_declined_says_why_and_is_linked_to_nothing(traced: Traced) -> None:
    agreement = traced.doors.open()
    traced.doors.post(f"/agreements/{agreement}/events", fact("mou_signed", "2999"), key="declined")
    declined = traced.spans("append")[-1]
    assert declined.attributes == {"pakta.outcome": "in_the_future"}
    assert declined.status.status_code is StatusCode.UNSET
    again = traced.doors.post(f"/agreements/{agreement}/events", fact("mou_signed", "2024"), key="declined")
    assert again.status_code == 201
    traced.running.follower.catch_up()
    stored = [span for span in traced.spans("append") if span is not declined]
    assert linked(traced.span("project")) == ids(stored)


def test_what_goes_wrong_is_marked_without_its_words(traced: Traced, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise OSError(CANARY)

    with monkeypatch.context() as patched:
        patched.setattr(Feed, "_changes", fails)
        traced.doors.open()
        with pytest.raises(OSError, match=CANARY):
            traced.running.follower.catch_up()
    failed = traced.span("project")
    assert failed.status.status_code is StatusCode.ERROR
    assert (failed.attributes or {})["error.type"] == "OSError"
    assert CANARY not in failed.to_json()
    traced.running.follower.catch_up()
    assert [len(span.links) for span in traced.spans("project")] == [1, 1]


def test_neither_names_nor_secrets_nor_bodies_are_in_a_span(traced: Traced) -> None:
    doors = traced.doors
    agreement = doors.open(title=CANARY, note=CANARY)
    doors.record(agreement, fact("mou_signed", "2024", signatories=[{"name": CANARY, "office": "Wali Kota"}]))
    for path in (f"/agreements?q={CANARY}", f"/{CANARY}", f"/agreements?{CANARY}=1", "/events"):
        doors.ask("GET", path)
    doors.post(f"/agreements/{agreement}/events", {"type": CANARY}, key=CANARY, headers={"Cookie": CANARY})
    replace(doors, token=CANARY).post("/agreements", proposed())
    traced.running.follower.catch_up()
    spans = [span.to_json() for span in traced.told.get_finished_spans()]
    assert len(spans) == 11
    for secret in (CANARY, str(doors.token), agreement):
        assert not [span for span in spans if secret in span]


def test_a_span_has_the_id_of_its_request_and_the_log_that_of_its_trace(
    traced: Traced, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "pakta.requests"):
        traced.doors.get("/agreements", headers={"X-Request-Id": "a-request-of-ours"})
    span = traced.span("GET /api/v1/agreements")
    told = [vars(record)["told"] for record in caplog.records if "told" in vars(record)]
    assert (span.attributes or {})["pakta.request_id"] == "a-request-of-ours"
    assert [line["trace_id"] for line in told] == [f"{context(span).trace_id:032x}"]


def test_machines_that_ask_how_it_is_leave_no_trace(traced: Traced) -> None:
    for path in ("/livez", "/readyz", "/metrics"):
        traced.doors.client.get(path)
    assert not traced.told.get_finished_spans()


def test_where_nobody_asked_for_traces_nothing_is_loaded_for_them(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("PAKTA_", "OTEL_"))}
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_TRACES, str(tmp_path)],
        env=bare | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout == "[]\n", run.stderr


def test_a_collector_is_told_and_one_that_is_gone_keeps_nobody_from_stopping(place: MakePlace) -> None:
    at = place("sqlite")
    collector = Collector()
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_BSP_SCHEDULE_DELAY": "100"}
    with collector, serving(at, OTEL_SERVICE_NAME="pakta-test", **variables) as server:
        doors = Doors(server.client(), server.token())  # type: ignore[arg-type]  # asked in the same way
        doors.open()
        names = (b"pakta-test", b"POST /api/v1/agreements", b"append", b"project")
        assert eventually(lambda: all(name in collector.told() for name in names))
        assert str(doors.token).encode() not in collector.told()
        collector.stop()
        doors.open()
        assert server.stop() < 10
        assert server.process.returncode == 0


class Collector:
    """A collector of traces on this machine, which keeps what it is sent."""

    def __init__(self) -> None:
        sent: list[bytes] = []

        class Keeping(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._sent = sent
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Keeping)
        self._listening = threading.Thread(target=self._server.serve_forever)
        self._listening.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def told(self) -> bytes:
        return b"".join(self._sent)

    def stop(self) -> None:
        """Listen no more, as when it is gone."""
        self._server.shutdown()
        self._listening.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def linked(*spans: ReadableSpan) -> set[int]:
    return {link.context.span_id for span in spans for link in span.links}


def ids(spans: Iterable[ReadableSpan]) -> set[int]:
    return {context(span).span_id for span in spans}


def context(span: ReadableSpan) -> SpanContext:
    found = span.get_span_context()
    assert found is not None
    return found
