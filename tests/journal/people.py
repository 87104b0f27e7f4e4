"""Who records in these tests, and what."""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from domain.agreement.access import Actor
from domain.facts import FACT, AnnotationAdded, Fact, Proposed
from domain.journal import Answer, Command, Journal, Step

RINI = Actor("rini-7", "coordinator", "kota-bandung")
AGUS = Actor("agus-2", "coordinator", "otorita-ikn")
VIEWER = Actor("dewi-3", "viewer", "kota-bandung")
SECONDS = 30
PARTIES = [
    {"name": "Kota Bandung", "kind": "city", "country": "ID"},
    {"name": "Kota Nanning", "kind": "city", "country": "CN"},
]


def fact(type_: str, **fields: Any) -> Fact:
    """A fact as it comes in, in JSON's words."""
    return FACT.validate_python({"type": type_, **fields}, strict=False)


def proposal(title: str = "Bandung – Nanning", **fields: Any) -> Proposed:
    given = fact("proposed", **{"title": title, "kind": "sister_city", "parties": PARTIES, **fields})
    assert isinstance(given, Proposed)
    return given


def note(text: str = "Seen") -> AnnotationAdded:
    return AnnotationAdded(note=text)


def command(*steps: Step, by: Actor = RINI, command_id: str | None = None, **rest: Any) -> Command:
    """A command with an id of its own, unless one is given."""
    digest = hashlib.sha256(repr(steps).encode()).digest()
    return Command(by, command_id or str(uuid4()), digest, steps, **rest)


def proposing(*facts: Fact, **rest: Any) -> Command:
    """A command that opens an agreement."""
    return command(Step(None, facts or (proposal(),)), **rest)


def adding(agreement: UUID, *facts: Fact, expected: int | None = None, **rest: Any) -> Command:
    """A command that adds to an agreement."""
    return command(Step(agreement, facts or (note(),), expected), **rest)


def carry_out(journal: Journal, wanted: Command) -> Answer:
    return journal.submit(wanted).result(SECONDS)


def opened(journal: Journal, *facts: Fact, by: Actor = RINI) -> UUID:
    """A new agreement."""
    return carry_out(journal, proposing(*facts, by=by)).results[0].agreement


def outcomes(journal: Journal, commands: Sequence[Command]) -> list[Answer | BaseException]:
    """What became of commands that were handed in at once."""
    futures = [journal.submit(wanted) for wanted in commands]
    return [future.exception(SECONDS) or future.result(SECONDS) for future in futures]
