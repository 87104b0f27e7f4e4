"""Makes views again beside the live ones, which serve until the new ones take their place."""

import logging
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from domain.databases import Databases, writing
from domain.journal import Journal
from projections.beside import beside, differences, drop_twins, index_twins, make_twins, put_in_place, twin
from projections.change import Projection
from projections.checkpoints import (
    KEPT,
    Checkpoint,
    LostRace,
    begin,
    checkpoints,
    move,
    read_checkpoints,
    skipped,
    take_over,
)
from projections.feeding import Feed
from projections.leading import Lead
from projections.making import Made, Making
from projections.making import made as rows_made
from projections.public import create_views, drop_views
from projections.resuming import Filling, called, forget, left_over, note
from projections.turning import Turns, add_up
from projections.writing import put_in

BATCH = 2000  # no more: one that a follower does itself goes on between what it feeds
LOCK_WAIT = "300ms"  # new readers wait meanwhile
READERS_SECONDS = 1.0
LOCK_NOT_AVAILABLE = "55P03"
PAUSE_SECONDS = 0.05

log = logging.getLogger("pakta.follower")


class Progress(NamedTuple):
    """How far a rebuild is, and how long it may take yet; None as long as nobody can tell."""

    position: int
    head: int
    seconds_left: float | None = None


class Pace(NamedTuple):
    """When this process began, and at which position: what was done before says nothing of its speed."""

    since: float
    position: int


class Different(Exception):
    """The new rows are not those of the live view, or cannot be compared with them."""


class Unfinished(Exception):
    """Some views could not be made again; their old ones go on serving."""

    def __init__(self, stuck: Sequence[Checkpoint]) -> None:
        super().__init__("; ".join(f"{c.projection} at position {c.stuck_at}: {c.error}" for c in stuck))
        self.stuck = stuck


class Rebuild:
    """One rebuild of some views. Only one runs at a time.

    One that ended, well or not, leaves nothing beside the live views. One that was interrupted, killed or cut
    off from the database leaves what it made. The next goes on with that if it is to make the same
    (`left_over`), and else clears it away; nobody else does.
    """

    def __init__(
        self,
        journal: Journal,
        engine: Engine,
        lead: Lead,
        databases: Databases,
        wanted: Callable[[], Sequence[Projection]],
        *,
        compare: bool = False,
    ) -> None:
        self.journal = journal
        self.engine = engine
        self.lead = lead
        self.wanted = wanted
        self.compare = compare
        self.databases = databases
        self.feed = Feed(journal, beside(engine))
        self._pace = Pace(time.monotonic(), 0)

    def run(self) -> Generator[Progress]:
        """Fill the new tables batch by batch and switch them in, telling how far it is after each batch.

        Raises:
            Different: the new rows were to be compared, and are not the same; nothing is switched.
            Unfinished: some views met an entry that they cannot take in; the others are switched.
        """
        while not self.lead.take():
            yield Progress(0, self.journal.head())
            time.sleep(PAUSE_SECONDS)
        try:
            # What another process has rebuilt while we waited may not be wanted any more.
            if wanted := self.wanted():
                yield from self._fill(wanted, self._begun(wanted))
        except (sa.exc.OperationalError, LostRace):
            raise
        except Exception:
            if self.lead.take():
                with writing(self.engine).begin() as connection:
                    _clear_away(connection)
            raise
        finally:
            self.lead.release()

    def _begun(self, wanted: Sequence[Projection]) -> Filling:
        """What an interrupted rebuild of the same left; if there is none, empty tables."""
        goal = self._goal(wanted)
        end = self.journal.head() if goal is None else goal
        if self._is_to_skip(wanted):
            return self._begin(wanted, 0)  # a share is taken in whole or not at all
        with self.feed.engine.connect() as connection:
            left = left_over(connection, wanted, self.journal.timezone, end)
        if left is None:
            return self._begin(wanted, end)
        self._pace = Pace(time.monotonic(), max(checkpoint.position for checkpoint in self._new()))
        log.info("the rebuild goes on from position %s", self._pace.position)
        return left

    def _begin(self, wanted: Sequence[Projection], upto: int) -> Filling:
        """Begin anew, agreement by agreement up to a position and entry by entry beyond."""
        self._pace = Pace(time.monotonic(), 0)
        filling = Filling(called(wanted, self.journal.timezone), upto)
        with writing(self.feed.engine).begin() as connection:
            _clear_away(connection)
            for projection in wanted:
                make_twins(connection, projection.tables)
                begin(connection, projection)
            note(connection, filling)
        return filling

    def _fill(self, wanted: Sequence[Projection], filling: Filling) -> Iterator[Progress]:
        if not filling.filled:
            yield from self._fill_at_once(wanted, filling)
        while True:
            if self.feed.step(wanted, BATCH, self._goal(wanted)):
                yield self._progress()
                continue
            new = {checkpoint.projection: checkpoint for checkpoint in self._new()}
            ready = [projection for projection in wanted if new[projection.name].stuck_at is None]
            if self._switch(ready):
                break
            yield self._progress()
            time.sleep(PAUSE_SECONDS)
        if stuck := [checkpoint for checkpoint in new.values() if checkpoint.stuck_at is not None]:
            raise Unfinished(stuck)

    def _fill_at_once(self, wanted: Sequence[Projection], filling: Filling) -> Iterator[Progress]:
        """Fill the new tables agreement by agreement, up to the journal's end, index them and sum them up.

        What any view cannot take in is left to be found entry by entry, from the beginning.
        """
        with self.feed.engine.connect() as connection:
            turned = [projection.turned(connection) for projection in wanted]
        try:
            for made in self._filled(wanted, filling, turned) if filling.upto else ():
                filling = made
                yield self._progress()
        except (sa.exc.SQLAlchemyError, LostRace):
            raise
        except Exception:
            log.exception("not every agreement can be taken in whole; going on entry by entry")
            filling = self._begin(wanted, 0)
            turned = [{} for _ in wanted]
        for table in (table for projection in wanted for table in projection.tables):
            with writing(self.feed.engine).begin() as connection:
                index_twins(connection, table)
        with writing(self.feed.engine).begin() as connection:  # once: what follows changes the sums
            for projection, its in zip(wanted, turned, strict=True):
                projection.sum_up(connection, its)
            note(connection, replace(filling, filled=True))

    def _filled(
        self, wanted: Sequence[Projection], filling: Filling, turned: Sequence[Turns]
    ) -> Iterator[Filling]:
        """Write share by share, and add up how figures turn.

        As many entries as are in the new rows are what their checkpoints say.
        """
        making = Making(self.databases, self.journal.timezone, wanted)
        at = self._new()
        for made in rows_made(self.journal, making, filling.upto, BATCH, filling.after):
            if not isinstance(made, Made):
                for total, more in zip(turned, made, strict=True):
                    add_up(total, more)
                continue
            with writing(self.feed.engine).begin() as connection:
                at = [move(connection, one, one.position + made.entries) for one in at]
                filling = replace(filling, after=made.last)
                note(connection, filling)
                for projection, rows in zip(wanted, made.rows, strict=True):
                    for table, values in zip(projection.tables, rows, strict=True):
                        put_in(connection, table, values)
            yield filling

    def _is_to_skip(self, wanted: Sequence[Projection]) -> bool:
        with self.engine.connect() as connection:
            told = skipped(connection)
        return any(projection.name in told for projection in wanted)

    def _goal(self, wanted: Sequence[Projection]) -> int | None:
        """Where to stop: beside the live views if they are to be compared, else at the journal's head."""
        if not self.compare:
            return None
        with self.engine.connect() as connection:
            live = [c for c in read_checkpoints(connection) if c.projection in {p.name for p in wanted}]
        head = self.journal.head()
        if odd := [c.projection for c in live if c.stuck_at is not None or c.position > head]:
            raise Different(f"the live view of {', '.join(odd)} is stuck or beyond the end of the journal")
        return min(checkpoint.position for checkpoint in live)

    def _switch(self, ready: Sequence[Projection]) -> bool:
        """Put the new tables in place of the old ones, unless those have gone further by now."""
        try:
            with writing(self.engine).begin() as connection:
                _lock(connection, "EXCLUSIVE")  # nobody feeds the old views from here on
                if not self._are_level(connection, ready):
                    return False
                if self.compare:
                    _compare(connection, ready)
                _lock(connection, "ACCESS EXCLUSIVE")  # and nobody reads them
                new = {checkpoint.projection: checkpoint for checkpoint in _twins_of(connection)}
                drop_views(connection)
                for projection in ready:
                    put_in_place(connection, projection.tables)
                    take_over(connection, new[projection.name])
                create_views(connection, self.journal.timezone)
                _clear_away(connection)
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            log.info("somebody reads the old views still; the switch is tried again")
            time.sleep(READERS_SECONDS)
            return False
        return True

    def _are_level(self, connection: Connection, ready: Sequence[Projection]) -> bool:
        live = {checkpoint.projection: checkpoint.position for checkpoint in read_checkpoints(connection)}
        new = {checkpoint.projection: checkpoint.position for checkpoint in _twins_of(connection)}
        pairs = [(live[projection.name], new[projection.name]) for projection in ready]
        if self.compare:
            return all(old == position for old, position in pairs)
        head = self.journal.head()
        return all(old <= position or old > head for old, position in pairs)

    def _new(self) -> list[Checkpoint]:
        with self.feed.engine.connect() as connection:
            return read_checkpoints(connection)

    def _progress(self) -> Progress:
        head = self.journal.head()
        position = max((c.position for c in self._new() if c.stuck_at is None), default=head)
        done, seconds = position - self._pace.position, time.monotonic() - self._pace.since
        left = seconds / done * max(0, head - position) if done > 0 else None
        return Progress(position, head, left)


def _clear_away(connection: Connection) -> None:
    drop_twins(connection, KEPT)
    for table in KEPT:
        connection.execute(sa.delete(twin(table)))
    forget(connection)


def _twins_of(connection: Connection) -> list[Checkpoint]:
    """The new checkpoints, asked on a connection for the live ones: there may be no other to be had."""
    rows = connection.execute(sa.select(twin(checkpoints)))
    return [Checkpoint(**row) for row in rows.mappings()]


def _lock(connection: Connection, mode: str) -> None:
    # Readers of PostgreSQL find a table by its newest name but its rows as of their snapshot: one that began
    # before the last batch would see half. So each holds this lock from before its snapshot (`Views.on`).
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
        connection.exec_driver_sql(f"LOCK TABLE checkpoints IN {mode} MODE")


def _compare(connection: Connection, ready: Sequence[Projection]) -> None:
    found = [differences(connection, table) for projection in ready for table in projection.tables]
    if told := [difference for difference in found if difference]:
        raise Different("; ".join(told))
