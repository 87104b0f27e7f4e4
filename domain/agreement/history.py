"""The facts of one agreement as they stand: corrections and retractions applied, nothing forgotten.

A history is never refused when it is folded: rules are for what is added (`admit`), not for what is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from domain.agreement.transitions import transition
from domain.facts import Corrected, Fact, Proposed, Retracted
from domain.uncertain_date import Span, UncertainDate

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact as it was recorded: at which version, on which local day, for which organisation."""

    version: int
    fact: Fact
    recorded_on: date
    organisation: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A fact that stands: the original's version, with the fact as last corrected."""

    version: int
    fact: Fact
    stated_in: int
    span: Span
    recorded_on: date

    @property
    def order(self) -> tuple[date, date, int, int]:
        """By earliest day, latest day, rung and version."""
        return (*self.span, transition(self.fact).order, self.version)

    @property
    def when(self) -> tuple[date, int]:
        """The same for changes of one thing: one of unknown beginning is taken to be as late as it can be."""
        earliest, latest = self.span
        return (latest if earliest == date.min else earliest, self.version)


@dataclass(frozen=True, slots=True)
class History:
    """Every entry of an agreement by version, and what stands of them. To be read, never written to."""

    entries: dict[int, Recorded] = field(default_factory=dict)
    standing: dict[int, Standing] = field(default_factory=dict)
    corrections: dict[int, tuple[int, ...]] = field(default_factory=dict)
    retractions: dict[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """The version of the newest entry; 0 before the first."""
        return len(self.entries)

    @property
    def proposed(self) -> Proposed | None:
        """The opening fact, or None when the agreement is void."""
        opening = self.standing.get(1)
        return opening.fact if opening and isinstance(opening.fact, Proposed) else None

    def is_struck(self, version: int) -> bool:
        """Whether a retraction stands against the entry."""
        if version not in self.retractions:
            return False
        struck = set[int]()
        for target in sorted(self.retractions, reverse=True):  # a retraction is later than what it retracts
            if any(by not in struck for by in self.retractions[target]):
                struck.add(target)
        return version in struck

    def stated(self, version: int) -> tuple[Recorded, Fact]:
        """An original as last corrected, whether it stands or not, with the entry that says so."""
        entry = self.entries[version]
        fact: Fact = entry.fact
        for by in self.corrections.get(version, ()):
            correction = self.entries[by]
            if isinstance(correction.fact, Corrected) and not self.is_struck(by):
                entry, fact = correction, correction.fact.fact
        return entry, fact

    def in_order(self) -> list[Standing]:
        """What stands, in order of occurrence. Of a void agreement nothing does."""
        if self.proposed is None:
            return []
        return sorted(self.standing.values(), key=lambda standing: standing.order)


EMPTY = History()


def of_type(facts: Iterable[Standing], kind: type[T]) -> Iterator[tuple[Standing, T]]:
    """Those facts that are of one kind, with how they stand."""
    for standing in facts:
        if isinstance(standing.fact, kind):
            yield standing, standing.fact


def occurred_span(occurred: UncertainDate | None, recorded_on: date) -> Span:
    """From the earliest to the latest day on which a past fact can have happened.

    What was recorded had happened by then, but for what is dated a day ahead.
    """
    earliest, latest = (occurred.earliest, occurred.latest) if occurred else (date.min, date.max)
    return Span(earliest, max(earliest, min(latest, recorded_on)))


def evolve(history: History, entry: Recorded) -> History:
    """The history with one more entry. The given history is left as it was."""
    return fold([entry], history)


def fold(entries: Iterable[Recorded], history: History = EMPTY) -> History:
    """Add entries, in order of recording."""
    grown = History(
        dict(history.entries), dict(history.standing), dict(history.corrections), dict(history.retractions)
    )
    for entry in entries:
        _add(grown, entry)
    return grown


def _add(history: History, entry: Recorded) -> None:
    history.entries[entry.version] = entry
    match entry.fact:
        case Corrected(version=target) if target < entry.version:
            _append(history.corrections, target, entry.version)
        case Retracted(version=target) if target < entry.version:
            _append(history.retractions, target, entry.version)
    _settle(history, entry.version)


def _append(index: dict[int, tuple[int, ...]], target: int, version: int) -> None:
    index[target] = (*index.get(target, ()), version)


def _settle(history: History, version: int) -> None:
    """Work out again what stands of an original, after it or something about it was added."""
    original = history.entries.get(version)
    while original is not None and isinstance(original.fact, Corrected | Retracted):
        version, about = original.fact.version, original.version
        original = history.entries.get(version) if version < about else None
    if original is None:
        return
    if history.is_struck(version):
        history.standing.pop(version, None)
        return
    stated, fact = history.stated(version)
    span = occurred_span(fact.occurred, stated.recorded_on)
    history.standing[version] = Standing(version, fact, stated.version, span, stated.recorded_on)
