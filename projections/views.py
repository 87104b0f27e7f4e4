"""The views of a day: kept ones for today and later, worked out from the journal for days past."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement import Stretch, derive
from domain.databases import Scratch, writing
from domain.journal import Entry, Journal, Unavailable
from projections.calendar import Calendar
from projections.change import Change, Projection
from projections.checkpoints import reached, read_checkpoints
from projections.follower import Follower, tables_of
from projections.making import shares
from projections.parties import Parties
from projections.register import Register, register

PAST_DAYS_KEPT = 4
PAGE = 5000
NEWEST = sa.select(sa.func.max(register.c.recorded_on))
MOST_SECONDS = 6.0  # that a question waits for what another has begun to work out


@dataclass(frozen=True)
class View:
    """A database to ask, the day that is asked about, and the position that the answer reflects."""

    connection: Connection
    day: date
    position: int


class Views:
    """Opens the view that answers for a day."""

    def __init__(self, journal: Journal, follower: Follower) -> None:
        self.journal = journal
        self.follower = follower
        self._past: OrderedDict[tuple[date, int], Scratch] = OrderedDict()
        self._replaying = Lock()

    @contextmanager
    def on(self, day: date, *names: str) -> Iterator[View]:
        """Some views (all, if none is named) as they are on a day: one snapshot, position included."""
        with self._snapshot() as connection:
            position = reached(read_checkpoints(connection), names)
            newest = connection.scalar(NEWEST)
            if newest is None or newest <= day.isoformat():
                yield View(connection, day, position)
                return
        with self._replay(day, position).engine.connect() as connection:
            yield View(connection, day, position)

    def close(self) -> None:
        """Let go of the days that were worked out."""
        while self._past:
            self._past.popitem()[1].close()

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        engine = self.follower.reading
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                # Before the snapshot: no view is exchanged for a new one while somebody reads.
                connection.exec_driver_sql("LOCK TABLE checkpoints IN ACCESS SHARE MODE")
            yield connection

    def _replay(self, day: date, position: int) -> Scratch:
        """Every agreement as it stood on a past day.

        Raises:
            Unavailable: that takes longer than anybody should wait, since others are worked out first.
        """
        if not self._replaying.acquire(timeout=MOST_SECONDS):
            raise Unavailable
        try:
            past = self._past.get((day, position))
            if past is None:
                past = self._past[day, position] = self._fill(day, position)
                while len(self._past) > PAST_DAYS_KEPT:
                    self._past.popitem(last=False)[1].close()
            self._past.move_to_end((day, position))
            return past
        finally:
            self._replaying.release()

    def _fill(self, day: date, position: int) -> Scratch:
        projections: tuple[Projection, ...] = (Register(), Calendar(), Parties())
        past = Scratch()
        tables_of(past.engine, projections)
        # Share by share: the register may be larger than the memory.
        for share in shares(self.journal, position, PAGE):
            changes = [self._as_it_was(trail, day) for trail in self.journal.whole(*share)]
            with writing(past.engine).begin() as connection:
                for projection in projections:
                    projection.project(connection, changes)
        return past

    def _as_it_was(self, trail: list[Entry], day: date) -> Change:
        history = self.journal.history(trail)
        stretch = Stretch(day, day + timedelta(days=1), derive(history, day))
        return Change(trail[0].agreement, trail, history, (stretch,))
