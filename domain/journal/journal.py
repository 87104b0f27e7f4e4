"""The journal: the append-only record of every entry, and the one way to add to it."""

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from domain.agreement import History, Recorded, fold
from domain.agreement.access import Access
from domain.databases import Databases
from domain.journal import schema
from domain.journal.commands import ANSWER, Answer, Command, Unavailable
from domain.journal.decide import Batch, Moment, Outcome
from domain.journal.entry import Entry
from domain.journal.mapper import EntryMapper
from domain.journal.recorder import NEWEST, JournalRecorder, append, lock
from domain.journal.schema import heads, receipts

LARGEST_BATCH = 256
CACHED_HISTORIES = 10_000
Job = tuple[Command, "Future[Answer]"]
Place = tuple[str, str | None]  # an owner and the reference that no other agreement of the owner may have


class Journal:
    """Opens the journal, reads it, and commits commands in groups through one writer thread.

    Every method may be called from any thread. `clock` gives the time in UTC.
    """

    def __init__(
        self,
        databases: Databases,
        timezone: ZoneInfo,
        software: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.engine = databases.engine("journal")
        schema.create(self.engine)
        self.recorder = JournalRecorder(self.engine)
        self.mapper = EntryMapper()
        self.timezone = timezone
        self.software = software
        self.clock = clock
        self.appended = threading.Condition()
        self._cache: OrderedDict[UUID, History] = OrderedDict()
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._writer = threading.Thread(target=self._write, name="journal writer", daemon=True)
        self._writer.start()

    # Reading

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
        query = sa.select(schema.events).where(schema.events.c.agreement.in_(list(agreements)))
        found: dict[UUID, list[Entry]] = {}
        with self.engine.connect() as connection:
            for row in connection.execute(query.order_by(schema.events.c.position)):
                found.setdefault(row.agreement, []).append(self._entry(row))
        return found

    def history(self, entries: Iterable[Entry]) -> History:
        """Entries of one agreement, from the first on, as a history."""
        return fold(map(self.recorded, entries))

    def recorded(self, entry: Entry) -> Recorded:
        """What a history needs of an entry."""
        day = self.local_day(entry.recorded_at)
        return Recorded(entry.version, entry.fact, day, entry.recorded_by.organisation)

    def accesses(self, agreements: Iterable[UUID]) -> dict[UUID, Access]:
        """Who may see some agreements, as of the newest entry."""
        columns = (heads.c.agreement, heads.c.owner, heads.c.visibility, heads.c.readers)
        query = sa.select(*columns).where(heads.c.agreement.in_(list(agreements)))
        with self.engine.connect() as connection:
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
        query = sa.select(heads.c.agreement).where(heads.c.agreement.in_(list(agreements)), again)
        with self.engine.connect() as connection:
            return set(connection.scalars(query))

    def local_day(self, moment: datetime) -> date:
        """The day of a moment where the record is kept."""
        return moment.astimezone(self.timezone).date()

    def today(self) -> date:
        """The day that it is now."""
        return self.local_day(self.clock())

    def wait_beyond(self, position: int, seconds: float) -> bool:
        """Wait until this process has appended something beyond a position, or the time is up."""
        with self.appended:
            return self.head() > position or self.appended.wait(seconds)

    # Writing

    def submit(self, command: Command) -> "Future[Answer]":
        """Hand a command to the writer. The future brings the answer once it is durable.

        It raises Refused for what cannot be true, and Declined for all other reasons.
        A future that is cancelled before the writer takes it up stores nothing.
        """
        future: Future[Answer] = Future()
        with self._door:
            if self._closed:
                future.set_exception(Unavailable(reason="closed"))
            else:
                self._jobs.put((command, future))
        return future

    def close(self) -> None:
        """Finish what was handed in, then stop."""
        with self._door:
            self._closed = True
            self._jobs.put(None)
        self._writer.join()
        self.engine.dispose()

    def _write(self) -> None:
        while (group := self._next_group()) is not None:
            awaited = [job for job in group if job[1].set_running_or_notify_cancel()]
            if awaited:
                self._answer(awaited)
            with self.appended:
                self.appended.notify_all()

    def _answer(self, group: list[Job]) -> None:
        """Commit a group and tell everybody. If one command breaks it, the others are committed without."""
        outcomes: Sequence[Outcome | Exception]
        try:
            outcomes = self._commit([command for command, _ in group])
        except Exception as error:  # whatever it was, those who wait must hear of it
            self._cache.clear()
            if len(group) > 1 and _is_of_one(error):
                for job in group:
                    self._answer([job])
                return
            outcomes = [_unavailable(error) for _ in group]
        for (_, future), outcome in zip(group, outcomes, strict=True):
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _next_group(self) -> list[Job] | None:
        """Everything that waits, up to a limit; None when the journal is closing."""
        group: list[Job] = []
        job = self._jobs.get()
        while job is not None:
            group.append(job)
            if len(group) == LARGEST_BATCH or self._jobs.empty():
                return group
            job = self._jobs.get()
        if group:
            self._jobs.put(None)
            return group
        return None

    def _commit(self, commands: Sequence[Command]) -> list[Outcome]:
        now = self.clock()
        with self.recorder.appender.begin() as connection:
            lock(connection)
            batch = Batch(
                connection=connection,
                moment=Moment(now, self.local_day(now), self.software),
                position=connection.scalar(NEWEST) or 0,
                load=lambda agreement: self._load(connection, agreement),
                receipts=_known(connection, commands),
            )
            places = self._preload(connection, batch, commands)
            outcomes = [batch.decide(command) for command in commands]
            _give_up(connection, batch, places)
            self._store(connection, batch)
        for agreement, history in batch.histories.items():
            self._remember(agreement, history)
        return outcomes

    def _preload(
        self, connection: Connection, batch: Batch, commands: Sequence[Command]
    ) -> dict[UUID, Place]:
        """Where an agreement stands: one query for all, so that those in the cache need no other."""
        places = {}
        wanted = {step.agreement for command in commands for step in command.steps if step.agreement}
        query = sa.select(heads).where(heads.c.agreement.in_(wanted))
        for row in connection.execute(query).mappings() if wanted else ():
            agreement = row["agreement"]
            cached = self._cache.get(agreement)
            if cached is not None and cached.version == row["version"]:
                batch.histories[agreement] = cached
            batch.heads[agreement] = dict(row)
            places[agreement] = (row["owner"], row["reference"])
        return places

    def _load(self, connection: Connection, agreement: UUID) -> History:
        query = sa.select(schema.events).where(schema.events.c.agreement == agreement)
        rows = connection.execute(query.order_by(schema.events.c.version))
        return self.history([self._entry(row) for row in rows])

    def _store(self, connection: Connection, batch: Batch) -> None:
        append(connection, [self.mapper.to_stored_event(entry) for entry in batch.entries])
        if batch.answered:
            connection.execute(sa.insert(receipts), batch.answered)
        touched = {entry.agreement for entry in batch.entries}
        if touched:
            insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(heads)
            changed = {c.name: insert.excluded[c.name] for c in heads.c if c.name != "agreement"}
            upsert = insert.on_conflict_do_update(index_elements=["agreement"], set_=changed)
            connection.execute(upsert, [batch.heads[agreement] for agreement in touched])

    def _remember(self, agreement: UUID, history: History) -> None:
        self._cache[agreement] = history
        self._cache.move_to_end(agreement)
        while len(self._cache) > CACHED_HISTORIES:
            self._cache.popitem(last=False)

    def _entry(self, row: sa.Row[Any]) -> Entry:
        return self.mapper.read(row.position, row.agreement, row.version, row.topic, row.state)


def _known(
    connection: Connection, commands: Iterable[Command]
) -> dict[tuple[str, str], tuple[bytes, Answer]]:
    keys = {(command.actor.id, command.command_id) for command in commands}
    query = sa.select(receipts).where(sa.tuple_(receipts.c.principal, receipts.c.command_id).in_(keys))
    return {
        (row.principal, row.command_id): (row.digest, ANSWER.validate_json(row.answer))
        for row in connection.execute(query)
    }


def _give_up(connection: Connection, batch: Batch, places: Mapping[UUID, Place]) -> None:
    """Set references free before others take them: the database looks at one row at a time."""
    moved = [
        agreement
        for agreement, place in places.items()
        if place != (batch.heads[agreement]["owner"], batch.heads[agreement]["reference"])
    ]
    if moved:
        connection.execute(sa.update(heads).where(heads.c.agreement.in_(moved)).values(reference=None))


def _is_of_one(error: Exception) -> bool:
    """Whether one command of a group may have caused an error, and nothing of the group was stored."""
    return isinstance(error, sa.exc.IntegrityError | sa.exc.DataError) or not isinstance(
        error, sa.exc.SQLAlchemyError
    )


def _unavailable(error: Exception) -> Exception:
    return Unavailable(reason=type(error).__name__) if isinstance(error, sa.exc.DBAPIError) else error
