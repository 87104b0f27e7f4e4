"""How each projection stands against the journal: following, behind or stuck."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Literal

from projections.checkpoints import Checkpoint

STILL_SECONDS = 30.0
BEYOND = "the view is beyond the end of the journal, which was restored to the past; it is to be rebuilt"
OTHERWISE_MADE = "the view was made by version {} of the projection; it is to be rebuilt"
STILL = "nothing has moved it for {:.0f} seconds"
DEAD = "the thread that follows the journal has ended"

Stands = Literal["following", "behind", "stuck"]


@dataclass(frozen=True)
class Standing:
    """A projection against the journal's head.

    `trusted` says whether its rows are of this journal and this version; `rebuilding` is how far new rows
    beside them are; `skipped` are the positions of entries that it lacks.
    """

    projection: str
    version: int
    position: int
    behind: int
    state: Stands
    trusted: bool
    stuck_at: int | None
    error: str | None
    skipped: Sequence[int]
    rebuilding: int | None


@dataclass(frozen=True)
class Seen:
    """What was found in the views at one moment, read before the journal's head."""

    live: Sequence[Checkpoint]
    new: Mapping[str, int]
    skipped: Mapping[str, Sequence[int]]
    head: int


class Watch:
    """Notices what stands still although there is something to do."""

    def __init__(self, seconds: float = STILL_SECONDS) -> None:
        self.seconds = seconds
        self._moved: dict[str, tuple[int, float]] = {}
        self._lock = Lock()

    def see(self, projection: str, position: int, head: int) -> bool:
        """Note how far a projection is. Returns whether it has stood still for too long while behind."""
        now = time.monotonic()
        with self._lock:
            before, since = self._moved.get(projection, (position, now))
            moves = position >= head or position != before
            self._moved[projection] = (position, now if moves else since)
            return not moves and now - since > self.seconds


def standings(seen: Seen, versions: Mapping[str, int], watch: Watch, *, dead: bool) -> list[Standing]:
    """Where every projection is, counted against the journal's head; `dead` if the follower's thread is."""
    found = []
    for checkpoint in seen.live:
        if (version := versions.get(checkpoint.projection)) is not None:
            why = why_untrusted(checkpoint, version, seen.head)
            # Of a view that cannot be trusted only the new rows count.
            counted = checkpoint.position if why is None else seen.new.get(checkpoint.projection, 0)
            is_still = watch.see(checkpoint.projection, counted, seen.head)
            halted = DEAD if dead else STILL.format(watch.seconds) if is_still else None
            found.append(_standing(checkpoint, seen, why, halted))
    return found


def why_untrusted(checkpoint: Checkpoint, version: int, head: int) -> str | None:
    """Why the rows of a view are not those of this journal and this version; None if they are."""
    if checkpoint.position > head:
        return BEYOND
    return OTHERWISE_MADE.format(checkpoint.version) if checkpoint.version != version else None


def _standing(checkpoint: Checkpoint, seen: Seen, untrusted: str | None, halted: str | None) -> Standing:
    new = seen.new.get(checkpoint.projection)
    behind = max(0, seen.head - (new or 0 if untrusted else checkpoint.position))
    is_stuck = checkpoint.stuck_at is not None or halted is not None
    return Standing(
        checkpoint.projection,
        checkpoint.version,
        checkpoint.position,
        behind,
        "stuck" if is_stuck else "behind" if behind or untrusted else "following",
        untrusted is None,
        checkpoint.stuck_at,
        checkpoint.error or halted or untrusted,
        seen.skipped.get(checkpoint.projection, ()),
        new,
    )
