"""Reads the journal: pages in order, trails of agreements, and who may see them."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from domain.agreement import History, Recorded, fold
from domain.agreement.access import Access
from domain.databases import Databases, among
from domain.journal import schema
from domain.journal.as_written import Told
from domain.journal.entry import Entry
from domain.journal.mapper import EntryMapper
from domain.journal.recorder import JournalRecorder
from domain.journal.schema import events, heads


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Stored(NamedTuple):
    """An entry and the very bytes that keep it."""

    entry: Entry
    state: bytes


class Reader:
    """Opens the journal to be read, from any thread. `clock` gives the time in UTC."""

    def __init__(
        self, databases: Databases, timezone: ZoneInfo, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.engine = databases.engine("journal")
        try:
            schema.create(self.engine)
        except BaseException:
            self.engine.dispose()
            raise
        self.recorder = JournalRecorder(self.engine)
        self.mapper = EntryMapper()
        self.timezone = timezone
        self.clock = clock

    def head(self) -> int:
        """The newest position; 0 in an empty journal."""
        return self.recorder.max_notification_id() or 0

    def entries(self, after: int = 0, limit: int = 1000) -> list[Entry]:
        """A page of the journal, in order of position."""
        page = self.recorder.select_notifications(after, limit, inclusive_of_start=False)
        return [self.mapper.to_domain_event(row) for row in page]

    def trail(self, agreement: UUID) -> list[Entry]:
        """Every entry of an agreement, in order of recording; empty if there is no such agreement."""
        return self.trails([agreement]).get(agreement, [])

    def trails(self, agreements: Iterable[UUID]) -> dict[UUID, list[Entry]]:
        """Every entry of some agreements."""
        found: dict[UUID, list[Entry]] = {}
        with self.engine.connect() as connection:
            query = sa.select(events).where(among(connection, events.c.agreement, agreements))
            for row in connection.execute(query.order_by(events.c.position)):
                found.setdefault(row.agreement, []).append(self.entry(row))
        return found

    def whole(self, after: UUID | None, last: UUID, upto: int) -> Iterator[list[Entry]]:
        """Each agreement beyond one, up to another, with its entries up to a position; by id.

        Their facts are at hand as JSON too.
        """
        # The agreement as the driver gives it: to make its id of every row takes as long as to read it.
        given = sa.type_coerce(events.c.agreement, sa.String)
        columns = (given, events.c.position, events.c.version, events.c.topic, events.c.state)
        query = sa.select(*columns).where(events.c.agreement <= last, events.c.position <= upto)
        if after is not None:
            query = query.where(events.c.agreement > after)
        with self.engine.connect() as connection:
            rows = connection.execute(query.order_by(events.c.agreement, events.c.version)).all()
        read = self.mapper.read
        for known, trail in groupby(rows, key=itemgetter(0)):
            agreement = known if isinstance(known, UUID) else UUID(known)
            yield [
                read(position, agreement, version, topic, state, with_text=True)
                for _, position, version, topic, state in trail
            ]

    def share(self, after: UUID | None, size: int) -> UUID | None:
        """The agreement, by id, with which so many entries beyond another are reached; None past the last."""
        query = sa.select(events.c.agreement).order_by(events.c.agreement, events.c.version)
        if after is not None:
            query = query.where(events.c.agreement > after)
        last = query.limit(size).subquery()
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(last.c.agreement).order_by(last.c.agreement.desc()).limit(1))

    def stored(self, positions: Iterable[int]) -> dict[int, Stored]:
        """What is stored at some positions; those that do not exist are left out."""
        query = sa.select(events).where(events.c.position.in_(list(positions)))
        with self.engine.connect() as connection:
            return {row.position: Stored(self.entry(row), row.state) for row in connection.execute(query)}

    def history(self, entries: Iterable[Entry]) -> History:
        """Entries of one agreement, from the first on, as a history."""
        return fold(map(self.recorded, entries))

    def history_of(self, agreement: UUID, rows: Iterable[sa.Row[int, str, bytes]]) -> History:
        """Rows of one agreement, by version, topic and state, as a history."""
        return fold(self.recorded(self.mapper.told(agreement, *row)) for row in rows)

    def recorded(self, entry: Entry | Told) -> Recorded:
        """What a history needs of an entry."""
        day = self.local_day(entry.recorded_at)
        return Recorded(entry.version, entry.fact, day, entry.recorded_by.organisation)

    def accesses(self, agreements: Iterable[UUID]) -> dict[UUID, Access]:
        """Who may see some agreements, as of the newest entry."""
        columns = (heads.c.agreement, heads.c.owner, heads.c.visibility, heads.c.readers)
        with self.engine.connect() as connection:
            query = sa.select(*columns).where(among(connection, heads.c.agreement, agreements))
            rows = connection.execute(query).all()
        return {
            row.agreement: Access(row.owner, row.visibility, frozenset(row.readers.split())) for row in rows
        }

    def twins(self, agreements: Iterable[UUID]) -> set[UUID]:
        """Those that the same owner had recorded before: same kind, same parties, and no less public."""
        earlier = heads.alias()
        again = sa.exists().where(
            earlier.c.twin == heads.c.twin,
            earlier.c.owner == heads.c.owner,
            earlier.c.opened < heads.c.opened,
            sa.or_(earlier.c.visibility == "public", heads.c.visibility == "organisation"),
        )
        with self.engine.connect() as connection:
            query = sa.select(heads.c.agreement).where(
                among(connection, heads.c.agreement, agreements), again
            )
            return set(connection.scalars(query))

    def local_day(self, moment: datetime) -> date:
        """The day of a moment where the record is kept."""
        return moment.astimezone(self.timezone).date()

    def today(self) -> date:
        """The day that it is now."""
        return self.local_day(self.clock())

    def entry(self, row: sa.Row[Any]) -> Entry:
        """A row of the journal as an entry."""
        return self.mapper.read(row.position, row.agreement, row.version, row.topic, row.state)
