"""How long the views take to show what was recorded, while 500 events a second are.

Milliseconds from the answer to a command until every view has reached its position, looked at every ten
milliseconds. One process records and another feeds the views, as where Pakta serves; each event is a command
of its own, whose time has come whether or not those before it are answered. `events/s` is how many were
really recorded.
"""

import hashlib
import time
from argparse import ArgumentParser, Namespace
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from statistics import quantiles
from threading import Event
from typing import NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from api.running import FEEDING
from benchmarks.appending.content import NOTE, WHO, lives
from benchmarks.measuring import Bar, Contest, Places, measure
from benchmarks.register.filling import ZONE
from domain.collecting import collect_seldom
from domain.databases import Databases
from domain.journal import Command, Journal, Step
from projections.follower import Follower

RATE = 500  # events a second
SECONDS = 5.0
WARM_UP_RATE, WARM_UP_SECONDS = 100, 8.0  # every agreement twice
AGREEMENTS = 400
LANES = 32  # commands under way at a time
LOOK_SECONDS = 0.01
CATCH_UP_SECONDS = 60.0
MOST_MS = 200


class Answered(NamedTuple):
    """When a command was answered, and the position that its event got."""

    at: float
    position: int


def contests(wanted: Namespace, places: Places) -> Iterator[Contest]:
    """Each engine."""
    collect_seldom()
    for engine, fresh in places.engines.items():
        yield Contest(
            engine,
            "ms (p99)",
            {"pakta": partial(_lag, fresh(), wanted.rate, wanted.seconds)},
            bars=(Bar("pakta", at_most=MOST_MS), Bar("pakta", at_least=0.95 * wanted.rate, unit="events/s")),
        )


def _lag(databases: Databases, rate: int, seconds: float) -> Mapping[str, float]:
    journal = Journal(databases, ZoneInfo(ZONE), "bench")
    follower = Follower(journal, databases, (*FEEDING, "text"))
    opened = _carry_out(journal, *(Step(None, facts) for facts in lives(AGREEMENTS)))
    follower.catch_up()
    follower.start()
    try:
        _measured(journal, follower, opened, WARM_UP_RATE, WARM_UP_SECONDS)
        return _measured(journal, follower, opened, rate, seconds)
    finally:
        follower.stop()
        journal.close()


def _measured(
    journal: Journal, follower: Follower, opened: list[UUID], rate: int, seconds: float
) -> Mapping[str, float]:
    over = Event()
    with ThreadPoolExecutor(LANES + 1) as pool:
        seen = pool.submit(_watched, follower, over)
        began = time.perf_counter()
        turns = [(number, began + number / rate) for number in range(int(rate * seconds))]
        record = partial(_record, journal, opened)
        lanes = pool.map(record, [turns[lane::LANES] for lane in range(LANES)])
        answered = sorted(chain.from_iterable(lanes), key=lambda one: one.position)
        took = max(one.at for one in answered) - began
        follower.wait_for(answered[-1].position, CATCH_UP_SECONDS)
        time.sleep(LOOK_SECONDS * 2)
        over.set()
    lags = sorted(_lags(answered, seen.result()))
    cuts = quantiles(lags, n=100)
    return {"ms (p99)": cuts[98], "ms (p50)": cuts[49], "events/s": len(answered) / took}


def _record(journal: Journal, opened: list[UUID], turns: list[tuple[int, float]]) -> list[Answered]:
    answered: list[Answered] = []
    for number, at in turns:
        time.sleep(max(0.0, at - time.perf_counter()))
        _carry_out(journal, Step(opened[number % len(opened)], (NOTE,)), into=answered)
    return answered


def _carry_out(journal: Journal, *steps: Step, into: list[Answered] | None = None) -> list[UUID]:
    command_id = str(uuid4())
    digest = hashlib.sha256(command_id.encode()).digest()
    results = journal.carry_out(Command(WHO, command_id, digest, steps)).results
    if into is not None:
        into += [Answered(time.perf_counter(), result.position) for result in results]
    return [result.agreement for result in results]


def _watched(follower: Follower, over: Event) -> list[Answered]:
    """When the views were first seen at a position."""
    seen = [Answered(time.perf_counter(), follower.position())]
    while not over.wait(LOOK_SECONDS):
        if (position := follower.position()) > seen[-1].position:
            seen.append(Answered(time.perf_counter(), position))
    return seen


def _lags(answered: list[Answered], seen: list[Answered]) -> Iterator[float]:
    """In milliseconds; nothing where a view showed it before the answer was out."""
    rest = deque(seen)
    for one in answered:
        while rest[0].position < one.position:
            rest.popleft()
        yield max(0.0, rest[0].at - one.at) * 1000


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--rate", type=int, default=RATE, metavar="N", help=f"events a second ({RATE})")
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="S", help=f"per repeat ({SECONDS})")


def main(arguments: list[str]) -> int:
    """Print the figures."""
    return measure("lag", __doc__, contests, arguments, _options)
