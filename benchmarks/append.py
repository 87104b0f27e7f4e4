"""Appending, durable before it is acknowledged: the raw driver, the stock eventsourcing library, and Pakta.

All store the same content. The raw driver inserts under one lock and checks nothing but what a unique index
does; the library saves aggregates that it has at hand, and checks nothing more; Pakta checks every rule and
keeps a receipt of every command. Threads share a process, as requests do; in all processes garbage is
collected as seldom as in the server.
"""

from argparse import Namespace
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial

from benchmarks.appending.contenders import CONTENDERS, Contender
from benchmarks.appending.content import IN_BATCH, LANES
from benchmarks.appending.processes import Crowd
from benchmarks.measuring import Bar, Contest, Places, Work, measure, rate
from domain.collecting import collect_seldom

PROCESSES, THREADS = 4, 8
BARS = {
    ("one writer", "SQLite"): 0.9,
    ("one writer", "PostgreSQL"): 2.0,
    ("32 writers", "SQLite"): 2.0,
    ("32 writers", "PostgreSQL"): 8.0,
    ("4 processes", "PostgreSQL"): 8.0,
    ("1,000 in a batch", "SQLite"): 1.0,
    ("1,000 in a batch", "PostgreSQL"): 1.0,
}


def contests(wanted: Namespace, places: Places) -> Iterator[Contest]:
    """Each way to append, on each engine."""
    collect_seldom()
    ways = {"one writer": alone, "32 writers": together, "1,000 in a batch": batches}
    for engine, fresh in places.engines.items():
        for way in (*ways, "4 processes"):
            if wanted.only not in f"{way}, {engine}":
                continue
            at = {name: fresh() for name in CONTENDERS}
            where = {name: databases.url or str(databases.folder) for name, databases in at.items()}
            with ExitStack() as stack:
                if way in ways:
                    made = {n: stack.enter_context(closing(CONTENDERS[n](where[n]))) for n in CONTENDERS}
                    works: dict[str, Work] = {name: partial(ways[way], one) for name, one in made.items()}
                else:
                    crowds = {
                        n: stack.enter_context(Crowd(n, where[n], PROCESSES, THREADS)) for n in CONTENDERS
                    }
                    works = {name: partial(crowded, crowd) for name, crowd in crowds.items()}
                yield Contest(
                    f"{way}, {engine}", "events/s", works, "stock", _bars(way, engine), warm_up=True
                )


def alone(one: Contender) -> float:
    """One event after the other."""
    return rate(200, lambda: _each(partial(one.add, 0), 200))


def together(one: Contender) -> float:
    """One event after the other in each of some threads."""

    def work() -> None:
        with ThreadPoolExecutor(LANES) as threads:
            for lane in [threads.submit(_each, partial(one.add, lane), 25) for lane in range(LANES)]:
                lane.result()

    return rate(25 * LANES, work)


def batches(one: Contender) -> float:
    """A thousand events at once."""
    return rate(3 * IN_BATCH, lambda: _each(lambda _: one.batch(), 3))


def crowded(crowd: Crowd) -> float:
    """Several processes with several threads each."""
    return rate(20 * PROCESSES * THREADS, lambda: crowd.run(20))


def _each(add: Callable[[int], None], count: int) -> None:
    for number in range(count):
        add(number)


def _bars(way: str, engine: str) -> tuple[Bar, ...]:
    reached = BARS.get((way, engine))
    return () if reached is None else (Bar("pakta", at_least=reached, of="stock"),)


def main(arguments: list[str]) -> int:
    """Print the figures."""
    return measure("append", __doc__, contests, arguments)
