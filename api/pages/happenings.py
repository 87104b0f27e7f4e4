"""What happened, in order of occurrence: each fact with its evidence, its corrections, what struck it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from api.pages.telling import Line, Told, line, told
from domain.agreement import History
from domain.agreement.history import MENDS, occurred_span
from domain.agreement.transitions import transition
from domain.facts import Corrected, EvidenceAttached, Fact, Retracted
from domain.journal import Entry
from domain.uncertain_date import ANY_DAY
from domain.values import Evidence


class Mended(NamedTuple):
    """A correction: its entry, and each field with what it was and what it became."""

    entry: Entry
    reason: str
    changed: list[tuple[Line, Line]]
    struck: bool


class Source(NamedTuple):
    """What a fact rests on, the entry that attached it if that came later, and what it states otherwise."""

    evidence: Evidence
    entry: Entry | None = None
    says: Sequence[Line] = ()


class Happening(NamedTuple):
    """A fact as a page lists it. `struck` is its retraction; in a void agreement nothing stands."""

    entry: Entry
    fact: Fact
    told: Told
    sources: list[Source]
    mended: list[Mended]
    struck: Entry | None
    stands: bool
    certain: bool = True


def happenings(history: History, trail: Sequence[Entry], day: date, language: str) -> list[Happening]:
    """Every original fact that had happened, or may have, by a day; those without a date last."""
    found = []
    for entry in trail:
        if entry.fact.type in MENDS or _is_beside(history, entry.fact):
            continue
        stated, fact = history.stated(entry.version)
        span = occurred_span(fact.occurred, stated.recorded_on)
        if span.earliest > day and transition(fact).subject != "record":
            continue
        undated = fact.occurred is None or fact.occurred.certain == ANY_DAY
        order = (undated, span, transition(fact).order, entry.version)
        certain = span.latest <= day or transition(fact).subject == "record"
        found.append((order, _happening(history, trail, entry, fact, language)._replace(certain=certain)))
    return [happening for _, happening in sorted(found, key=lambda each: each[0])]


def _is_beside(history: History, fact: Fact) -> bool:
    """Evidence stands with the fact that it is for."""
    return isinstance(fact, EvidenceAttached) and fact.version in history.entries


def _happening(
    history: History, trail: Sequence[Entry], entry: Entry, fact: Fact, language: str
) -> Happening:
    version = entry.version
    against = [by for by in history.retractions.get(version, ()) if not history.is_struck(by)]
    return Happening(
        entry,
        fact,
        told(fact, language),
        list(_sources(history, trail, fact, version, language)),
        list(_mended(history, trail, version, language)),
        trail[against[-1] - 1] if against and history.is_struck(version) else None,
        stands=version in history.standing and history.proposed is not None,
    )


def _sources(
    history: History, trail: Sequence[Entry], fact: Fact, version: int, language: str
) -> Iterator[Source]:
    yield from map(Source, fact.evidence)
    for standing, attached in history.facts.of(EvidenceAttached):
        if attached.version == version:
            says = [
                line(name, as_stated(fact, name, value), language) for name, value in attached.says.items()
            ]
            for evidence in attached.evidence:
                yield Source(evidence, trail[standing.version - 1], says)


def as_stated(fact: Fact, name: str, value: object) -> object:
    """A value that a source states, read as the fact's own field would be; else as it stands."""
    try:
        return getattr(type(fact).model_validate({**_bare(fact), name: value}, strict=False), name)
    except (ValueError, AttributeError):
        return value


def _bare(fact: Fact) -> Mapping[str, object]:
    return fact.model_dump(mode="json", exclude={"evidence"})


def _mended(history: History, trail: Sequence[Entry], version: int, language: str) -> Iterator[Mended]:
    before: Fact = history.entries[version].fact
    for by in history.corrections.get(version, ()):
        mending = history.entries[by].fact
        if isinstance(mending, Corrected):
            struck = history.is_struck(by)
            yield Mended(trail[by - 1], mending.reason, _changed(before, mending.fact, language), struck)
            before = before if struck else mending.fact


def _changed(old: Fact, new: Fact, language: str) -> list[tuple[Line, Line]]:
    """Each field that a correction changed."""
    were, are = ({**dict(fact), "type": fact.type} for fact in (old, new))
    sides = (
        (line(name, were.get(name), language), line(name, are.get(name), language))
        for name in dict.fromkeys((*were, *are))
    )
    return [(before, after) for before, after in sides if before != after]


def reason_of(fact: Fact) -> str | None:
    """Why an entry was made, where it says so."""
    if isinstance(fact, Corrected | Retracted):
        return fact.reason
    return getattr(fact, "reason", None) or fact.note
