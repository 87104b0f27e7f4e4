"""Every answer about an agreement, for one day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from domain.agreement.access import access
from domain.agreement.commitments import TELLING_OF_COMMITMENTS, commitments
from domain.agreement.commitments import on_day as promise_on_day
from domain.agreement.ends import PAPERS, standing_on, validity
from domain.agreement.flags import Marks, flags, marks
from domain.agreement.history import History
from domain.agreement.parties import NAMING_FIELDS, TELLING_OF_PARTIES, fields, parties
from domain.agreement.standing import Facts, Standing, types_of
from domain.agreement.state import Basis, Commitment, Realisation, State, Uncertain, Visit
from domain.agreement.today import Today
from domain.agreement.transitions import INSTRUMENTS, RUNGS, TRANSITIONS, Instrument, Rung, transition
from domain.agreement.visits import TELLING_OF_VISITS, follow_up, visits
from domain.agreement.visits import on_day as visit_on_day
from domain.agreement.warnings import warnings
from domain.facts import CommitmentRealised, EvidenceAttached, Proposed, Realised
from domain.uncertain_date import UncertainDate

RESULTS = types_of(Realised, CommitmentRealised)
STEPS = frozenset(name for name, line in TRANSITIONS.items() if line.rung)


def derive(history: History, day: date) -> State:
    """How things stand on a day, given all that is recorded.

    Raises:
        LookupError: the history is empty.
    """
    return look(history, Today(day))


def look(history: History, today: Today) -> State:
    """`derive`, for a day that notes when the answer will change."""
    certain, uncertain = by_then(history, today)
    return on_day(settled(history, certain), uncertain, today)


class Settled(NamedTuple):
    """What follows from the facts that count, as long as no day makes more of them count."""

    history: History
    certain: Facts
    until: UncertainDate | None
    visits: tuple[Visit, ...]
    commitments: tuple[Commitment, ...]
    marks: Marks | None  # None where no flag can be up
    lasting: Mapping[str, Any]  # the rest of the state


def settled(history: History, certain: Facts) -> Settled:
    """All that does not depend on the day: nothing is overdue yet."""
    opening = _opening(history)
    reach = access(history)
    known = certain.known
    found = known("visits", TELLING_OF_VISITS, lambda: visits(certain))
    promised = known("commitments", TELLING_OF_COMMITMENTS, lambda: commitments(certain))
    climbed = known("climbed", STEPS | TELLING_OF_VISITS, lambda: _climbed(certain, found))
    counts = history.proposed is not None and opening.kind != "network"
    until = known("until", PAPERS, lambda: validity(certain.of_types(PAPERS)))
    realisation = _realisation(certain)
    status = _furthest(climbed) if counts else None
    lasting = {
        "version": history.version,
        "voided": history.proposed is None,
        "begun": bool(climbed) and history.proposed is not None,
        "title": opening.title,
        "kind": opening.kind,
        "strength": opening.strength,
        "owner": reach.owner,
        "visibility": reach.visibility,
        "reference": opening.reference,
        "parties": known("parties", TELLING_OF_PARTIES, lambda: parties(certain, history))
        if history.proposed
        else opening.parties,
        "fields": known("fields", NAMING_FIELDS, lambda: fields(certain, history)),
        "status": status,
        "milestones": _milestones(climbed),
        "instrument": known("instrument", PAPERS, lambda: _instrument(certain)),
        "valid_until": until.edtf if until else None,
        "realisation": realisation,
        "realisation_basis": _basis(certain) if realisation != "none" else None,
        "warnings": warnings(certain, history),
    }
    marked = marks(certain, found, promised, until) if status else None
    return Settled(history, certain, until, found, promised, marked, lasting)


def on_day(known: Settled, uncertain: tuple[Uncertain, ...], today: Today) -> State:
    """What is settled, with all that depends on the day."""
    found = tuple([visit_on_day(visit, today) for visit in known.visits])
    promised = tuple([promise_on_day(promise, today) for promise in known.commitments])
    standing = standing_on(known.history.counted, known.until, today)
    return State(
        **known.lasting,
        standing=standing,
        follow_up=follow_up(found),
        visits=found,
        commitments=promised,
        flags=flags(known.marks, standing, today) if known.marks else (),
        uncertain=uncertain,
    )


def _opening(history: History) -> Proposed:
    """The proposal as it stands, or as it stood before it was retracted."""
    told = (history.stated(1)[1], history.entries[1].fact) if 1 in history.entries else ()
    for opening in told:
        if isinstance(opening, Proposed):
            return opening
    raise LookupError("nothing is recorded of this agreement")


def by_then(history: History, today: Today) -> tuple[Facts, tuple[Uncertain, ...]]:
    """The facts that certainly count on the day, and those of which nobody can say.

    What keeps the record counts as soon as it is recorded.
    """
    if history.counted.certain_from <= today.day:
        return history.counted, ()
    certain, uncertain = [], []
    for standing in history.in_order():
        if transition(standing.fact).subject == "record" or today.reached(standing.span.latest):
            certain.append(standing)
        elif today.reached(standing.span.earliest):
            uncertain.append(Uncertain(standing.version, standing.fact.type, _edtf(standing.fact.occurred)))
    return Facts.among(certain), tuple(uncertain)


def _edtf(occurred: UncertainDate | None) -> str | None:
    return occurred.edtf if occurred else None


def _milestones(climbed: Sequence[tuple[Rung, Standing]]) -> dict[Rung, str | None]:
    milestones: dict[Rung, str | None] = dict.fromkeys(RUNGS)
    for rung, standing in reversed(climbed):
        # Of several the first that has a date.
        milestones[rung] = _edtf(standing.fact.occurred) or milestones[rung]
    return milestones


def _climbed(certain: Facts, found: Sequence[Visit]) -> list[tuple[Rung, Standing]]:
    """Each fact that stands for a rung. Only follow-ups that were not called off count among visits."""
    followed = {v.version for v in found if v.follow_up and v.state != "cancelled"}
    followed_names = {v.visit for v in found if v.version in followed and v.visit is not None}
    climbed = []
    for standing in certain.of_types(STEPS):
        rung = transition(standing.fact).rung
        if rung in ("follow_up_visit_scheduled", "follow_up_visit_held"):
            name = getattr(standing.fact, "visit", None)
            if standing.version not in followed and name not in followed_names:
                continue
        if rung:
            climbed.append((rung, standing))
    return climbed


def _furthest(climbed: Sequence[tuple[Rung, Standing]]) -> Rung | None:
    reached = {rung for rung, _ in climbed}
    return next((rung for rung in reversed(RUNGS) if rung in reached), None)


def _instrument(certain: Facts) -> Instrument:
    papers = certain.of_types(PAPERS)
    signed = [instrument for paper in papers if (instrument := transition(paper.fact).instrument)]
    return max(signed, key=INSTRUMENTS.index, default="none")


def _realisation(certain: Facts) -> Realisation:
    extents = {realised.extent for _, realised in certain.of(Realised)}
    kept = certain.of(CommitmentRealised)
    return "fully" if "fully" in extents else "partly" if extents or kept else "none"


def _basis(certain: Facts) -> Basis:
    """A result is evidenced by a primary document, given with it or attached to it later."""
    results = {s.version: s.fact for s in certain.of_types(RESULTS)}
    proofs = [*results.values()]
    proofs += [source for _, source in certain.of(EvidenceAttached) if source.version in results]
    primary = any(evidence.grade == "primary" for fact in proofs for evidence in fact.evidence)
    return "evidenced" if primary else "claimed"
