"""Pakta's journal: every rule checked, a receipt for each command, nothing said before it is durable."""

import hashlib
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from benchmarks.appending.content import AGREEMENTS, IN_BATCH, LANES, NOTE, OPENED, WHO, lives
from benchmarks.measuring.places import databases_at
from domain.journal import Command, Journal, Step


class Pakta:
    """The journal as the service uses it, without HTTP."""

    def __init__(self, place: str) -> None:
        self._journal = Journal(databases_at(place), ZoneInfo("Asia/Jakarta"), "bench")
        opened = [self._carry_out(*_opening(AGREEMENTS)) for _ in range(LANES)]
        self._known: list[list[UUID]] = opened

    def add(self, lane: int, number: int) -> None:
        """Store one event."""
        self._carry_out(Step(self._known[lane][number % AGREEMENTS], (NOTE,)))

    def batch(self) -> None:
        """Store many events in one command."""
        self._carry_out(*_opening(IN_BATCH // OPENED))

    def close(self) -> None:
        """Let go."""
        self._journal.close()

    def _carry_out(self, *steps: Step) -> list[UUID]:
        command_id = str(uuid4())
        digest = hashlib.sha256(command_id.encode()).digest()
        answer = self._journal.carry_out(Command(WHO, command_id, digest, steps))
        return [result.agreement for result in answer.results]


def _opening(number: int) -> list[Step]:
    return [Step(None, facts) for facts in lives(number)]
