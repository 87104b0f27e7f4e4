"""The eventsourcing library as it comes: aggregates kept at hand, `save` for each event, nothing checked."""

from functools import cached_property
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from benchmarks.appending.content import AGREEMENTS, IN_BATCH, LANES, PLAIN_LIFE, PLAIN_NOTE, told
from benchmarks.measuring.places import databases_at
from benchmarks.measuring.stock import environment_of


class Kept(Aggregate):
    """An agreement that takes whatever it is told."""

    @event("Opened")
    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told

    @event("Told")
    def tell(self, told: dict[str, Any]) -> None:
        """Add what happened."""
        self.told = told


class Stock:
    """An application of the library on its own recorders."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._application: Application[UUID] = Application(env=environment_of(databases_at(place)))
        self._known = [[_opened() for _ in range(AGREEMENTS)] for _ in range(LANES)]
        for lane in self._known:
            self._application.save(*lane)

    def add(self, lane: int, number: int) -> None:
        """Store one event."""
        kept = self._known[lane][number % AGREEMENTS]
        kept.tell(told(PLAIN_NOTE))
        self._application.save(kept)

    def batch(self) -> None:
        """Store many events in one transaction."""
        self._bulk.save(*(_opened() for _ in range(IN_BATCH // len(PLAIN_LIFE))))

    @cached_property
    def _bulk(self) -> Application[UUID]:
        return Application(env=environment_of(databases_at(self._place), in_bulk=True))

    def close(self) -> None:
        """Let go."""
        self._application.close()
        if "_bulk" in vars(self):
            self._bulk.close()


def _opened() -> Kept:
    first, *rest = PLAIN_LIFE
    kept = Kept(told(first))
    for fact in rest:
        kept.tell(told(fact))
    return kept
