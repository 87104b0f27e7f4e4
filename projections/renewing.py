"""Makes again, step by step beside what is fed, the views whose rows are of another version or journal."""

import logging
from collections.abc import Callable, Generator, Sequence

from sqlalchemy.engine import Engine

from domain.databases import Databases, writing
from domain.journal import Journal
from projections.change import Projection
from projections.checkpoints import Checkpoint, note_stuck, read_checkpoints
from projections.leading import lead_of
from projections.rebuilding import Progress, Rebuild, Unfinished
from projections.standing import why_untrusted

log = logging.getLogger("pakta.follower")


class Renewal:
    """What is out of date (`names`), and the rebuild of it that goes on."""

    def __init__(self, journal: Journal, engine: Engine, databases: Databases) -> None:
        self.journal = journal
        self.engine = engine
        self.names: set[str] = set()
        self._databases = databases
        self._going: Generator[Progress] | None = None

    def look(self, projections: Sequence[Projection]) -> None:
        """Find out what is out of date, and say why."""
        untrusted = self._untrusted(projections)
        for name, why in untrusted.items():
            log.warning("%s: %s", name, why)
        self.names = set(untrusted)

    def step(self, projections: Sequence[Projection]) -> int:
        """Take one batch through what is out of date. Returns whether there was one.

        Not only the leader does this: it may be a process of an older version, which must be outlived.
        """
        if self._going is None and self._wanted(projections):
            self._going = self.rebuild_of(lambda: self._wanted(projections)).run()
        if self._going is None:
            return 0
        try:
            if next(self._going, None) is not None:
                return 1
        except Unfinished as unfinished:
            self._note_unfinished(unfinished)
        except Exception:
            self._going = None
            raise
        self._going = None
        return 1

    def rebuild_of(self, wanted: Callable[[], Sequence[Projection]], *, compare: bool = False) -> Rebuild:
        """A rebuild of some views, which goes on with one of the same that was interrupted."""
        lead = lead_of("rebuild", self._databases, self.engine)
        return Rebuild(self.journal, self.engine, lead, self._databases, wanted, compare=compare)

    def close(self) -> None:
        """Leave the rest to whoever comes next."""
        if self._going is not None:
            self._going.close()
            self._going = None

    def _wanted(self, projections: Sequence[Projection]) -> list[Projection]:
        """What is still out of date and not stuck in its rebuild; others may have rebuilt it meanwhile."""
        if not self.names:
            return []
        self.names &= set(self._untrusted(projections))
        going = {c.projection for c in self._checkpoints() if c.stuck_at is None} & self.names
        return [projection for projection in projections if projection.name in going]

    def _untrusted(self, projections: Sequence[Projection]) -> dict[str, str]:
        """The views whose rows are not of this journal and this version, and why."""
        known = {checkpoint.projection: checkpoint for checkpoint in self._checkpoints()}
        head = self.journal.head()
        reasons = {
            p.name: why_untrusted(known[p.name], p.version, head) for p in projections if p.name in known
        }
        return {name: why for name, why in reasons.items() if why}

    def _note_unfinished(self, unfinished: Unfinished) -> None:
        live = {checkpoint.projection: checkpoint for checkpoint in self._checkpoints()}
        with writing(self.engine).begin() as connection:
            for new in unfinished.stuck:
                note_stuck(connection, live[new.projection], new.stuck_at or 0, new.error or "")

    def _checkpoints(self) -> list[Checkpoint]:
        with self.engine.connect() as connection:
            return read_checkpoints(connection)
