"""Feeds the journal to every projection, once and in order."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from domain.agreement import EMPTY, fold
from domain.databases import Databases, one_at_a_time, writing
from domain.journal import Entry, Journal
from projections.calendar import Calendar
from projections.change import Change, Projection
from projections.citations import Citations
from projections.entries import Entries
from projections.parties import Parties
from projections.public import create_views, drop_views
from projections.register import Register
from projections.timeline import Timeline

BATCH = 2000
CACHED_CHANGES = 5000
POLL_SECONDS = 0.25
RETRY_SECONDS = 1.0

log = logging.getLogger("pakta.follower")
metadata = sa.MetaData()
checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("projection", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("stuck_at", sa.BigInteger),
    sa.Column("error", sa.Text),
)


@dataclass(frozen=True)
class Checkpoint:
    """How far a projection is; `stuck_at` is the position of the entry that stopped it."""

    projection: str
    version: int
    position: int
    stuck_at: int | None = None
    error: str | None = None


class LostRace(Exception):
    """Another follower moved the checkpoint first."""


class Follower:
    """Keeps the views up with the journal, in a thread of its own once started."""

    def __init__(self, journal: Journal, databases: Databases) -> None:
        self.journal = journal
        self.projections: tuple[Projection, ...] = (
            Register(),
            Timeline(),
            Calendar(),
            Parties(),
            Citations(),
            Entries(),
        )
        self.engine = databases.engine("views")
        self.moved = threading.Condition()
        self._known: OrderedDict[UUID, Change] = OrderedDict()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._create()

    def start(self) -> None:
        """Follow until stopped."""
        self._thread = threading.Thread(target=self._follow, name="follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch at hand, then stop."""
        self._stop.set()
        with self.journal.appended:
            self.journal.appended.notify_all()
        if self._thread is not None:
            self._thread.join()
        self.engine.dispose()

    def checkpoints(self) -> list[Checkpoint]:
        """Where every projection is."""
        with self.engine.connect() as connection:
            return read_checkpoints(connection)

    def position(self, *names: str) -> int:
        """The position that some views reflect, or all that are not stuck if none is named."""
        return reached(self.checkpoints(), names)

    def wait_for(self, position: int, seconds: float, *names: str) -> bool:
        """Wait until views reflect a position, or the time is up."""
        until = time.monotonic() + seconds
        while (now := self.position(*names)) < position and (left := until - time.monotonic()) > 0:
            with self.moved:
                self.moved.wait(min(left, 0.05))
        return now >= position

    def catch_up(self, progress: Callable[[int], None] = lambda _: None) -> None:
        """Bring every projection that is not stuck to the journal's head, telling how far it is."""
        while self._step():
            progress(self._going_position())

    def rebuild(self, names: Sequence[str] = (), progress: Callable[[int], None] = lambda _: None) -> None:
        """Empty some views, or all, and fill them again from the first entry.

        Raises:
            LookupError: there is no such view.
        """
        if unknown := set(names) - {projection.name for projection in self.projections}:
            raise LookupError(f"there is no view named {', '.join(sorted(unknown))}")
        with writing(self.engine).begin() as connection:
            one_at_a_time(connection, "views")
            for projection in self.projections:
                if not names or projection.name in names:
                    self._reset(connection, projection)
        self.catch_up(progress)

    def _create(self) -> None:
        with writing(self.engine).begin() as connection:
            one_at_a_time(connection, "views")
            metadata.create_all(connection)
            known = {checkpoint.projection: checkpoint for checkpoint in read_checkpoints(connection)}
            for projection in self.projections:
                if projection.name not in known or known[projection.name].version != projection.version:
                    drop_views(connection)
                    for table in projection.tables:
                        table.drop(connection, checkfirst=True)
                        table.create(connection)
                    self._reset(connection, projection)
            connection.execute(sa.update(checkpoints).values(stuck_at=None, error=None))
            create_views(connection, self.journal.timezone)

    def _reset(self, connection: Connection, projection: Projection) -> None:
        # The checkpoint first, as in `_write`: whoever feeds the projection now is waited for.
        connection.execute(sa.delete(checkpoints).where(checkpoints.c.projection == projection.name))
        for table in projection.tables:
            connection.execute(sa.delete(table))
        row = {"projection": projection.name, "version": projection.version, "position": 0}
        connection.execute(sa.insert(checkpoints).values(**row))

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                if not self._step():
                    self.journal.wait_beyond(self._going_position(), POLL_SECONDS)
            except Exception:
                log.exception("the follower could not go on; it tries again")
                self._known.clear()
                self._stop.wait(RETRY_SECONDS)

    def _going_position(self) -> int:
        return max(
            (c.position for c in self.checkpoints() if c.stuck_at is None), default=self.journal.head()
        )

    def _step(self) -> int:
        """Take one batch through every projection that is behind. Returns the entries read."""
        going = [checkpoint for checkpoint in self.checkpoints() if checkpoint.stuck_at is None]
        if not going:
            return 0
        start = min(checkpoint.position for checkpoint in going)
        entries = self.journal.entries(start, BATCH)
        if not entries:
            return 0
        changes = self._changes(entries)
        by_name = {projection.name: projection for projection in self.projections}
        for checkpoint in going:
            if (projection := by_name.get(checkpoint.projection)) is not None:
                self._feed(projection, checkpoint, entries, changes)
        with self.moved:
            self.moved.notify_all()
        return len(entries)

    def _changes(self, entries: Sequence[Entry]) -> dict[UUID, Change]:
        """The agreements that a batch touches, as they are after it."""
        touched: dict[UUID, list[Entry]] = {}
        for entry in entries:
            touched.setdefault(entry.agreement, []).append(entry)
        last = entries[-1].position or 0
        return {agreement: self._change(agreement, new, last) for agreement, new in touched.items()}

    def _change(self, agreement: UUID, new: list[Entry], last: int) -> Change:
        known = self._known.get(agreement) or Change(agreement, (), EMPTY)
        fresh = [entry for entry in new if entry.version > known.history.version]
        if fresh and fresh[0].version != known.history.version + 1:
            known = Change(agreement, (), EMPTY)
            fresh = [
                e for e in self.journal.trail(agreement) if e.position is not None and e.position <= last
            ]
        if fresh:
            history = fold(map(self.journal.recorded, fresh), known.history)
            known = Change(agreement, (*known.entries, *fresh), history)
        self._known[agreement] = known
        self._known.move_to_end(agreement)
        while len(self._known) > CACHED_CHANGES:
            self._known.popitem(last=False)
        return known

    def _feed(
        self,
        projection: Projection,
        checkpoint: Checkpoint,
        entries: Sequence[Entry],
        changes: dict[UUID, Change],
    ) -> None:
        new = {e.agreement for e in entries if e.position is not None and e.position > checkpoint.position}
        if not new:
            return
        try:
            self._write(
                projection, checkpoint, [changes[agreement] for agreement in new], entries[-1].position or 0
            )
        except LostRace:
            log.info("another follower is ahead with %s", projection.name)
        except sa.exc.OperationalError:
            raise
        except Exception as error:
            self._stick(projection, checkpoint, entries, changes, error)

    def _write(
        self, projection: Projection, checkpoint: Checkpoint, new: Sequence[Change], position: int
    ) -> None:
        """The view's rows and its checkpoint, together or not at all."""
        with writing(self.engine).begin() as connection:
            move = (
                sa.update(checkpoints)
                .where(
                    checkpoints.c.projection == projection.name, checkpoints.c.position == checkpoint.position
                )
                .values(position=position)
            )
            if connection.execute(move).rowcount != 1:
                raise LostRace
            projection.project(connection, new)

    def _stick(
        self,
        projection: Projection,
        checkpoint: Checkpoint,
        entries: Sequence[Entry],
        changes: dict[UUID, Change],
        error: Exception,
    ) -> None:
        """Go as far as the entry that cannot be projected, and stop this projection there."""
        for entry in entries:
            if entry.position is None or entry.position <= checkpoint.position:
                continue
            upto = [e for e in changes[entry.agreement].entries if (e.position or 0) <= entry.position]
            change = Change(entry.agreement, upto, self.journal.history(upto))
            try:
                self._write(projection, checkpoint, [change], entry.position)
            except LostRace:
                log.info("another follower is ahead with %s", projection.name)
                return
            except sa.exc.OperationalError:
                raise
            except Exception as cause:
                log.exception("%s is stuck at position %s", projection.name, entry.position)
                self._note_stuck(checkpoint, entry.position, cause)
                return
            checkpoint = replace(checkpoint, position=entry.position)
        log.warning("%s went on after %r", projection.name, error)

    def _note_stuck(self, checkpoint: Checkpoint, position: int, error: Exception) -> None:
        """Say what stopped a projection, unless another follower has moved it meanwhile."""
        here = (
            checkpoints.c.projection == checkpoint.projection,
            checkpoints.c.position == checkpoint.position,
        )
        reason = f"{type(error).__name__}: {error}"[:500]
        with writing(self.engine).begin() as connection:
            connection.execute(sa.update(checkpoints).where(*here).values(stuck_at=position, error=reason))


def read_checkpoints(connection: Connection) -> list[Checkpoint]:
    """Where every projection is, in the transaction of the connection."""
    rows = connection.execute(sa.select(checkpoints).order_by(checkpoints.c.projection))
    return [Checkpoint(**row) for row in rows.mappings()]


def reached(known: Sequence[Checkpoint], names: Sequence[str] = ()) -> int:
    """The position that some projections have reached, or all that are not stuck if none is named."""
    wanted = [c for c in known if (c.projection in names if names else c.stuck_at is None)]
    return min((checkpoint.position for checkpoint in wanted), default=0)


def tables_of(engine: Engine, projections: Sequence[Projection]) -> None:
    """Make the tables of projections in an empty database."""
    with writing(engine).begin() as connection:
        for projection in projections:
            for table in projection.tables:
                table.create(connection)
