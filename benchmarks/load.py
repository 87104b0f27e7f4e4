"""One agreement with ten thousand events: to load it, and to add the next, beside driver and stock library.

`raw driver` fetches the stored bytes and decodes nothing. The library makes an aggregate of its events, which
keeps the last alone; Pakta makes a history, by which every rule can be asked. `warm` is the next event of an
agreement that the process remembers, `cold` that of one which it has to read. Both are durable.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from eventsourcing.application import Application

from benchmarks.appending.content import NOTE, PLAIN_NOTE, WHO, told
from benchmarks.appending.stock import Kept
from benchmarks.domain import life
from benchmarks.measuring import Bar, Contest, Places, measure, milliseconds
from benchmarks.measuring.stock import environment_of
from domain.collecting import collect_seldom
from domain.databases import Databases
from domain.facts import Fact
from domain.journal import Command, Journal, Step
from domain.journal.schema import events

EVENTS, AT_ONCE = 10_000, 1_000
SAVED_AT_ONCE = 50  # by the library, whose pipeline to PostgreSQL can wait for ever when it is sent more
MOST_WARM, MOST_COLD = 20, 150  # ms


def contests(wanted: Namespace, places: Places) -> Iterator[Contest]:
    """To load, and to add, on each engine."""
    collect_seldom()
    for engine, fresh in places.engines.items():
        databases = fresh()
        with (
            closing(Ours(databases, wanted.events)) as ours,
            closing(Stock(databases, wanted.events)) as stock,
        ):
            loading = {"stock": stock.load, "pakta": ours.load, "raw driver": ours.fetch}
            yield Contest(f"to load, {engine}", "ms", loading, against="stock", warm_up=True)
            adding = {"stock, cold": stock.add, "pakta, warm": ours.add, "pakta, cold": ours.add_cold}
            bars = (Bar("pakta, warm", at_most=MOST_WARM), Bar("pakta, cold", at_most=MOST_COLD))
            yield Contest(f"to add, {engine}", "ms", adding, against="stock, cold", bars=bars, warm_up=True)


class Ours:
    """An agreement with so many events, each checked by every rule when it was recorded."""

    def __init__(self, databases: Databases, events: int) -> None:
        self._databases = databases
        self._journal = _opened(databases)
        facts = islice(life(), events)
        self._agreement = _added(self._journal, None, *islice(facts, AT_ONCE))
        while more := tuple(islice(facts, AT_ONCE)):
            _added(self._journal, self._agreement, *more)

    def load(self) -> float:
        """Its history, from the stored bytes."""
        return milliseconds(lambda: self._journal.history(self._journal.trail(self._agreement)))

    def fetch(self) -> float:
        """The stored bytes."""
        query = sa.select(events.c.state).where(events.c.agreement == self._agreement)
        with self._journal.engine.connect() as connection:
            return milliseconds(lambda: connection.execute(query.order_by(events.c.version)).all())

    def add(self) -> float:
        """The next event, by a process that remembers the agreement."""
        _added(self._journal, self._agreement, NOTE)  # others have added to it meanwhile
        return milliseconds(lambda: _added(self._journal, self._agreement, NOTE))

    def add_cold(self) -> float:
        """The next event, by one that has just begun."""
        with closing(_opened(self._databases)) as journal:
            return milliseconds(lambda: _added(journal, self._agreement, NOTE))

    def close(self) -> None:
        """Let go."""
        self._journal.close()


class Stock:
    """An aggregate of the library with so many events."""

    def __init__(self, databases: Databases, events: int) -> None:
        self._application: Application[UUID] = Application(env=environment_of(databases))
        kept = Kept(told(PLAIN_NOTE))
        for number in range(1, events):
            kept.tell(told(PLAIN_NOTE))
            if number % SAVED_AT_ONCE == 0:
                self._application.save(kept)
        self._application.save(kept)
        self._id = kept.id

    def load(self) -> float:
        """The aggregate, from the stored bytes."""
        return milliseconds(lambda: self._application.repository.get(self._id))

    def add(self) -> float:
        """The next event."""
        return milliseconds(self._add)

    def _add(self) -> None:
        kept: Kept = self._application.repository.get(self._id)
        kept.tell(told(PLAIN_NOTE))
        self._application.save(kept)

    def close(self) -> None:
        """Let go."""
        self._application.close()


def _opened(databases: Databases) -> Journal:
    return Journal(databases, ZoneInfo("Asia/Jakarta"), "bench")


def _added(journal: Journal, agreement: UUID | None, *facts: Fact) -> UUID:
    step = Step(agreement, facts)
    [result] = journal.carry_out(Command(WHO, str(uuid4()), b"", (step,), retriable=False)).results
    return result.agreement


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=EVENTS, metavar="N", help=f"({EVENTS:,})")


def main(arguments: list[str]) -> int:
    """Print the figures."""
    return measure("load", __doc__, contests, arguments, _options)
