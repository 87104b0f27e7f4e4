"""Adds to the journal: one writer, many commands in each transaction."""

import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from domain.agreement import History
from domain.journal.commands import ANSWER, Answer, Command, Unavailable
from domain.journal.decide import Batch, Moment, Outcome
from domain.journal.reader import Reader
from domain.journal.recorder import NEWEST, append, lock
from domain.journal.schema import events, heads, receipts

LARGEST_BATCH = 256
CACHED_HISTORIES = 10_000
Job = tuple[Command, "Future[Answer]"]
Place = tuple[str, str | None]  # an owner and the reference that no other agreement of the owner may have


class Writer:
    """Commits commands in groups, in a thread of its own. `newest` is the last position that it committed."""

    def __init__(self, reader: Reader, software: str) -> None:
        self.reader = reader
        self.software = software
        self.appended = threading.Condition()
        self.newest = 0
        # Told of every group that is committed: outcomes, the position before it, and the seconds it took.
        self.observe: Callable[[Sequence[Outcome], int, float], None] = lambda *_: None
        self._cache: OrderedDict[UUID, History] = OrderedDict()
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._write, name="journal writer", daemon=True)
        self._thread.start()

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
        self._thread.join()

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
        now, started = self.reader.clock(), time.perf_counter()
        with self.reader.recorder.appender.begin() as connection:
            lock(connection)
            batch = Batch(
                connection=connection,
                moment=Moment(now, self.reader.local_day(now), self.software),
                position=connection.scalar(NEWEST) or 0,
                load=lambda agreement: self._load(connection, agreement),
                receipts=_known(connection, commands),
            )
            places = self._preload(connection, batch, commands)
            outcomes = [batch.decide(command) for command in commands]
            _give_up(connection, batch, places)
            self._store(connection, batch)
        self.newest = batch.position
        for agreement, history in batch.histories.items():
            self._remember(agreement, history)
        self.observe(outcomes, batch.position - len(batch.entries), time.perf_counter() - started)
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
        reader = self.reader
        query = sa.select(events).where(events.c.agreement == agreement)
        rows = connection.execute(query.order_by(events.c.version))
        return reader.history([reader.entry(row) for row in rows])

    def _store(self, connection: Connection, batch: Batch) -> None:
        append(connection, [self.reader.mapper.to_stored_event(entry) for entry in batch.entries])
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
