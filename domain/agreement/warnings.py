"""What is unusual about an agreement: recorded all the same, and said for as long as it holds."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain

from pydantic import JsonValue

from domain.agreement.ends import PAPERS, ended_before, ends, validity
from domain.agreement.history import History
from domain.agreement.parties import NAMING_PARTIES, named_parties, parties
from domain.agreement.rules import ANY, Case, Rule, Rules
from domain.agreement.standing import NAMING_OTHERS, Facts, Standing, types_of
from domain.agreement.state import Warned
from domain.agreement.transitions import ENDS
from domain.agreement.visits import first_signature
from domain.facts import (
    ApprovalRecorded,
    EnteredIntoForce,
    EvidenceAttached,
    Extended,
    LoiSigned,
    MouSigned,
    PartyJoined,
    PartyLeft,
    Proposed,
    Realised,
    Signed,
    VisitHeld,
)
from domain.uncertain_date import Span, certain_bounds
from domain.values import Party
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
    "sources_disagree": "A source attached in version {source} states otherwise ({field}).",
    "after_end": "This was recorded, or happened, after the agreement had ended.",
    "unknown_party": "{name} is not among the parties of this agreement.",
    "possible_duplicate": "The owner has recorded an agreement of this kind between these parties before.",
}
GATES_OF_KIND = {"sister_city", "sister_province", "friendship_city", "foreign_institution"}


def warn(code: str, standing: Standing, **params: object) -> Warned:
    """A warning about a standing fact."""
    return Warned(code, standing.version, tuple((name, str(value)) for name, value in params.items()))


def warnings(facts: Facts, history: History) -> tuple[Warned, ...]:
    """Every warning that holds, given the facts that count."""
    case = Case(facts, history)
    return tuple(chain.from_iterable(_said(rule, case) for rule in unusual(history)))


def _said(rule: Rule[Warned], case: Case) -> Iterable[Warned]:
    about = case.facts.of_types(rule.about)
    if not about or not rule.about.isdisjoint(NAMING_OTHERS):
        return rule.says(case, about) if about else ()
    types = rule.about | rule.reads | OPENING
    return case.facts.known(rule, types, lambda: tuple(rule.says(case, about)))


def unusual(history: History) -> Rules[Warned]:
    """The rules for a history: none for a void agreement, and none about the lifecycle of a network."""
    if history.proposed is None:
        return NO_RULES
    return RULES if history.proposed.kind == "network" else ALL_RULES


def _no_parties(case: Case, about: Sequence[Standing]) -> Iterator[Warned]:
    for opening in about:
        if not parties(case.facts, case.history):
            yield warn("no_parties", opening)


def _across_borders(case: Case) -> bool:
    countries = {party.country for party in parties(case.facts, case.history) if party.country}
    return len(countries) > 1


def _mou_without_loi(case: Case, memoranda: Sequence[Standing]) -> Iterator[Warned]:
    if memoranda and not case.facts.of(LoiSigned) and _across_borders(case):
        yield warn("mou_without_loi", memoranda[0])


def _gate_evidence_missing(case: Case, memoranda: Sequence[Standing]) -> Iterator[Warned]:
    if not memoranda or not _across_borders(case):
        return
    proposed = case.history.proposed
    needed = ["dprd", "full_powers"] if proposed and proposed.kind in GATES_OF_KIND else ["full_powers"]
    approvals = case.facts.of(ApprovalRecorded)
    granted = {approval.gate for _, approval in approvals if approval.outcome == "granted"}
    if missing := [gate for gate in needed if gate not in granted]:
        yield warn("gate_evidence_missing", memoranda[0], gates=", ".join(missing))


def _before_proposal(case: Case, about: Sequence[Standing], code: str) -> Iterator[Warned]:
    for opening, _ in case.facts.of(Proposed):
        for standing in about:
            if standing.span.certainly_before(opening.span):
                yield warn(code, standing)


def _in_force_before_signature(case: Case, about: Sequence[Standing]) -> Iterator[Warned]:
    signed = first_signature(case.facts)
    for standing in about:
        stated = standing.fact.effective if isinstance(standing.fact, EnteredIntoForce) else None
        if signed and (stated.certain if stated else standing.span).certainly_before(signed):
            yield warn("in_force_before_signature", standing)


def _overridden_order(case: Case, _: Sequence[Standing]) -> Iterator[Warned]:
    memoranda = case.facts.of(MouSigned)
    for standing, loi in case.facts.of(LoiSigned):
        if memoranda and all(standing.span.certainly_after(signed.span) for signed, _ in memoranda):
            reasons = (loi.override_reason, *(mou.override_reason for _, mou in memoranda))
            yield warn("loi_after_mou", standing, reason=next(filter(None, reasons), "–"))


def _realised(case: Case, about: Sequence[Standing]) -> Iterator[Warned]:
    signed = first_signature(case.facts)
    for standing in about:
        if signed is None:
            reason = standing.fact.override_reason if isinstance(standing.fact, Realised) else None
            yield warn("realised_unsigned", standing, reason=reason or "–")
        elif all(isinstance(paper, LoiSigned) for _, paper in case.facts.of(Signed)):
            yield warn("realised_without_mou", standing)
        elif standing.span.certainly_before(signed):
            yield warn("realised_before_signature", standing)


def _renewed_after_expiry(_: Case, papers: Sequence[Standing]) -> Iterator[Warned]:
    for index, standing in enumerate(papers):
        if isinstance(standing.fact, Extended):
            until = validity(papers[:index])
            if until and (gap := (standing.span.earliest - until.last).days) > 0:
                yield warn("renewed_after_expiry", standing, days=gap)


def _sources_disagree(case: Case, about: Sequence[Standing]) -> Iterator[Warned]:
    for source in about:
        said = source.fact.says if isinstance(source.fact, EvidenceAttached) else {}
        disputed = case.history.standing.get(getattr(source.fact, "version", 0)) if said else None
        if disputed is None or disputed.stated_in > source.version:
            continue
        recorded = disputed.fact.model_dump(mode="json")
        for name, other in said.items():
            if _differs(recorded.get(name), other):
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


def _after_end(case: Case, about: Sequence[Standing]) -> Iterator[Warned]:
    known = ends(case.history.facts)
    for standing in about if known else ():
        for end in known:
            recorded_later = standing.version > end.version and standing.recorded_on > end.span.latest
            if standing.version != end.version and (recorded_later or ended_before(end, standing)):
                yield warn("after_end", standing)
                break


def _unknown_party(case: Case, about: Sequence[Standing]) -> Iterator[Warned]:
    opening = case.history.proposed
    proposed = opening.parties if opening else ()
    as_proposed = {party.name for party in proposed}  # nearly every name is one of these, to the letter
    named = [
        (standing, name)
        for standing in about
        for name in dict.fromkeys(named_parties(standing.fact))
        if name not in as_proposed
    ]
    if not named:
        return
    refs: list[Party | str] = [*proposed, *(joined.party for _, joined in case.history.facts.of(PartyJoined))]
    known = [ref for ref in refs if isinstance(ref, Party)]
    codes = {party.code for party in known}
    names = {fold(name) for party in known for name in (party.name, *party.aliases)}
    names |= {fold(ref) for ref in refs if isinstance(ref, str)}
    for standing, name in named:
        if name not in codes and fold(name) not in names:
            yield warn("unknown_party", standing, name=name)


OPENING = types_of(Proposed)
MEMORANDA = types_of(MouSigned)
SIGNED = types_of(Signed)
CROSSING = MEMORANDA | types_of(PartyJoined, PartyLeft)
ORDERED = types_of(LoiSigned, MouSigned)
NO_RULES: Rules[Warned] = Rules()
RULES: Rules[Warned] = Rules(
    Rule(_no_parties, types_of(Proposed), reads=types_of(PartyJoined, PartyLeft)),
    Rule(_sources_disagree, types_of(EvidenceAttached)),
    Rule(_after_end, ANY, reads=ENDS, needs=ENDS),
    Rule(_unknown_party, NAMING_PARTIES, reads=types_of(PartyJoined)),
)
LIFECYCLE_RULES: Rules[Warned] = Rules(
    Rule(_mou_without_loi, MEMORANDA, reads=CROSSING | types_of(LoiSigned)),
    Rule(_gate_evidence_missing, MEMORANDA, reads=CROSSING | types_of(ApprovalRecorded)),
    Rule(partial(_before_proposal, code="visit_before_proposal"), types_of(VisitHeld)),
    Rule(partial(_before_proposal, code="signed_before_proposal"), SIGNED),
    Rule(_in_force_before_signature, types_of(EnteredIntoForce), reads=SIGNED, needs=SIGNED),
    Rule(_overridden_order, ORDERED, reads=ORDERED, needs=MEMORANDA),
    Rule(_realised, types_of(Realised), reads=SIGNED),
    Rule(_renewed_after_expiry, PAPERS, reads=PAPERS),
)
ALL_RULES: Rules[Warned] = Rules(*RULES, *LIFECYCLE_RULES)
