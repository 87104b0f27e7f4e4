"""Keeps the views up with the journal: follows it, mends what is stuck, rebuilds what is out of date."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing

from sqlalchemy.engine import Connection, Engine

from domain.databases import Databases, one_at_a_time, writing
from domain.journal import Journal
from projections import checkpoints as kept
from projections import resuming
from projections.apart import FeedApart
from projections.beside import beside
from projections.calendar import Calendar
from projections.change import Projection
from projections.checkpoints import Checkpoint, reached, read_checkpoints
from projections.citations import Citations
from projections.entries import Entries
from projections.feeding import Feed
from projections.leading import lead_of
from projections.parties import Parties
from projections.public import create_views, drop_views
from projections.rebuilding import Progress
from projections.register import Register
from projections.renewing import Renewal
from projections.standing import Seen, Standing, Watch, standings
from projections.timeline import Timeline

POLL_SECONDS = 0.25
LEAD_SECONDS = 1.0
WATCH_SECONDS = 1.0
RETRY_SECONDS = 1.0
MOST_REST_SECONDS = 0.05
FEW = 50  # entries in a batch of a follower that keeps up
Tell = Callable[[Progress], None]

log = logging.getLogger("pakta.follower")


class NotStuck(Exception):
    """There is nothing to skip: the projection is not stuck at an entry."""


class Follower:
    """Keeps the views up with the journal, in a thread of its own once started.

    Of all processes one leads and feeds the views. The others read them, and one takes over when it dies.
    """

    def __init__(self, journal: Journal, databases: Databases, feeding: Sequence[str] = ()) -> None:
        """Take the command of a program that can feed the views apart, if one is to; see `FeedApart`."""
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
        self.reading = databases.reader("views")  # for questions; maybe of a replica, which may be behind
        self.feed: Feed = (
            FeedApart(journal, self.engine, databases, feeding) if feeding else Feed(journal, self.engine)
        )
        self.lead = lead_of("follower", databases, self.engine)
        self.watch = Watch()
        self.moved = threading.Condition()
        self.leads = False
        self._watched = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.renewal = Renewal(journal, self.engine, databases)
        self.create()

    def create(self) -> None:
        """Have a table for everything, and find out which rows must be made again."""
        with writing(self.engine).begin() as connection:
            one_at_a_time(connection, "views")
            kept.create(connection)
            resuming.create(connection)
            known = {checkpoint.projection for checkpoint in read_checkpoints(connection)}
            for projection in self.projections:
                if projection.name not in known:
                    drop_views(connection)
                    for table in projection.tables:
                        table.drop(connection, checkfirst=True)
                        table.create(connection)
                    kept.begin(connection, projection)
            create_views(connection, self.journal.timezone)
        self.renewal.look(self.projections)

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
        self.renewal.close()
        self.feed.close()
        self.engine.dispose()
        self.reading.dispose()

    def checkpoints(self) -> list[Checkpoint]:
        """Where every projection is."""
        with self.engine.connect() as connection:
            return read_checkpoints(connection)

    def position(self, *names: str) -> int:
        """The position that some views reflect where questions are answered, or all that are not stuck."""
        return reached(self._readable(), names)

    def standings(self) -> list[Standing]:
        """How every projection stands against the journal's head, in whichever process it is fed."""
        with beside(self.engine).connect() as connection:
            new = {checkpoint.projection: checkpoint.position for checkpoint in read_checkpoints(connection)}
        with self.engine.connect() as connection:
            live, skipped = read_checkpoints(connection), kept.skipped(connection)
        versions = {projection.name: projection.version for projection in self.projections}
        is_dead = self._thread is not None and not self._thread.is_alive() and not self._stop.is_set()
        return standings(Seen(live, new, skipped, self.journal.head()), versions, self.watch, dead=is_dead)

    def wait_for(self, position: int, seconds: float, *names: str) -> bool:
        """Wait until views reflect a position, or the time is up, or one of those named is stuck before."""
        until = time.monotonic() + seconds
        while True:
            known = self._readable()
            wanted = [c for c in known if (c.projection in names if names else c.stuck_at is None)]
            short = [c for c in wanted if c.position < position]
            if wanted and not short:
                return True
            is_hopeless = not wanted or any(c.stuck_at is not None for c in short)
            left = until - time.monotonic()
            if is_hopeless or left <= 0:
                return False
            with self.moved:
                self.moved.wait(min(left, 0.05))

    def catch_up(self, tell: Tell = lambda _: None) -> None:
        """Bring every projection that is not stuck to the journal's head, telling how far it is."""
        while self._feed_on() + self.renewal.step(self.projections):
            tell(Progress(self._going_position(), self.journal.head()))

    def rebuild(
        self, names: Sequence[str] = (), tell: Tell = lambda _: None, *, compare: bool = False
    ) -> None:
        """Make some views, or all, again beside the live ones, which serve until the new take their place.

        One that is interrupted the next goes on with, if it is to make the same views.

        Raises:
            LookupError: there is no such view.
            Different: the new rows were to be compared with the live ones, and are not the same.
            Unfinished: a view met an entry that it cannot take in; it goes on serving as it was.
        """
        if unknown := set(names) - {projection.name for projection in self.projections}:
            raise LookupError(f"there is no view named {', '.join(sorted(unknown))}")
        wanted = [p for p in self.projections if not names or p.name in names]
        with closing(self.renewal.rebuild_of(lambda: wanted, compare=compare).run()) as rebuild:
            for progress in rebuild:
                tell(progress)
        self.renewal.names -= {projection.name for projection in wanted}

    def resume(self, name: str) -> None:
        """Try the entry again at which a projection is stuck.

        Raises:
            LookupError: there is no such view.
        """
        with writing(self.engine).begin() as connection:
            self._checkpoint(connection, name)
            kept.resume(connection, name)

    def skip(self, name: str) -> int:
        """Let a projection go on without the entry at which it is stuck. Returns the position of the entry.

        The rows of that agreement stay as they were before the entry, until another entry of it is taken in.

        Raises:
            LookupError: there is no such view.
            NotStuck: it is not stuck at an entry.
        """
        with writing(self.engine).begin() as connection:
            checkpoint = self._checkpoint(connection, name)
            if checkpoint.stuck_at is None:
                raise NotStuck(f"{name} is not stuck")
            kept.skip(connection, checkpoint)
        return checkpoint.stuck_at

    def _readable(self) -> list[Checkpoint]:
        with self.reading.connect() as connection:
            return read_checkpoints(connection)

    def _checkpoint(self, connection: Connection, name: str) -> Checkpoint:
        for checkpoint in read_checkpoints(connection):
            if checkpoint.projection == name:
                return checkpoint
        raise LookupError(f"there is no view named {name}")

    def _follow(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    self._turn()
                except Exception:
                    log.exception("the follower could not go on; it tries again")
                    self.feed.forget()
                    self._stop.wait(RETRY_SECONDS)
        finally:
            self.leads = False
            self.lead.release()

    def _turn(self) -> None:
        """Take the lead if nobody has it, and one step if there is one to take; else wait."""
        led, self.leads = self.leads, self.lead.take()
        if self.leads and not led:
            self._begin_to_lead()
        began = time.monotonic()
        fed = self._feed_on() if self.leads else 0
        if 0 < fed < FEW:
            # Requests are answered on the same processors: what comes meanwhile is taken in at once.
            self._stop.wait(min(time.monotonic() - began, MOST_REST_SECONDS))
        rebuilt = self.renewal.step(self.projections)
        if time.monotonic() - self._watched > WATCH_SECONDS:
            self.standings()  # the watch sees them
            self._watched = time.monotonic()
        if not fed + rebuilt and self.leads:
            self._await(self._going_position())
        elif not fed + rebuilt:
            self._stop.wait(LEAD_SECONDS)

    def _await(self, position: int) -> None:
        """Wait a moment for something beyond a position, unless it was stopped since it last looked."""
        with self.journal.appended:
            if not self._stop.is_set():
                self.journal.wait_beyond(position, POLL_SECONDS)

    def _begin_to_lead(self) -> None:
        """What stopped another process is tried again. What a killed rebuild left waits for the next one."""
        log.info("this process leads")
        self.feed.forget()
        with writing(self.engine).begin() as connection:
            kept.resume(connection)

    def _going_position(self) -> int:
        return max(
            (c.position for c in self.checkpoints() if c.stuck_at is None), default=self.journal.head()
        )

    def _feed_on(self) -> int:
        """Take one batch through every view that is behind. Returns the entries dealt with."""
        following = [p for p in self.projections if p.name not in self.renewal.names]
        dealt_with = self.feed.step(following)
        if dealt_with:
            with self.moved:
                self.moved.notify_all()
        return dealt_with


def tables_of(engine: Engine, projections: Sequence[Projection]) -> None:
    """Make the tables of projections in an empty database."""
    with writing(engine).begin() as connection:
        for projection in projections:
            for table in projection.tables:
                table.create(connection)
