"""The eventsourcing library's recorders on SQLAlchemy Core: one code base for SQLite and PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    ListenNotifySubscription,
    Notification,
    OperationalError,
    StoredEvent,
)
from sqlalchemy.engine import Engine

from domain.databases import writing
from domain.journal.appending import EventRow, Rows, Taken, append, lock
from domain.journal.schema import events, snapshots

POLL_SECONDS = 0.02
NEWEST = sa.select(sa.func.max(events.c.position))
PAGE = sa.select(events).order_by(events.c.position)


class _Reader(AggregateRecorder):
    """Reads and writes one table of stored events."""

    table: sa.Table

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.appender = writing(engine)

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The stored events of one aggregate, in order of version."""
        columns = self.table.c
        query = sa.select(columns.agreement, columns.version, columns.topic, columns.state)
        query = query.where(columns.agreement == originator_id).limit(limit)
        query = query.order_by(columns.version.desc() if desc else columns.version)
        if gt is not None:
            query = query.where(columns.version > gt)
        if lte is not None:
            query = query.where(columns.version <= lte)
        with self.engine.connect() as connection:
            return [StoredEvent(*row) for row in connection.execute(query)]


class SnapshotRecorder(_Reader):
    """Snapshots: kept by aggregate and version, outside the journal's order."""

    table = snapshots

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int] | None:
        """Keep snapshots.

        Raises:
            IntegrityError: one is there already.
        """
        with _library_errors(), self.appender.begin() as connection:
            if stored_events:
                connection.execute(sa.insert(snapshots), [_row(event) for event in stored_events])
        return None


class JournalRecorder(_Reader, ApplicationRecorder):
    """The journal's events. Positions are given out under one lock, in the transaction that stores them."""

    table = events

    def insert_events(self, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        """Append, all or nothing, and give the positions.

        Raises:
            IntegrityError: a version is there already.
        """
        if not stored_events:
            return []
        with _library_errors(), self.appender.begin() as connection:
            lock(connection)
            before = append(connection, Rows([_event(event) for event in stored_events]))
        return list(range(before + 1, before + 1 + len(stored_events)))

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """A page of the journal, in order of position."""
        query = PAGE.limit(limit)
        if start is not None:
            query = query.where(
                events.c.position >= start if inclusive_of_start else events.c.position > start
            )
        if stop is not None:
            query = query.where(events.c.position <= stop)
        if topics:
            query = query.where(events.c.topic.in_(topics))
        with self.engine.connect() as connection:
            return [_notification(*row) for row in connection.execute(query)]

    def max_notification_id(self) -> int | None:
        """The position of the newest event, or None in an empty journal."""
        with self.engine.connect() as connection:
            newest: int | None = connection.scalar(NEWEST)
            return newest

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> "PollingSubscription":
        """Follow the journal from a position on."""
        return PollingSubscription(self, gt, topics)


class PollingSubscription(ListenNotifySubscription[JournalRecorder]):
    """Follows the journal by asking again. A notification that gets lost can therefore not stall it."""

    def __init__(self, recorder: JournalRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._ended = Event()
        Thread(target=self._wake, daemon=True).start()

    def stop(self) -> None:
        """End the iteration."""
        if hasattr(self, "_ended"):
            self._ended.set()
        super().stop()

    def _wake(self) -> None:
        while not self._ended.wait(POLL_SECONDS):
            self._has_been_notified.set()


def _event(event: StoredEvent) -> EventRow:
    agreement = event.originator_id
    assert isinstance(agreement, UUID)  # our ids are no texts
    return EventRow(agreement, event.originator_version, event.topic, event.state)


def _row(event: StoredEvent) -> dict[str, Any]:
    return {
        "agreement": event.originator_id,
        "version": event.originator_version,
        "topic": event.topic,
        "state": event.state,
    }


def _notification(position: int, agreement: UUID, version: int, topic: str, state: bytes) -> Notification:
    return Notification(
        id=position, originator_id=agreement, originator_version=version, topic=topic, state=state
    )


@contextmanager
def _library_errors() -> Iterator[None]:
    try:
        yield
    except Taken as error:
        raise IntegrityError(str(error)) from error
    except sa.exc.IntegrityError as error:
        raise IntegrityError(str(error.orig)) from error
    except sa.exc.OperationalError as error:
        raise OperationalError(str(error.orig)) from error
