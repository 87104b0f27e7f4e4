"""What lists, searches and figures of today cost over a made-up register of any size: the 99th percentile.

Each question is asked of the views as the API does it, without HTTP, each time about something else, by the
public, an office and an inspectorate in turn. Then a server is asked over HTTP, one request after the other.
`--data` and `--database` keep the store, to be asked again.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from zoneinfo import ZoneInfo

from api.identity import Directory
from benchmarks.asking.chances import Chance
from benchmarks.asking.doors import DOORS, Asking, some_agreements
from benchmarks.asking.questions import QUESTIONS, Asked, Question
from benchmarks.measuring.contest import Bar, Contest, milliseconds
from benchmarks.measuring.places import Places
from benchmarks.measuring.running import measure
from benchmarks.posting import servers
from benchmarks.register.filling import ZONE, Register, fill
from domain.agreement.access import Actor
from domain.collecting import collect_seldom
from domain.databases import Databases
from domain.journal import Journal
from projections.follower import Follower
from projections.views import Views

AGREEMENTS = 10_000
TIMES = 50
MOST_MILLISECONDS = 25
MOST_MEGABYTES = 300
OFFICE = Actor("somebody", "coordinator", "kota-bandung")
ASKING = (None, OFFICE, Actor("inspector", "viewer", "inspektorat-jenderal"))  # the last reads by grants
Engines = Mapping[str, Callable[[], Databases]]


def main(arguments: list[str]) -> int:
    """Measure on both engines."""
    return measure("queries", __doc__, contests, arguments, _options)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--agreements", type=int, default=AGREEMENTS, metavar="N", help=f"({AGREEMENTS:,})")
    parser.add_argument("--times", type=int, default=TIMES, metavar="N", help=f"each question ({TIMES})")
    parser.add_argument("--data", type=Path, metavar="DIR", help="a store on SQLite, filled if it is empty")
    parser.add_argument("--database", metavar="URL", help="likewise a database of PostgreSQL")
    parser.add_argument("--of", default="", metavar="TEXT", help="questions with this in their name")


def contests(wanted: argparse.Namespace, places: Places) -> Iterator[Contest]:
    """Each engine, first its views and then its doors."""
    collect_seldom()  # as whoever serves does
    for engine, make in _engines(wanted, places).items():
        databases = make()
        with _asked_views(databases, wanted.agreements) as (views, journal):
            for name, questions in QUESTIONS.items():
                asked = {
                    n: partial(_taken, views, journal, q, Chance(n), wanted.times)
                    for n, q in questions.items()
                }
                yield from _contest(f"{name}, {engine}", asked, wanted.of)
        with _asked_doors(databases) as asking:
            asked = {name: partial(_over_http, asking, name, Chance(name), wanted.times) for name in DOORS}
            yield from _contest(f"over HTTP, {engine}", asked, wanted.of)
        yield Contest(
            f"a process, {engine}",
            "ms",
            {"pakta": partial(_served, databases, wanted.times)},
            bars=(Bar("pakta", at_most=MOST_MEGABYTES, unit="MB"),),
        )


def _engines(wanted: argparse.Namespace, places: Places) -> Engines:
    kept: dict[str, Callable[[], Databases]] = {}
    if wanted.data:
        kept["SQLite"] = partial(Databases, folder=wanted.data)
    if wanted.database:
        kept["PostgreSQL"] = partial(Databases, url=wanted.database)
    return kept or places.engines


def _contest(name: str, asked: Mapping[str, Callable[[], Mapping[str, float]]], of: str) -> Iterator[Contest]:
    """Those that are wanted, each with the same bar."""
    chosen = {each: work for each, work in asked.items() if of in each}
    if chosen:
        bars = tuple(Bar(each, at_most=MOST_MILLISECONDS, unit="ms (p99)") for each in chosen)
        yield Contest(name, "ms", chosen, bars=bars)


@contextmanager
def _asked_views(databases: Databases, agreements: int) -> Iterator[tuple[Views, Journal]]:
    """Views at the head of a journal, both filled if nothing is there yet."""
    with ExitStack() as opened:
        journal = Journal(databases, ZoneInfo(ZONE), "0.1.0")
        opened.callback(journal.close)
        if not journal.head():
            fill(databases, Register(agreements))
        follower = Follower(journal, databases)
        opened.callback(follower.stop)
        if follower.position() < journal.head():
            follower.rebuild()
        views = Views(journal, follower)
        opened.callback(views.close)
        yield views, journal


def _taken(views: Views, journal: Journal, ask: Question, chance: Chance, times: int) -> Mapping[str, float]:
    return _spread(
        [milliseconds(partial(_ask, views, journal, ask, ASKING[n % 3], chance)) for n in range(times)]
    )


def _ask(views: Views, journal: Journal, ask: Question, actor: Actor | None, chance: Chance) -> None:
    with views.on(journal.today()) as view:
        ask(Asked(view, journal, actor, chance))


@contextmanager
def _asked_doors(databases: Databases) -> Iterator[Asking]:
    """A server, asked by somebody of an office."""
    with closing(Directory(databases)) as people, servers.pakta(databases) as server:
        token = people.issue(OFFICE.organisation, OFFICE.role, OFFICE.id)
        with closing(Asking(server.port, token, some_agreements(databases))) as asking:
            yield asking
        people.revoke(OFFICE.id)


def _over_http(asking: Asking, name: str, chance: Chance, times: int) -> Mapping[str, float]:
    return _spread([milliseconds(partial(asking.ask, DOORS[name], chance)) for _ in range(times)])


def _served(databases: Databases, times: int) -> Mapping[str, float]:
    """Milliseconds until a server is ready, and its memory when every door was asked so often."""
    began = time.perf_counter()
    with closing(Directory(databases)) as people, servers.pakta(databases) as server:
        ready = (time.perf_counter() - began) * 1000
        token = people.issue(OFFICE.organisation, OFFICE.role, OFFICE.id)
        with closing(Asking(server.port, token, some_agreements(databases))) as asking:
            for name in DOORS:
                _over_http(asking, name, Chance(name), times)
        people.revoke(OFFICE.id)
        return {"ms": ready, "MB": server.memory()}


def _spread(taken: list[float]) -> Mapping[str, float]:
    return {
        "ms (p50)": median(taken),
        "ms (p99)": quantiles(taken, n=100, method="inclusive")[98],
    }
