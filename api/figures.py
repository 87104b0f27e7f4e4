"""/metrics: figures for Prometheus. Each application has its own, so that several live in one process.

Workers on one address share theirs: whichever is asked tells the sums over all of them.
"""

import os
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.engine import Engine

from api.running import Running
from domain.agreement import Refused
from domain.journal import Answer, Declined, KeyReused, NotAllowed, Stale, UnknownAgreement

router = APIRouter(tags=["Health"])
# Where the counts of all workers lie, if there are several; prometheus_client reads it when it is imported.
SHARED_FIGURES = "PROMETHEUS_MULTIPROC_DIR"
BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
DECLINED = {Stale: "stale", NotAllowed: "not_allowed", KeyReused: "key_reused", UnknownAgreement: "not_found"}


class Figures:
    """What is counted while requests are answered and commands stored."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        if SHARED_FIGURES in os.environ:
            self.told = CollectorRegistry()
            MultiProcessCollector(self.told)  # type: ignore[no-untyped-call]  # it has no types
        else:
            self.told = registry
            ProcessCollector(registry=registry)
        self.requests = Histogram(
            "pakta_http_request_seconds",
            "Seconds until an answer begins, by method, route and status",
            ["method", "route", "status"],
            registry=registry,
        )
        self.commands = Counter("pakta_commands", "Commands by outcome", ["outcome"], registry=registry)
        self.refusals = Counter("pakta_refusals", "Commands refused, by code", ["code"], registry=registry)
        self.conflicts = Counter("pakta_conflicts", "Commands for another version (412)", registry=registry)
        self.batches = Histogram(
            "pakta_writer_batch_commands", "Commands in one commit", registry=registry, buckets=BATCH_SIZES
        )
        self.commits = Histogram(
            "pakta_writer_commit_seconds", "Seconds to decide and commit a group", registry=registry
        )
        self.connections = Gauge(
            "pakta_pool_connections_in_use",
            "Connections in use",
            ["room"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.workers = Gauge(
            "pakta_workers", "Processes that answer", registry=registry, multiprocess_mode="livesum"
        )

        self._requests: dict[tuple[str, str, int], Histogram] = {}

    def watch(self, running: Running) -> None:
        """Count what a running Pakta commits, and ask it how it is whenever somebody looks."""
        running.journal.writer.observe = self.committed
        self.workers.set(1)
        self.told.register(Condition(running))
        for room, engine in running.engines().items():
            self._watch_pool(self.connections.labels(room), engine)

    def _watch_pool(self, in_use: Gauge, engine: Engine) -> None:
        if isinstance(engine.pool, sa.pool.QueuePool):
            in_use.set(engine.pool.checkedout())
        sa.event.listen(engine, "checkout", lambda *_: in_use.inc())
        sa.event.listen(engine, "checkin", lambda *_: in_use.dec())

    def request(self, method: str, route: str, status: int) -> Histogram:
        """Where the requests of a kind are counted; found again faster than by asking for its labels."""
        known = self._requests.get((method, route, status))
        if known is None:
            known = self._requests[method, route, status] = self.requests.labels(method, route, status)
        return known

    def committed(self, outcomes: Sequence[Answer | Declined | Refused], before: int, seconds: float) -> None:
        """Count the outcomes of a group, which began after a position."""
        self.batches.observe(len(outcomes))
        self.commits.observe(seconds)
        for outcome in outcomes:
            if isinstance(outcome, Answer):
                # A retry gets the answer of old, with positions that were there already.
                newest = outcome.results[-1].position
                self.commands.labels("stored" if newest > before else "repeated").inc()
                before = max(before, newest)
            elif isinstance(outcome, Refused):
                self.commands.labels("refused").inc()
                self.refusals.labels(outcome.code).inc()
            else:
                self.commands.labels(DECLINED.get(type(outcome), "declined")).inc()
                self.conflicts.inc(isinstance(outcome, Stale))


class Condition(Collector):
    """The journal's head, and where each projection is, as of the moment."""

    def __init__(self, running: Running) -> None:
        self.running = running

    def collect(self) -> Iterable[Metric]:
        """What is the case now. Without a database the other figures are still told."""
        reachable = GaugeMetricFamily("pakta_database_reachable", "Whether the database answers")
        try:
            yield from self._views()
            reachable.add_metric([], 1)
        except sa.exc.SQLAlchemyError:
            reachable.add_metric([], 0)
        yield reachable

    def _views(self) -> list[Metric]:
        head = self.running.journal.head()
        journal = GaugeMetricFamily("pakta_journal_head", "The newest position", value=head)
        position, lag, stuck = (
            GaugeMetricFamily(f"pakta_projection_{name}", told, labels=["projection"])
            for name, told in (
                ("position", "The position that a projection reflects"),
                ("lag_events", "Entries by which it is behind the journal"),
                ("stuck", "1 if an entry has stopped it"),
            )
        )
        for checkpoint in self.running.follower.checkpoints():
            name = [checkpoint.projection]
            position.add_metric(name, checkpoint.position)
            lag.add_metric(name, max(0, head - checkpoint.position))
            stuck.add_metric(name, checkpoint.stuck_at is not None)
        return [journal, position, lag, stuck]


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Figures in the text format of Prometheus. They tell of no agreement and of nobody."""
    figures: Figures = request.app.state.figures
    return Response(generate_latest(figures.told), media_type=CONTENT_TYPE_PLAIN_0_0_4)
