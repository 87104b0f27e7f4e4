"""What is unusual about an agreement: recorded all the same, and said for as long as it holds."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from pydantic import JsonValue

from domain.agreement.ends import ended_before, ends, validity
from domain.agreement.history import History, Standing, of_type
from domain.agreement.parties import named_parties, parties
from domain.agreement.state import Warned
from domain.agreement.visits import first_signature
from domain.facts import (
    ApprovalRecorded,
    EnteredIntoForce,
    EvidenceAttached,
    Extended,
    LoiSigned,
    MouSigned,
    PartyJoined,
    Proposed,
    Realised,
    Signed,
    VisitHeld,
)
from domain.uncertain_date import Span, certain_bounds
from domain.words import fold

WARNINGS = {
    "no_parties": "No party is named.",
    "mou_without_loi": "A memorandum across borders was signed, and no letter of intent is recorded.",
    "gate_evidence_missing": "A memorandum across borders was signed; not recorded as granted: {gates}.",
    "visit_before_proposal": "A visit took place before the agreement was proposed.",
    "signed_before_proposal": "It was signed before it was proposed.",
    "in_force_before_signature": "It entered into force before anything was signed.",
    "loi_after_mou": "The letter of intent is later than the memorandum; the reason given: {reason}",
    "realised_unsigned": "It was realised though nothing is signed; the reason given: {reason}",
    "realised_without_mou": "It was realised on a letter of intent; no memorandum is recorded.",
    "realised_before_signature": "It was realised before anything was signed.",
    "renewed_after_expiry": "It was extended {days} days after it had expired.",
    "sources_disagree": "A source attached in version {source} gives another {field}.",
    "after_end": "This was recorded, or happened, after the agreement had ended.",
    "unknown_party": "{name} is not among the parties of this agreement.",
    "possible_duplicate": "The owner has recorded an agreement of this kind between these parties before.",
}
T = TypeVar("T")
GATES_OF_KIND = {"sister_city", "sister_province", "friendship_city", "foreign_institution"}


class Facts(NamedTuple):
    """What stands, in order of occurrence, and the history behind it."""

    standing: Sequence[Standing]
    history: History

    def of(self, kind: type[T]) -> list[tuple[Standing, T]]:
        """Those of a kind."""
        return list(of_type(self.standing, kind))


def warn(code: str, standing: Standing, **params: object) -> Warned:
    """A warning about a standing fact."""
    return Warned(code, standing.version, tuple((name, str(value)) for name, value in params.items()))


def warnings(standing: Sequence[Standing], history: History) -> tuple[Warned, ...]:
    """Every warning that holds, given the facts that count."""
    facts = Facts(standing, history)
    proposed = history.proposed
    if proposed is None:
        return ()
    rules = (*RULES, *(() if proposed.kind == "network" else LIFECYCLE_RULES))
    return tuple(warned for rule in rules for warned in rule(facts))


def _no_parties(facts: Facts) -> Iterator[Warned]:
    for opening, _ in facts.of(Proposed):
        if not parties(facts.standing, facts.history):
            yield warn("no_parties", opening)


def _across_borders(facts: Facts) -> bool:
    countries = {party.country for party in parties(facts.standing, facts.history) if party.country}
    return len(countries) > 1


def _mou_without_loi(facts: Facts) -> Iterator[Warned]:
    memoranda = facts.of(MouSigned)
    if memoranda and not facts.of(LoiSigned) and _across_borders(facts):
        yield warn("mou_without_loi", memoranda[0][0])


def _gate_evidence_missing(facts: Facts) -> Iterator[Warned]:
    memoranda = facts.of(MouSigned)
    if not memoranda or not _across_borders(facts):
        return
    proposed = facts.history.proposed
    needed = ["dprd", "full_powers"] if proposed and proposed.kind in GATES_OF_KIND else ["full_powers"]
    granted = {approval.gate for _, approval in facts.of(ApprovalRecorded) if approval.outcome == "granted"}
    if missing := [gate for gate in needed if gate not in granted]:
        yield warn("gate_evidence_missing", memoranda[0][0], gates=", ".join(missing))


def _before_proposal(facts: Facts, code: str, kind: type[VisitHeld | Signed]) -> Iterator[Warned]:
    for opening, _ in facts.of(Proposed):
        for standing, _ in facts.of(kind):
            if standing.span.certainly_before(opening.span):
                yield warn(code, standing)


def _in_force_before_signature(facts: Facts) -> Iterator[Warned]:
    signed = first_signature(facts.standing)
    for standing, fact in facts.of(EnteredIntoForce):
        if signed and (fact.effective.certain if fact.effective else standing.span).certainly_before(signed):
            yield warn("in_force_before_signature", standing)


def _overridden_order(facts: Facts) -> Iterator[Warned]:
    memoranda = facts.of(MouSigned)
    for standing, loi in facts.of(LoiSigned):
        if memoranda and all(standing.span.certainly_after(signed.span) for signed, _ in memoranda):
            reasons = (loi.override_reason, *(mou.override_reason for _, mou in memoranda))
            yield warn("loi_after_mou", standing, reason=next(filter(None, reasons), "–"))


def _realised(facts: Facts) -> Iterator[Warned]:
    signed = first_signature(facts.standing)
    for standing, realised in facts.of(Realised):
        if signed is None:
            yield warn("realised_unsigned", standing, reason=realised.override_reason or "–")
        elif all(isinstance(paper, LoiSigned) for _, paper in facts.of(Signed)):
            yield warn("realised_without_mou", standing)
        elif standing.span.certainly_before(signed):
            yield warn("realised_before_signature", standing)


def _renewed_after_expiry(facts: Facts) -> Iterator[Warned]:
    for index, standing in enumerate(facts.standing):
        if isinstance(standing.fact, Extended):
            until = validity(facts.standing[:index])
            if until and (gap := (standing.span.earliest - until.last).days) > 0:
                yield warn("renewed_after_expiry", standing, days=gap)


def _sources_disagree(facts: Facts) -> Iterator[Warned]:
    for source, attached in facts.of(EvidenceAttached):
        disputed = facts.history.standing.get(attached.version)
        if disputed is None or disputed.stated_in > source.version:
            continue
        recorded = disputed.fact.model_dump(mode="json")
        for name, said in attached.says.items():
            if _differs(recorded.get(name), said):
                yield warn("sources_disagree", disputed, source=source.version, field=name)


def _differs(recorded: JsonValue, said: JsonValue) -> bool:
    """Two statements differ when both state something and they cannot both be right."""
    if recorded in (None, [], {}) or said in (None, [], {}):
        return False
    ours, theirs = _as_span(recorded), _as_span(said)
    if ours and theirs:
        return ours.certainly_before(theirs) or ours.certainly_after(theirs)
    if isinstance(recorded, str) and isinstance(said, str):
        return fold(recorded) != fold(said)
    return recorded != said


def _as_span(value: JsonValue) -> Span | None:
    text = value.get("edtf") if isinstance(value, dict) else value
    if not isinstance(text, str):
        return None
    try:
        return certain_bounds(text)
    except ValueError:
        return None


def _after_end(facts: Facts) -> Iterator[Warned]:
    known = ends(facts.history.standing.values())
    for standing in facts.standing if known else ():
        for end in known:
            recorded_later = standing.version > end.version and standing.recorded_on > end.span.latest
            if standing.version != end.version and (recorded_later or ended_before(end, standing)):
                yield warn("after_end", standing)
                break


def _unknown_party(facts: Facts) -> Iterator[Warned]:
    opening = facts.history.standing.get(1)
    known = list(opening.fact.parties) if opening and isinstance(opening.fact, Proposed) else []
    joined = [s.fact.party for s in facts.history.standing.values() if isinstance(s.fact, PartyJoined)]
    names = {fold(party) for party in joined if isinstance(party, str)}
    known += [party for party in joined if not isinstance(party, str)]
    for standing in facts.standing:
        for name in dict.fromkeys(named_parties(standing.fact)):
            if fold(name) not in names and not any(party.is_called(name) for party in known):
                yield warn("unknown_party", standing, name=name)


Rule = Callable[[Facts], Iterator[Warned]]
RULES: tuple[Rule, ...] = (_no_parties, _sources_disagree, _after_end, _unknown_party)
LIFECYCLE_RULES: tuple[Rule, ...] = (
    _mou_without_loi,
    _gate_evidence_missing,
    partial(_before_proposal, code="visit_before_proposal", kind=VisitHeld),
    partial(_before_proposal, code="signed_before_proposal", kind=Signed),
    _in_force_before_signature,
    _overridden_order,
    _realised,
    _renewed_after_expiry,
)
