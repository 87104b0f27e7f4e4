"""What may be added to a history. Only what cannot be true is refused."""

from collections.abc import Iterator
from typing import NamedTuple

from domain.agreement.ends import ended_before, ends
from domain.agreement.history import History, Recorded, Standing, evolve, of_type
from domain.agreement.state import Warned
from domain.agreement.today import days_after
from domain.agreement.transitions import transition
from domain.agreement.warnings import warnings
from domain.facts import (
    CommitmentDropped,
    CommitmentMade,
    CommitmentRealised,
    Corrected,
    EvidenceAttached,
    Fact,
    FollowUpVisitScheduled,
    InvitationReceived,
    LoiSigned,
    MouSigned,
    ProgressReported,
    Proposed,
    Realised,
    Retracted,
    Signed,
    VisitCancelled,
    VisitConfirmed,
    VisitHeld,
    VisitRescheduled,
)

REFUSALS = {
    "not_proposed": "An agreement opens with its proposal; the first fact must be `proposed`.",
    "already_proposed": "This agreement has been proposed already; only version 1 can be `proposed`.",
    "first_stays_proposed": "Version 1 opens the agreement; a correction must leave it `proposed`.",
    "in_the_future": "{occurred} is later than tomorrow. Plans have fields of their own, such as `window`.",
    "voided": "This agreement is void, because its proposal was retracted. Retract that retraction first.",
    "unknown_version": "There is no version {target} of this agreement; the newest is {newest}.",
    "not_an_original": "Version {target} is a correction or a retraction itself. Name the entry it is about.",
    "already_retracted": "Version {target} has been retracted already. Retract the retraction to restore it.",
    "unknown_field": "Version {target} is a `{type}`, which has no field {field}.",
    "ended": "The agreement ended in version {end}, before this happened. A new cycle is a new agreement.",
    "loi_after_mou": "The letter of intent would follow every memorandum. If so, give an `override_reason`.",
    "realised_unsigned": "Nothing is signed that could be realised. If so, give an `override_reason`.",
    "unknown_visit": "No visit {visit} has been scheduled in this agreement.",
    "visit_exists": "A visit {visit} exists already; choose another id.",
    "unknown_commitment": "No commitment {commitment} has been made in this agreement.",
    "commitment_exists": "A commitment {commitment} exists already; choose another id.",
    "reference_taken": "The reference {reference} is in use already for another agreement of the same owner.",
}
RECORD_KEEPING_ON_VOID = frozenset({"retracted", "annotated", "evidence_attached"})


class Refused(Exception):
    """A fact that cannot be true, given the history. `code` is stable; `params` fill its sentence.

    `step` and `fact` say, counting from 0, which fact of a command it was.
    """

    step: int = 0
    fact: int = 0

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = {name: str(value) for name, value in params.items()}
        super().__init__(REFUSALS[code].format(**self.params))


class Admitted(NamedTuple):
    """The history with the fact, and the warnings that it brought."""

    history: History
    warnings: tuple[Warned, ...]


class Impossible(NamedTuple):
    """Something in a history that cannot be true."""

    code: str
    version: int
    params: tuple[tuple[str, str], ...] = ()


def admit(history: History, entry: Recorded) -> Admitted:
    """Add a fact that is being recorded now.

    Raises:
        Refused: it cannot be true, or it would make the history impossible.
    """
    _check_opening(history, entry.fact)
    _check_days(entry)
    _check_target(history, entry.fact)
    after = evolve(history, entry)
    if impossible := list(impossibilities(after)):  # what held before is asked only when it matters
        known = set(impossibilities(history))
        for found in impossible:
            if found not in known:
                raise Refused(found.code, **dict(found.params))
    if not (warned := _all_warnings(after)):
        return Admitted(after, ())
    before = set(_all_warnings(history))
    return Admitted(after, tuple(one for one in warned if one not in before))


def _all_warnings(history: History) -> tuple[Warned, ...]:
    return warnings(history.in_order(), history)


def _check_opening(history: History, fact: Fact) -> None:
    if not history.entries:
        if not isinstance(fact, Proposed):
            raise Refused("not_proposed")
    elif isinstance(fact, Proposed):
        raise Refused("already_proposed")
    elif history.proposed is None and fact.type not in RECORD_KEEPING_ON_VOID:
        raise Refused("voided")


def _check_days(entry: Recorded) -> None:
    tomorrow = days_after(entry.recorded_on, 1)
    inner = (entry.fact.fact,) if isinstance(entry.fact, Corrected) else ()
    for fact in (entry.fact, *inner):
        if fact.occurred and fact.occurred.earliest > tomorrow:
            raise Refused("in_the_future", occurred=fact.occurred.edtf)


def _check_target(history: History, fact: Fact) -> None:
    if not isinstance(fact, Corrected | Retracted | EvidenceAttached):
        return
    target = history.entries.get(fact.version)
    if target is None:
        raise Refused("unknown_version", target=fact.version, newest=history.version)
    if isinstance(fact, EvidenceAttached):
        standing = history.standing.get(fact.version)
        _check_says(standing.fact if standing else target.fact, fact)
        return
    if history.is_struck(fact.version):
        raise Refused("already_retracted", target=fact.version)
    if isinstance(fact, Corrected):
        if isinstance(target.fact, Corrected | Retracted):
            raise Refused("not_an_original", target=fact.version)
        if isinstance(fact.fact, Proposed) != (fact.version == 1):
            raise Refused("first_stays_proposed" if fact.version == 1 else "already_proposed")


def _check_says(target: Fact, source: EvidenceAttached) -> None:
    known = {field.alias or name for name, field in type(target).model_fields.items()}
    for name in source.says:
        if name not in known:
            raise Refused("unknown_field", target=source.version, type=target.type, field=name)


def impossibilities(history: History) -> Iterator[Impossible]:
    """Everything in a history that cannot be true, whoever recorded it in whatever order."""
    facts = history.in_order()
    if history.proposed is None:
        return
    yield from _visits(facts)
    yield from _commitments(facts)
    yield from _signing_order(facts)
    yield from _unsigned(facts)
    yield from _after_ends(facts)


def _visits(facts: list[Standing]) -> Iterator[Impossible]:
    plans = [(standing, plan.visit) for standing, plan in of_type(facts, FollowUpVisitScheduled)]
    mentions = []
    for standing in facts:
        match standing.fact:
            case (
                VisitConfirmed(visit=visit)
                | VisitRescheduled(visit=visit)
                | VisitCancelled(visit=visit)
                | VisitHeld(visit=visit)
                | InvitationReceived(possibly_same_as=visit)
            ) if visit is not None:
                mentions.append((standing, visit))
    yield from _names("visit", plans, mentions)


def _commitments(facts: list[Standing]) -> Iterator[Impossible]:
    promises = [(standing, made.commitment) for standing, made in of_type(facts, CommitmentMade)]
    mentions = []
    for standing in facts:
        match standing.fact:
            case (
                ProgressReported(commitment=name)
                | CommitmentRealised(commitment=name)
                | CommitmentDropped(commitment=name)
            ):
                mentions.append((standing, name))
            case Realised(commitments=names):
                mentions += [(standing, name) for name in names]
    yield from _names("commitment", promises, mentions)


def _names(
    what: str, made: list[tuple[Standing, str]], mentioned: list[tuple[Standing, str]]
) -> Iterator[Impossible]:
    """A name is given once, and only what was given can be mentioned."""
    known: set[str] = set()
    for standing, name in sorted(made, key=lambda item: item[0].version):
        if name in known:
            yield Impossible(f"{what}_exists", standing.version, ((what, name),))
        known.add(name)
    for standing, name in mentioned:
        if name not in known:
            yield Impossible(f"unknown_{what}", standing.version, ((what, name),))


def _signing_order(facts: list[Standing]) -> Iterator[Impossible]:
    memoranda = list(of_type(facts, MouSigned))
    for standing, loi in of_type(facts, LoiSigned):
        late = memoranda and all(standing.span.certainly_after(signed.span) for signed, _ in memoranda)
        if late and not any(paper.override_reason for paper in (loi, *(mou for _, mou in memoranda))):
            yield Impossible("loi_after_mou", standing.version)


def _unsigned(facts: list[Standing]) -> Iterator[Impossible]:
    if not any(of_type(facts, Signed)):
        for standing, realised in of_type(facts, Realised):
            if not realised.override_reason:
                yield Impossible("realised_unsigned", standing.version)


def _after_ends(facts: list[Standing]) -> Iterator[Impossible]:
    for end in ends(facts):
        for standing in facts:
            if transition(standing.fact).after_end == "refused" and ended_before(end, standing):
                yield Impossible("ended", standing.version, (("end", str(end.version)),))
