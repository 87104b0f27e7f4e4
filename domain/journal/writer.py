"""Adds to the journal: one writer, many commands in each transaction."""

import logging
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from uuid import UUID

import sqlalchemy as sa

from domain.agreement import History
from domain.journal.appending import Line, Rows, Taken, append, lock
from domain.journal.commands import Answer, Busy, Command, Unavailable
from domain.journal.decide import Batch, Moment, Outcome
from domain.journal.reader import Reader
from domain.journal.stored import Stored

log = logging.getLogger("pakta.journal")
LARGEST_BATCH = 256
CACHED_HISTORIES = 10_000
Job = tuple[Command, "Future[Answer]"]
Committed = tuple[list[Outcome], int]  # what became of each command, and the position before them all


class Writer:
    """Commits commands in groups, in a thread of its own unless somebody is alone.

    `newest` is the last position that it committed.
    """

    def __init__(self, reader: Reader, software: str, most_waiting: int) -> None:
        self.reader = reader
        self.software = software
        self.most_waiting = most_waiting
        self.appended = threading.Condition()
        self.newest = 0
        # Told of every group that is committed: outcomes, the position before it, and the seconds it took.
        self.observe: Callable[[Sequence[Outcome], int, float], None] = lambda *_: None
        self._cache: OrderedDict[UUID, History] = OrderedDict()
        self._line = Line(reader.engine, self._cache.clear)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._turn = threading.Lock()  # whoever has it may write
        self._alone = True
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
            elif self._jobs.qsize() >= self.most_waiting:
                future.set_exception(Busy())
            else:
                self._jobs.put((command, future))
        return future

    def carry_out(self, command: Command) -> Answer:
        """Carry out a command and wait until it is durable; raises what the future of `submit` would.

        Whoever is alone writes in their own thread, which spares handing the command over and back.
        """
        if not self._take_turn():
            return self.submit(command).result()
        future: Future[Answer] = Future()
        try:
            self._take([(command, future)])
        finally:
            self._turn.release()
        return future.result()

    def _take_turn(self) -> bool:
        """Whether nobody writes or waits. Where several came together lately, they are faster in a group."""
        with self._door:
            idle = self._alone and not self._closed and self._jobs.empty()
            return idle and self._turn.acquire(blocking=False)

    def close(self) -> None:
        """Finish what was handed in, then stop."""
        with self._door:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()
        with self._turn:
            self._line.close()

    def _write(self) -> None:
        while (first := self._jobs.get()) is not None:
            with self._turn:
                self._take(self._gathered(first))

    def _take(self, group: list[Job]) -> None:
        self._alone = len(group) == 1
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

    def _gathered(self, first: Job) -> list[Job]:
        """A job and everything else that waits, up to a limit."""
        group = [first]
        while len(group) < LARGEST_BATCH and not self._jobs.empty():
            if (job := self._jobs.get()) is None:
                self._jobs.put(None)  # the end comes after this group
                break
            group.append(job)
        return group

    def _commit(self, commands: Sequence[Command]) -> list[Outcome]:
        now = self.reader.clock()
        moment = Moment(now, self.reader.local_day(now), self.software)
        started = time.perf_counter()
        outcomes, before = self._commit_believing(moment, commands) or self._commit_knowing(moment, commands)
        try:
            self.observe(outcomes, before, time.perf_counter() - started)
        except Exception:  # it is stored by now: whoever only watches must not make it look as if it were not
            log.exception("what was committed could not be observed")
        return outcomes

    def _commit_believing(self, moment: Moment, commands: Sequence[Command]) -> Committed | None:
        """Decide by what this process remembers, and store it if the database finds nothing against it.

        None if it does, or if a command is declined: that must not be said before its receipt was looked for.
        """
        believed: list[dict[str, object]] = []

        def others(wanted: dict[str, object]) -> tuple[UUID, ...]:
            believed.append(wanted)
            return ()

        batch = Batch(moment, self._cache.__getitem__, others)
        try:
            outcomes = [batch.decide(command) for command in commands]
            rows = self._rows(batch, believed)
        except Exception:  # something was not remembered, or will break again where it is told
            return None
        if not all(isinstance(outcome, Answer) for outcome in outcomes):
            return None
        try:
            before = self._line.append(rows)
        except Taken:
            return None
        return self._done(batch, outcomes, before)

    def _commit_knowing(self, moment: Moment, commands: Sequence[Command]) -> Committed:
        """Decide by what is stored, while nobody else appends."""
        with self.reader.recorder.appender.begin() as connection:
            lock(connection)
            stored = Stored(connection, self.reader, self._cache)
            batch = Batch(moment, stored.load, stored.others, stored.receipts(commands))
            batch.histories |= stored.remembered(commands)
            outcomes = [batch.decide(command) for command in commands]
            anything = batch.events or batch.answered
            before = append(connection, self._rows(batch)) if anything else self.reader.head()
        return self._done(batch, outcomes, before)

    @staticmethod
    def _rows(batch: Batch, believed_free: Sequence[dict[str, object]] = ()) -> Rows:
        heads = batch.heads.by_agreement
        moved = [(agreement, at) for agreement, at in batch.moved.items() if agreement not in heads]
        return Rows(batch.events, batch.answered, list(heads.values()), moved, believed_free)

    def _done(self, batch: Batch, outcomes: Iterable[Outcome], before: int) -> Committed:
        """Remember what was stored, and tell everybody where."""
        positions = {(e.agreement, e.version): before + n for n, e in enumerate(batch.events, 1)}
        self.newest = max(self.newest, before + len(batch.events))
        for agreement, history in batch.histories.items():
            self._remember(agreement, history)
        told = [outcome.at(positions) if isinstance(outcome, Answer) else outcome for outcome in outcomes]
        return told, before

    def _remember(self, agreement: UUID, history: History) -> None:
        self._cache[agreement] = history
        self._cache.move_to_end(agreement)
        while len(self._cache) > CACHED_HISTORIES:
            self._cache.popitem(last=False)


def _is_of_one(error: Exception) -> bool:
    """Whether one command of a group may have caused an error, and nothing of the group was stored."""
    return isinstance(error, sa.exc.IntegrityError | sa.exc.DataError) or not isinstance(
        error, sa.exc.SQLAlchemyError
    )


def _unavailable(error: Exception) -> Exception:
    return Unavailable(reason=type(error).__name__) if isinstance(error, sa.exc.DBAPIError) else error
