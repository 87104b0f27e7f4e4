"""Who takes part, by name."""

from collections.abc import Callable
from typing import Protocol

from benchmarks.appending.pakta import Pakta
from benchmarks.appending.raw import Raw
from benchmarks.appending.stock import Stock


class Contender(Protocol):
    """Somebody who appends at a place of their own: a folder, or the address of PostgreSQL."""

    def add(self, lane: int, number: int) -> None:
        """Store one event, durably, for one of the writers."""

    def batch(self) -> None:
        """Store a thousand events in one transaction."""

    def close(self) -> None:
        """Let go."""


CONTENDERS: dict[str, Callable[[str], Contender]] = {"stock": Stock, "pakta": Pakta, "raw": Raw}
