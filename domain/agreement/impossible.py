"""What cannot be true of a history, whoever recorded it in whatever order."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from domain.agreement.ends import ended_before, ends
from domain.agreement.history import History
from domain.agreement.rules import Case, Rule, Rules, everything
from domain.agreement.standing import Standing, types_of
from domain.agreement.transitions import ENDS, TRANSITIONS
from domain.facts import (
    CommitmentDropped,
    CommitmentMade,
    CommitmentRealised,
    FollowUpVisitScheduled,
    InvitationReceived,
    LoiSigned,
    MouSigned,
    ProgressReported,
    Realised,
    Signed,
    VisitCancelled,
    VisitConfirmed,
    VisitHeld,
    VisitRescheduled,
)


class Impossible(NamedTuple):
    """Something in a history that cannot be true."""

    code: str
    version: int
    params: tuple[tuple[str, str], ...] = ()


def impossibilities(history: History) -> Iterator[Impossible]:
    """Everything in a history that cannot be true."""
    return everything(impossible(history), Case(history.counted, history))


def impossible(history: History) -> Rules[Impossible]:
    """The rules for a history. Of a void agreement everything may be."""
    return RULES if history.proposed is not None else NO_RULES


def _given(standing: Standing) -> str | None:
    """The name that a fact gives to a visit or a commitment."""
    fact = standing.fact  # asked by its type, since of each fact of a kind: a model's class is slow to tell
    if fact.type == "follow_up_visit_scheduled":
        return fact.visit
    return fact.commitment if fact.type == "commitment_made" else None


def _mentioned(standing: Standing) -> Iterable[str]:
    """The names of visits or commitments that a fact takes for known."""
    fact, name = standing.fact, None
    if fact.type == "invitation_received":
        name = fact.possibly_same_as
    elif fact.type == "realised":
        return fact.commitments
    elif fact.type in OF_VISITS:
        name = getattr(fact, "visit", None)
    elif fact.type in OF_COMMITMENTS:
        name = getattr(fact, "commitment", None)
    return () if name is None else (name,)


def _given_twice(_: Case, about: Sequence[Standing], what: str) -> Iterator[Impossible]:
    known: set[str | None] = set()
    for standing in sorted(about, key=lambda standing: standing.version):
        if (name := _given(standing)) in known:
            yield Impossible(f"{what}_exists", standing.version, ((what, str(name)),))
        known.add(name)


def _never_given(
    case: Case, about: Sequence[Standing], what: str, given: frozenset[str]
) -> Iterator[Impossible]:
    wanted = [(standing, name) for standing in about for name in _mentioned(standing)]
    known = {_given(standing) for standing in case.facts.of_types(given)} if wanted else ()
    for standing, name in wanted:
        if name not in known:
            yield Impossible(f"unknown_{what}", standing.version, ((what, name),))


def _signing_order(case: Case, _: Sequence[Standing]) -> Iterator[Impossible]:
    memoranda = case.facts.of(MouSigned)
    for standing, loi in case.facts.of(LoiSigned):
        late = memoranda and all(standing.span.certainly_after(signed.span) for signed, _ in memoranda)
        if late and not any(paper.override_reason for paper in (loi, *(mou for _, mou in memoranda))):
            yield Impossible("loi_after_mou", standing.version)


def _unsigned(case: Case, about: Sequence[Standing]) -> Iterator[Impossible]:
    if not case.facts.of_types(SIGNED):
        for standing in about:
            if isinstance(standing.fact, Realised) and not standing.fact.override_reason:
                yield Impossible("realised_unsigned", standing.version)


def _after_ends(case: Case, about: Sequence[Standing]) -> Iterator[Impossible]:
    for end in ends(case.facts):
        for standing in about:
            if ended_before(end, standing):
                yield Impossible("ended", standing.version, (("end", str(end.version)),))


SIGNED = types_of(Signed)
PLANS = types_of(FollowUpVisitScheduled)
PROMISES = types_of(CommitmentMade)
ORDERED = types_of(LoiSigned, MouSigned)
RESULTS = types_of(Realised)
OF_VISITS = types_of(VisitConfirmed, VisitRescheduled, VisitCancelled, VisitHeld, InvitationReceived)
OF_COMMITMENTS = types_of(ProgressReported, CommitmentRealised, CommitmentDropped, Realised)
NOT_AFTER_ENDS = frozenset(name for name, line in TRANSITIONS.items() if line.after_end == "refused")
NO_RULES: Rules[Impossible] = Rules()
RULES: Rules[Impossible] = Rules(
    Rule(partial(_given_twice, what="visit"), PLANS, reads=PLANS),
    Rule(partial(_never_given, what="visit", given=PLANS), OF_VISITS, reads=PLANS),
    Rule(partial(_given_twice, what="commitment"), PROMISES, reads=PROMISES),
    Rule(partial(_never_given, what="commitment", given=PROMISES), OF_COMMITMENTS, reads=PROMISES),
    Rule(_signing_order, ORDERED, reads=ORDERED, needs=types_of(MouSigned)),
    Rule(_unsigned, RESULTS, reads=SIGNED),
    Rule(_after_ends, NOT_AFTER_ENDS, reads=ENDS, needs=ENDS),
)
