"""Takes entries through projections in batches: each decoded once, rows and checkpoint moved together."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import reduce
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from domain.agreement import EMPTY, evolve, fold
from domain.databases import writing
from domain.journal import Entry
from domain.journal.reader import Reader
from projections.change import Change, Marks, Projection
from projections.checkpoints import (
    Checkpoint,
    LostRace,
    move,
    note_skipped,
    note_stuck,
    read_checkpoints,
    skipped,
)

BATCH = 2000
CACHED_CHANGES = 5000
FEW = 4  # entries of an agreement in a batch
MOST_MARKS = 25_000  # of one view
AT_ONCE = 200  # entries that all views take in at once: more would keep others from the views for long
Changes = Mapping[UUID, Change]
Going = tuple[Projection, Checkpoint]

log = logging.getLogger("pakta.follower")


class Unreadable(Exception):
    """An entry or an agreement that no projection can be given."""


class Feed:
    """Feeds projections, into the live tables or those beside them as the engine says."""

    def __init__(self, journal: Reader, engine: Engine) -> None:
        self.journal = journal
        self.engine = engine
        # Told of every batch, around the work on it.
        self.watched: Callable[[Sequence[Entry]], AbstractContextManager[object]] = nullcontext
        self._known: OrderedDict[UUID, Change] = OrderedDict()
        self._marks: dict[str, tuple[int, Marks]] = {}  # by projection, with the position at which they hold

    def step(self, projections: Sequence[Projection], limit: int = BATCH, upto: int | None = None) -> int:
        """Take one batch through every projection that is behind. Returns the entries dealt with."""
        going = self._going(projections)
        if not going:
            return 0
        start = min(checkpoint.position for _, checkpoint in going)
        limit = limit if upto is None else min(limit, upto - start)
        entries, error = self._readable(start, limit)
        with self.watched(entries):
            changes = self._changes(entries)
            if self._feed_together(going, entries, changes):
                return len(entries)
            for projection, checkpoint in going:
                if entries:
                    self._feed(projection, checkpoint, entries, changes)
                elif error is not None and checkpoint.position == start:
                    self._stop_at(checkpoint, start + 1, error)
        return len(entries) or int(error is not None)

    def forget(self) -> None:
        """Read agreements anew, and write all their rows."""
        self._known.clear()
        self._marks.clear()

    @property
    def process(self) -> int | None:
        """The id of the process that takes the steps, if it is another."""
        return None

    def close(self) -> None:
        """Let go of whatever helps."""

    def _going(self, projections: Sequence[Projection]) -> list[Going]:
        with self.engine.connect() as connection:
            known = {c.projection: c for c in read_checkpoints(connection) if c.stuck_at is None}
        pairs = [(projection, known.get(projection.name)) for projection in projections]
        return [(projection, c) for projection, c in pairs if c and c.version == projection.version]

    def _readable(self, after: int, limit: int) -> tuple[list[Entry], Exception | None]:
        """A page as far as it can be read, and what keeps the entry after it from being read."""
        if limit <= 0:
            return [], None
        try:
            return _once_in_order(self.journal.entries(after, limit), after), None
        except sa.exc.SQLAlchemyError:
            raise
        except Exception as error:
            if limit == 1:
                return [], error
        half = limit // 2
        first, problem = self._readable(after, half)
        if problem is not None:
            return first, problem
        rest, problem = self._readable(after + len(first), limit - half)
        return [*first, *rest], problem

    def _changes(self, entries: Sequence[Entry]) -> Changes:
        """The agreements that a batch touches, as they are after it, as far as they can be read."""
        touched: dict[UUID, list[Entry]] = {}
        for entry in entries:
            touched.setdefault(entry.agreement, []).append(entry)
        changes = {}
        for agreement, new in touched.items():
            with suppress(Unreadable):
                changes[agreement] = self._change(agreement, new, _position(entries[-1]))
        return changes

    def _change(self, agreement: UUID, new: list[Entry], last: int) -> Change:
        known = self._known.get(agreement) or Change(agreement, (), EMPTY)
        fresh = [entry for entry in new if entry.version > known.history.version]
        if fresh and fresh[0].version != known.history.version + 1:
            known = self._as_of(agreement, last, {})
        elif fresh:
            known = self._folded(known, fresh)
        self._known[agreement] = known
        self._known.move_to_end(agreement)
        while len(self._known) > CACHED_CHANGES:
            self._known.popitem(last=False)
        return known

    def _as_of(self, agreement: UUID, last: int, changes: Changes) -> Change:
        """An agreement as it was at a position.

        Raises:
            Unreadable: its entries cannot be read or folded.
        """
        try:
            later = changes.get(agreement)
            trail = later.entries if later else self.journal.trail(agreement)
        except sa.exc.SQLAlchemyError:
            raise
        except Exception as error:
            raise Unreadable(f"{type(error).__name__}: {error}") from error
        return self._folded(Change(agreement, (), EMPTY), [e for e in trail if _position(e) <= last])

    def _folded(self, known: Change, fresh: Sequence[Entry]) -> Change:
        try:
            recorded = map(self.journal.recorded, fresh)
            # One by one what is known of the others stays known; of many it would be asked in vain.
            few = known.entries and len(fresh) <= FEW
            history = reduce(evolve, recorded, known.history) if few else fold(recorded, known.history)
        except Exception as error:
            raise Unreadable(f"{type(error).__name__}: {error}") from error
        return Change(known.agreement, (*known.entries, *fresh), history)

    def _feed_together(self, going: Sequence[Going], entries: Sequence[Entry], changes: Changes) -> bool:
        """Take projections that are level over a few entries, in one transaction. Returns whether it worked.

        If it did not, each has to go by itself, so that what stops one stops no other.
        """
        is_level = len({checkpoint.position for _, checkpoint in going}) == 1
        if not 0 < len(entries) <= AT_ONCE or not is_level:
            return False
        try:
            self._write(going, entries, changes)
        except sa.exc.OperationalError:
            raise
        except Exception:
            return False
        return True

    def _feed(
        self, projection: Projection, checkpoint: Checkpoint, entries: Sequence[Entry], changes: Changes
    ) -> Checkpoint | None:
        """Take a projection to the last of some entries. Returns where it is; None if it stopped before."""
        new = [entry for entry in entries if _position(entry) > checkpoint.position]
        if not new:
            return checkpoint
        try:
            return self._write([(projection, checkpoint)], new, changes)[0]
        except LostRace:
            log.info("another follower is ahead with %s", projection.name)
            return None
        except sa.exc.OperationalError:
            raise
        except Exception as error:
            if len(new) == 1:
                return self._stop_at(checkpoint, _position(new[0]), error)
        # Half by half, until the one is found that cannot be projected.
        first, rest = new[: len(new) // 2], new[len(new) // 2 :]
        there = self._feed(projection, checkpoint, first, self._cut(first, changes))
        return there and self._feed(projection, there, rest, changes)

    def _cut(self, entries: Sequence[Entry], changes: Changes) -> Changes:
        """The agreements that some entries touch, as they were after the last of them."""
        cut = {}
        for agreement in {entry.agreement for entry in entries}:
            with suppress(Unreadable):
                cut[agreement] = self._as_of(agreement, _position(entries[-1]), changes)
        return cut

    def _write(self, going: Sequence[Going], new: Sequence[Entry], changes: Changes) -> list[Checkpoint]:
        """The rows of views and their checkpoints, together or not at all. Returns where the views are."""
        last = _position(new[-1])
        touched = {entry.agreement: None for entry in new}
        given = [changes.get(agreement) or self._as_of(agreement, last, changes) for agreement in touched]
        _work_out(going, given)
        marks = [self._marks_at(checkpoint) for _, checkpoint in going]
        with writing(self.engine).begin() as connection:
            there = [move(connection, checkpoint, last) for _, checkpoint in going]
            for (projection, _), its in zip(going, marks, strict=True):
                projection.project(connection, given, its)
        for (projection, _), its in zip(going, marks, strict=True):
            self._marks[projection.name] = last, its
        return there

    def _marks_at(self, checkpoint: Checkpoint) -> Marks:
        """What this feed knows of the rows of a view; nothing, if anybody else has moved it since.

        It is taken away until the next rows are committed.
        """
        position, marks = self._marks.pop(checkpoint.projection, (0, {}))
        return marks if position == checkpoint.position and len(marks) < MOST_MARKS else {}

    def _stop_at(self, checkpoint: Checkpoint, position: int, error: Exception) -> Checkpoint | None:
        """Note what stopped a projection, or pass over it if somebody said so."""
        reason = str(error) if isinstance(error, Unreadable) else f"{type(error).__name__}: {error}"
        name = checkpoint.projection
        with writing(self.engine).begin() as connection:
            if position in skipped(connection).get(name, ()):
                note_skipped(connection, name, position, reason)
                return move(connection, checkpoint, position)
            note_stuck(connection, checkpoint, position, reason)
        log.error("%s is stuck at position %s: %s", name, position, reason, exc_info=error)
        return None


def _work_out(going: Sequence[Going], given: Sequence[Change]) -> None:
    # The slow part, before the transaction: on SQLite everybody who writes to a view waits for it.
    if any("since" in table.c for projection, _ in going for table in projection.tables):
        for change in given:
            len(change.stretches)


def _once_in_order(delivered: Sequence[Entry], after: int) -> list[Entry]:
    """The entries beyond a position, however often and in whatever order they were delivered."""
    beyond = {_position(entry): entry for entry in delivered if _position(entry) > after}
    return [beyond[position] for position in sorted(beyond)]


def _position(entry: Entry) -> int:
    return entry.position or 0
