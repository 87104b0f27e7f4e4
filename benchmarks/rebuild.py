"""All views made again from the journal, beside the library's ProjectionRunner and what it costs at least.

Events a second over a made-up register. `decoded` only reads and decodes every entry, in one process;
`read` only fetches the stored bytes. ProjectionRunner keeps one row for each event, of which its application
has in memory what Pakta reads from disk: it has less to do than it would have in earnest.
"""

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from benchmarks.measuring.contest import Bar, Contest, rate
from benchmarks.measuring.places import Places
from benchmarks.measuring.running import measure
from benchmarks.register.filling import ZONE, Register, fill
from benchmarks.stock.projecting import stock
from domain.databases import Databases
from domain.journal import Journal
from domain.journal.schema import events
from projections.follower import Follower

AGREEMENTS = 10_000
STOCK_EVENTS = 2_000
PAGE = 2000
EVENTS_PER_SECOND = {"SQLite": 60_000, "PostgreSQL": 30_000}
TIMES_STOCK = 80


def main(arguments: list[str]) -> int:
    """Measure on both engines."""
    return measure("rebuild", __doc__, contests, arguments, _options)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--agreements", type=int, default=AGREEMENTS, metavar="N", help=f"({AGREEMENTS:,})")
    parser.add_argument(
        "--stock-events", type=int, default=STOCK_EVENTS, metavar="N", help=f"({STOCK_EVENTS:,})"
    )


def contests(wanted: argparse.Namespace, places: Places) -> Iterator[Contest]:
    for engine, make in places.engines.items():
        databases = make()
        fill(databases, Register(wanted.agreements))
        journal = Journal(databases, ZoneInfo(ZONE), "0.1.0")
        follower = Follower(journal, databases)
        yield Contest(
            name=f"rebuild on {engine}",
            unit="events/s",
            contenders={
                "ProjectionRunner": _stock(places, engine, wanted.stock_events),
                "Pakta": _per_second(journal, follower.rebuild),
                "decoded": _per_second(journal, partial(_decode, journal)),
                "read": _per_second(journal, partial(_read, databases)),
            },
            against="ProjectionRunner",
            bars=(
                Bar("Pakta", at_least=EVENTS_PER_SECOND[engine]),
                Bar("Pakta", at_least=TIMES_STOCK, of="ProjectionRunner"),
            ),
        )
        follower.stop()
        journal.close()


def _per_second(journal: Journal, work: Callable[[], object]) -> Callable[[], float]:
    return lambda: rate(journal.head(), work)


def _stock(places: Places, engine: str, count: int) -> Callable[[], float]:
    def once() -> float:
        place = places.sqlite() if engine == "SQLite" else places.postgresql()
        return rate(count, stock(place, count))

    return once


def _decode(journal: Journal) -> None:
    after = 0
    while page := journal.entries(after, PAGE):
        after += len(page)


def _read(databases: Databases) -> None:
    engine = databases.engine("journal")
    with engine.connect() as connection:
        query = sa.select(events.c.state).order_by(events.c.position)
        for page in connection.execute(query, execution_options={"yield_per": PAGE}).partitions():
            len(page)
    engine.dispose()
