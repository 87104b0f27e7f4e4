"""What lists, searches and figures of today cost over a made-up register of any size: the 99th percentile.

Each question is asked of the views as the API does it, without HTTP, as the public and as an organisation in
turn; a page is the first of fifty, or one from deep inside. `--data` keeps the store, to be asked again.
"""

import argparse
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import quantiles
from zoneinfo import ZoneInfo

from benchmarks.measuring.contest import Bar, Contest, milliseconds
from benchmarks.measuring.places import Places
from benchmarks.measuring.running import measure
from benchmarks.register.filling import ZONE, Register, fill
from domain.agreement.access import Actor
from domain.databases import Databases
from domain.journal import Journal
from projections import counting, dashboards, listing, overview
from projections.agenda import agenda
from projections.follower import Follower
from projections.listing import Wanted
from projections.summary import summary
from projections.views import View, Views

AGREEMENTS = 10_000
TIMES = 50
MOST_MILLISECONDS = 25
COUNTED = 10_000
SOMEBODY = Actor("somebody", "coordinator", "kota-bandung")
Question = Callable[[View, Actor | None], object]


def main(arguments: list[str]) -> int:
    """Measure on both engines."""
    return measure("queries", __doc__, contests, arguments, _options)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--agreements", type=int, default=AGREEMENTS, metavar="N", help=f"({AGREEMENTS:,})")
    parser.add_argument("--times", type=int, default=TIMES, metavar="N", help=f"each question ({TIMES})")
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep what is filled in, on SQLite alone")


def contests(wanted: argparse.Namespace, places: Places) -> Iterator[Contest]:
    kept = {"SQLite": partial(Databases, folder=wanted.data)} if wanted.data else places.engines
    for engine, make in kept.items():
        databases = make()
        journal = Journal(databases, ZoneInfo(ZONE), "0.1.0")
        if not journal.head():
            fill(databases, Register(wanted.agreements))
        follower = Follower(journal, databases)
        if follower.position() < journal.head():
            follower.rebuild()
        views = Views(journal, follower)
        asked = {
            name: partial(_slowest, views, journal, ask, wanted.times) for name, ask in QUESTIONS.items()
        }
        yield Contest(
            name=f"questions to {engine}",
            unit="ms",
            contenders=asked,
            bars=tuple(Bar(name, at_most=MOST_MILLISECONDS) for name in asked),
        )
        views.close()
        follower.stop()
        journal.close()


def _slowest(views: Views, journal: Journal, ask: Question, times: int) -> float:
    """The 99th percentile of asking so often."""
    taken = [milliseconds(partial(_ask, views, journal, ask, (None, SOMEBODY)[n % 2])) for n in range(times)]
    return quantiles(taken, n=100, method="inclusive")[98]


def _ask(views: Views, journal: Journal, ask: Question, actor: Actor | None) -> None:
    with views.on(journal.today()) as view:
        ask(view, actor)


def _list(sort: str = "recorded", after: tuple[object, ...] | None = None, **filters: object) -> Question:
    return lambda view, actor: listing.agreements(view, actor, Wanted(filters, sort, after))


QUESTIONS: dict[str, Question] = {
    "newest": _list("-recorded"),
    "by title": _list("title"),
    "by title, deep": _list("title", ("p", 0)),
    "by signature": _list("-signed"),
    "by status": _list("status"),
    "realised": _list(status="realised"),
    "withdrawn": _list(standing="withdrawn"),
    "overdue": _list(overdue=True),
    "stalled by title": _list("title", stalled=True),
    "of an owner": _list(owner="kota-bandung"),
    "of a country": _list(country="CN"),
    "of a rare party": _list(party="Nobody knows it"),
    "followed up by title": _list("title", followed_up=True),
    "search, common": _list(q="kota"),
    "search, some": _list(q="nanning"),
    "search, begun": _list(q="nan"),
    "search, one letter": _list(q="x"),
    "search, two common": _list(q="kota friendship"),
    "search, rare": _list(q="nobody knows it"),
    "number of all": lambda view, actor: counting.count(view, actor, {}, COUNTED),
    "number of a status": lambda view, actor: counting.count(view, actor, {"status": "mou_signed"}, COUNTED),
    "number of a country": lambda view, actor: counting.count(view, actor, {"country": "CN"}, COUNTED),
    "number found": lambda view, actor: counting.count(view, actor, {"q": "kota"}, COUNTED),
    "summary": summary,
    "funnel": overview.funnel,
    "signed per year": overview.signed_per_year,
    "with an end": overview.with_validity,
    "late visits": lambda view, actor: overview.late_visits(view, actor, 5),
    "late commitments": lambda view, actor: overview.late_commitments(view, actor, 5),
    "ending soon": lambda view, actor: overview.ending_soon(view, actor, 5),
    "agenda of a month": lambda view, actor: agenda(view, actor, view.day, view.day + timedelta(days=31)),
    "countries": lambda view, _: listing.countries(view),
    "visits": lambda view, actor: dashboards.visits(view, actor, {}, None, 50),
    "visits overdue": lambda view, actor: dashboards.visits(view, actor, {"state": "overdue"}, None, 50),
    "commitments": lambda view, actor: dashboards.commitments(view, actor, {}, None, 50),
    "parties": lambda view, actor: dashboards.parties(view, actor, {}, None, 50),
    "fields": lambda view, actor: dashboards.fields(view, actor, None, 50),
}
