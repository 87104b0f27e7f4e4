"""Decides commands against what is stored, inside the transaction that will store them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from domain.agreement import EMPTY, History, Recorded, Refused, Warned, admit
from domain.agreement.access import REACH, access, may
from domain.agreement.standing import types_of
from domain.facts import Corrected, Fact, HandedOver, Proposed, Retracted
from domain.journal.appending import EventRow, Row
from domain.journal.commands import (
    ANSWER,
    Answer,
    Command,
    Declined,
    KeyReused,
    NotAllowed,
    Result,
    Stale,
    Step,
    UnknownAgreement,
)
from domain.journal.envelope import circumstances, enclosed, opening
from domain.journal.heads import Head, Heads, head_of

_POSITIONS = {"results": {"__all__": {"position"}}}
# Facts that may change more of an agreement's head than its version.
_CONCERNS_HEAD = REACH | types_of(Proposed, Corrected, Retracted)
_MAY_MEET_OTHERS = types_of(Proposed, Corrected, Retracted, HandedOver)  # with a reference, or a twin
Outcome = Answer | Declined | Refused
Key = tuple[str, str]
# The agreements of an owner with a reference, or with a twin.
Others = Callable[[dict[str, object]], Iterable[UUID]]


@dataclass
class Moment:
    """When a batch is recorded, and with which software."""

    recorded_at: datetime
    today: date
    software: str


@dataclass
class Batch:
    """What a batch of commands will store: grows with every command that is accepted.

    `load` and `others` tell what is stored. `receipts` are answers given before, and in this batch.
    `opened` of a head counts from the first event of the batch, as positions are not known yet.
    `moved` are the versions of agreements of whose heads nothing else is new.
    """

    moment: Moment
    load: Callable[[UUID], History]
    others: Others
    receipts: dict[Key, tuple[bytes, Answer]] = field(default_factory=dict)
    histories: dict[UUID, History] = field(default_factory=dict)
    heads: Heads = field(default_factory=Heads)
    moved: dict[UUID, int] = field(default_factory=dict)
    events: list[EventRow] = field(default_factory=list)
    answered: list[Row] = field(default_factory=list)

    def decide(self, command: Command) -> Outcome:
        """Accept a command into the batch, or say why not. A command that is declined leaves no trace."""
        key = (command.actor.id, command.command_id)
        if command.retriable and (known := self.receipts.get(key)):
            digest, answer = known
            return answer if digest == command.digest else KeyReused(key=command.command_id)
        attempt = Attempt(self, command)
        try:
            results = tuple(attempt.take(number, step) for number, step in enumerate(command.steps))
        except (Declined, Refused) as declined:
            return declined
        return self._accept(key, attempt, results)

    def _accept(self, key: Key, attempt: "Attempt", results: tuple[Result, ...]) -> Answer:
        command = attempt.command
        answer = Answer(results, command.correlation_id, command.language)
        self.events += attempt.events
        self.histories |= attempt.histories
        self.heads.update(attempt.heads)
        self.moved |= attempt.moved
        if command.retriable:
            self.receipts[key] = (command.digest, answer)
            self.answered.append(_receipt(key, command.digest, answer))
        return answer


def _receipt(key: Key, digest: bytes, answer: Answer) -> dict[str, object]:
    """What is kept of an answer: positions are found again by agreement and version."""
    told = ANSWER.dump_json(answer, exclude=_POSITIONS).decode()
    return {"principal": key[0], "command_id": key[1], "digest": digest, "answer": told}


class Attempt:
    """One command on its way: its events and their consequences, kept apart until all of it is accepted."""

    def __init__(self, batch: Batch, command: Command) -> None:
        self.batch = batch
        self.command = command
        self.events: list[EventRow] = []
        self.histories: dict[UUID, History] = {}
        self.heads = Heads()
        self.moved: dict[UUID, int] = {}
        at, actor = batch.moment, command.actor
        self.common = circumstances(
            at.recorded_at, actor, command.command_id, command.correlation_id, at.software
        )

    def take(self, number: int, step: Step) -> Result:
        """Add the facts of a step.

        Raises:
            Declined: the actor may not, or the version is another one.
            Refused: a fact cannot be true.
        """
        index = 0
        try:
            agreement, history = self._open(step)
            warned, begun = list[Warned](), opening(agreement)
            for index, fact in enumerate(step.facts):  # noqa: B007  # told when the fact is refused
                history, brought = self._record(agreement, history, fact, begun)
                warned += brought
            self.histories[agreement] = history
            warned += self._take_place(agreement, history, step.facts)
        except (Declined, Refused) as declined:
            declined.step, declined.fact = number, index
            raise
        return Result(agreement, history.version, tuple(warned))

    def _open(self, step: Step) -> tuple[UUID, History]:
        actor = self.command.actor
        if step.agreement is None:
            if actor.role != "coordinator":
                raise NotAllowed
            return uuid4(), EMPTY
        history = self._history(step.agreement)
        reach = access(history) if history.entries else None
        if reach is None or not may(actor, "read", reach):
            raise UnknownAgreement(agreement=step.agreement)
        if not may(actor, "record", reach):
            raise NotAllowed
        if step.expected_version is not None and step.expected_version != history.version:
            raise Stale(expected=step.expected_version, actual=history.version)
        return step.agreement, history

    def _history(self, agreement: UUID) -> History:
        for known in (self.histories, self.batch.histories):
            if agreement in known:
                return known[agreement]
        return self.batch.load(agreement)

    def _record(
        self, agreement: UUID, history: History, fact: Fact, begun: bytes
    ) -> tuple[History, tuple[Warned, ...]]:
        version = history.version + 1
        entry = Recorded(version, fact, self.batch.moment.today, self.command.actor.organisation)
        admitted = admit(history, entry)
        state = enclosed(fact, begun, version, self.common)
        self.events.append(EventRow(agreement, version, fact.type, state))
        return admitted

    def _take_place(self, agreement: UUID, history: History, facts: Iterable[Fact]) -> list[Warned]:
        """Note the agreement's head, and see that its reference is free and whether it has a twin."""
        if not any(fact.type in _CONCERNS_HEAD for fact in facts):
            self._move(agreement, history.version)
            return []
        head = self._head(agreement, history)
        self.heads.add(agreement, head)
        if not any(fact.type in _MAY_MEET_OTHERS for fact in facts):
            return []
        if head["reference"] is not None and self._others(agreement, head, "reference"):
            raise Refused("reference_taken", reference=head["reference"])
        proposed = any(fact.type == "proposed" for fact in facts)
        if proposed and head["twin"] is not None and self._others(agreement, head, "twin"):
            return [Warned("possible_duplicate", 1)]
        return []

    def _move(self, agreement: UUID, version: int) -> None:
        """Note that an agreement has gone on, and nothing else about its head."""
        known = self._known_head(agreement)
        if known is None:
            self.moved[agreement] = version
        else:
            self.heads.add(agreement, {**known, "version": version})

    def _known_head(self, agreement: UUID) -> Head | None:
        """The head of an agreement, if it is new in this batch."""
        return self.heads.by_agreement.get(agreement) or self.batch.heads.by_agreement.get(agreement)

    def _head(self, agreement: UUID, history: History) -> Head:
        # It is kept of a new agreement alone, whose id nobody knows yet: so its events are the newest ones.
        opened = len(self.batch.events) + len(self.events) - history.version + 1
        return head_of(agreement, history, opened)

    def _others(self, agreement: UUID, head: Head, column: str) -> bool:
        """Whether the owner has another agreement with the same reference or the same twin."""
        owner, value = head["owner"], head[column]
        for other in (*self.heads.alike(head, column), *self.batch.heads.alike(head, column)):
            known = self._known_head(other)  # it may have been changed since
            if known and other != agreement and (known["owner"], known[column]) == (owner, value):
                return True
        stored = self.batch.others({"agreement": agreement, "owner": owner, column: value})
        return any(other != agreement and self._known_head(other) is None for other in stored)
