"""What the journal is asked to do, what it answers, and why it may decline."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter

from domain.agreement import Warned
from domain.agreement.access import Actor
from domain.facts import Fact


@dataclass(frozen=True, slots=True)
class Step:
    """Facts for one agreement; `agreement` is None for a new one."""

    agreement: UUID | None
    facts: tuple[Fact, ...]
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """Steps that are stored together or not at all.

    `digest` is a hash of what was asked, so that the same id cannot be used for something else.
    What is not `retriable` needs no memory of its answer.
    `language` is remembered with the answer, so that a retry reads the same.
    """

    actor: Actor
    command_id: str
    digest: bytes
    steps: tuple[Step, ...]
    retriable: bool = True
    correlation_id: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one step: the agreement's newest version, its position, and the warnings that arose.

    The position is 0 until it is known, which is when the entries are stored.
    """

    agreement: UUID
    version: int
    warnings: tuple[Warned, ...]
    position: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command. The answer to a retry is the first one."""

    results: tuple[Result, ...]
    correlation_id: str | None
    language: str

    def at(self, positions: Mapping[tuple[UUID, int], int]) -> "Answer":
        """The same, with the positions of the versions that it speaks of, as far as they are given."""
        results = (
            Result(r.agreement, r.version, r.warnings, positions.get((r.agreement, r.version), r.position))
            for r in self.results
        )
        return Answer(tuple(results), self.correlation_id, self.language)


ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)


class Declined(Exception):
    """A command that was not carried out; nothing of it was stored. `step` and `fact` count from 0."""

    step: int = 0
    fact: int = 0

    def __init__(self, **params: object) -> None:
        self.params: Mapping[str, str] = {name: str(value) for name, value in params.items()}
        super().__init__(type(self).__doc__)


class UnknownAgreement(Declined):
    """There is no such agreement, or it is not for this actor's eyes."""


class NotAllowed(Declined):
    """Only a coordinator of the organisation that owns the agreement may record."""


class Stale(Declined):
    """The agreement has another version than was expected."""


class Busy(Declined):
    """More commands wait already than can be answered in good time."""


class KeyReused(Declined):
    """The command id has been used for another command."""


class Unavailable(Declined):
    """The journal could not be reached; whether the command was stored is unknown. Retry with the same id."""
