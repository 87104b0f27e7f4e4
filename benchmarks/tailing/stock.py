"""The stock library's own recorder, filled with the same bytes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, InfrastructureFactory, StoredEvent
from eventsourcing.utils import Environment

from benchmarks.measuring.stock import environment_of
from benchmarks.register.recording import Recording, state
from domain.databases import Databases
from domain.journal.copying import pages

AT_ONCE = 500


class Stock:
    """Opened on a place that nobody has used."""

    def __init__(self, databases: Databases) -> None:
        environment = Environment("stock", {"CREATE_TABLE": "y", **environment_of(databases)})
        self._factory: Any = InfrastructureFactory.construct(environment)
        self.recorder: ApplicationRecorder = self._factory.application_recorder()

    def fill(self, told: Iterable[Recording]) -> None:
        """Store them through the library."""
        for page in pages(told, AT_ONCE):
            self.recorder.insert_events([_stored(one) for one in page])

    def read(self, page: int) -> int:
        """Walk the notification log and give how many there were."""
        count, last = 0, 0
        while found := self.recorder.select_notifications(last, page, inclusive_of_start=False):
            count, last = count + len(found), int(found[-1].id)
        return count

    def close(self) -> None:
        """Let go."""
        self._factory.close()


def _stored(told: Recording) -> StoredEvent:
    agreement: UUID = told.agreement
    return StoredEvent(agreement, told.version, told.fact["type"], state(told))
