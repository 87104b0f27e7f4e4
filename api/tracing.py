"""Traces (OpenTelemetry): from a request over its append to the batch that takes it into the views.

Off unless the standard variables name a collector and the extra `tracing` is installed. What is told are
numbers and outcomes: never an address, a header, a body or a person.
"""

import logging
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.trace import Link, Span, SpanContext, StatusCode, TracerProvider
from starlette.types import Scope

from api.problems import DECLINED
from api.running import Running
from api.settings import SOFTWARE
from domain.agreement import Refused
from domain.journal import Answer, Command, Declined, Entry

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
UNTRACED = frozenset({"/livez", "/readyz", "/metrics"})  # asked every few seconds, by machines
OURS_TO_MEND = frozenset({"busy", "unavailable", "failed"})
REMEMBERED = 10_000  # appends that no batch has taken in yet; where another process leads, none ever will
EXPORT_SECONDS = "2"  # that a batch of spans is tried to be sent; a server that stops waits for the last
CONCEALED = "REDACTED"
Submit = Callable[[Command], "Future[Answer]"]

log = logging.getLogger("pakta.requests")


def telemetry(provider: TracerProvider | None) -> TelemetryConfig:
    """What FastAPI, which traces requests by itself, is to do: spans of requests and nothing else."""
    return {
        "tracer_provider": provider,
        "auto_configure": provider is None and _is_asked_for(),
        "metrics": False,  # /metrics has them
        "logs": False,  # they would quote what was sent
        "operation_spans": False,
        "exclude": lambda scope: scope.get("path") in UNTRACED,
    }


def submitting(running: Running, provider: TracerProvider | None) -> Submit:
    """The way to hand commands to the journal: with spans if there is anybody to tell of them."""
    provider = provider or trace.get_tracer_provider()
    if isinstance(provider, trace.ProxyTracerProvider | trace.NoOpTracerProvider):
        return running.journal.submit
    return Tracing(provider, running).submit


def conceal(scope: Scope) -> None:
    """Take out of a request's span what may hold a name or a secret, and add its id."""
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attribute("url.path", CONCEALED)
        if scope.get("query_string"):
            span.set_attribute("url.query", CONCEALED)
        span.set_attribute("pakta.request_id", scope["state"]["request_id"])


def trace_id() -> str | None:
    """The id of the trace that goes on, in hex, for the log; None if there is none."""
    context = trace.get_current_span().get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


class Tracing:
    """Makes a span of each command and of each batch of the follower, which it links to its commands."""

    def __init__(self, provider: TracerProvider, running: Running) -> None:
        self._tracer = provider.get_tracer("pakta", SOFTWARE)
        self._journal = running.journal
        self._appends: OrderedDict[tuple[str, str], SpanContext] = OrderedDict()
        running.follower.feed.watched = self.projecting

    def submit(self, command: Command) -> "Future[Answer]":
        """Hand a command to the journal; its span lasts from there until it is stored or declined."""
        span = self._tracer.start_span("append")
        key = (command.actor.id, command.command_id)
        if span.is_recording():
            # Before it is stored: the follower may be faster than whoever waits for the answer.
            self._appends[key] = span.get_span_context()
            while len(self._appends) > REMEMBERED:
                self._appends.popitem(last=False)
        future = self._journal.submit(command)
        future.add_done_callback(partial(self._end, span, key))
        return future

    def _end(self, span: Span, key: tuple[str, str], future: "Future[Answer]") -> None:
        outcome = _outcome(future)
        if outcome == "stored":
            results = future.result().results
            span.set_attribute("pakta.position", max(result.position for result in results))
            span.set_attribute("pakta.agreements", len({result.agreement for result in results}))
        elif self._appends.get(key) == span.get_span_context():
            self._appends.pop(key, None)
        span.set_attribute("pakta.outcome", outcome)
        if outcome in OURS_TO_MEND:
            span.set_status(StatusCode.ERROR)
        span.end()

    @contextmanager
    def projecting(self, entries: Sequence[Entry]) -> Iterator[None]:
        """Make a span of a batch, linked to those commands of it that this process recorded."""
        if not entries:
            yield
            return
        keys = {(entry.recorded_by.actor, entry.command_id): None for entry in entries}
        links = [Link(context) for key in keys if (context := self._appends.get(key))]
        told = {"pakta.entries": len(entries), "pakta.position": entries[-1].position or 0}
        # What went wrong is in the log, without the words of the error, which may quote what was recorded.
        with self._tracer.start_as_current_span(
            "project", links=links, attributes=told, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_status(StatusCode.ERROR)
                span.set_attribute("error.type", type(error).__name__)
                raise
        for key in keys:
            self._appends.pop(key, None)


def _is_asked_for() -> bool:
    if not any(os.getenv(name) for name in ENDPOINTS):
        return False
    if find_spec("opentelemetry.sdk") is None:
        log.warning("traces are asked for, but what the extra `tracing` names is not installed")
        return False
    os.environ.setdefault("OTEL_EXPORTER_OTLP_TIMEOUT", EXPORT_SECONDS)
    return True


def _outcome(future: "Future[Answer]") -> str:
    """`stored`, also for a retry; else the code of the problem."""
    if future.cancelled():
        return "cancelled"
    error = future.exception()
    if isinstance(error, Refused):
        return error.code
    if isinstance(error, Declined):
        return DECLINED[type(error)][0]
    return "failed" if error else "stored"
