"""The facts of one agreement as they stand: corrections and retractions applied, nothing forgotten.

A history is never refused when it is folded: rules are for what is added (`admit`), not for what is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from domain.agreement.standing import NONE, Facts, Standing, types_of
from domain.agreement.transitions import transition
from domain.facts import Corrected, Fact, Proposed, Retracted
from domain.uncertain_date import ANY_DAY, Span, UncertainDate

MENDS = types_of(Corrected, Retracted)  # asked by name where every fact is: a model's class is slow to tell


class Recorded(NamedTuple):
    """A fact as it was recorded: at which version, on which local day, for which organisation."""

    version: int
    fact: Fact
    recorded_on: date
    organisation: str


@dataclass(frozen=True)
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

    @cached_property
    def proposed(self) -> Proposed | None:
        """The opening fact, or None when the agreement is void."""
        opening = self.standing.get(1)
        return opening.fact if opening and isinstance(opening.fact, Proposed) else None

    def is_struck(self, version: int) -> bool:
        """Whether a retraction stands against the entry."""
        if version not in self.retractions:
            return False
        concerned = [version]
        for each in concerned:  # which grows: retractions, retractions of those, and so on
            concerned += self.retractions.get(each, ())
        struck = set[int]()
        for each in reversed(concerned):
            if any(by not in struck for by in self.retractions.get(each, ())):
                struck.add(each)
        return version in struck

    def original(self, entry: Recorded) -> int | None:
        """The version of what an entry is about in the end: the one fact whose standing it can change."""
        if entry.fact.type not in MENDS:
            return entry.version
        about: Recorded | None = entry
        while about is not None and isinstance(about.fact, Corrected | Retracted):
            target = about.fact.version
            about = self.entries.get(target) if target < about.version else None
        return about.version if about is not None else None

    def stated(self, version: int) -> tuple[Recorded, Fact]:
        """An original as last corrected, whether it stands or not, with the entry that says so."""
        for by in reversed(self.corrections.get(version, ())):
            correction = self.entries[by]
            if isinstance(correction.fact, Corrected) and not self.is_struck(by):
                return correction, correction.fact.fact
        entry = self.entries[version]
        return entry, entry.fact

    @cached_property
    def facts(self) -> Facts:
        """What stands, even if the agreement is void."""
        return Facts.among(self.standing.values())

    @property
    def counted(self) -> Facts:
        """What stands and counts. Of a void agreement nothing does."""
        return self.facts if self.proposed is not None else NONE

    def in_order(self) -> list[Standing]:
        """What stands and counts, in order of occurrence."""
        return self.counted.in_order


EMPTY = History()


def occurred_span(occurred: UncertainDate | None, recorded_on: date) -> Span:
    """From the earliest to the latest day on which a past fact can have happened.

    What was recorded had happened by then, but for what is dated a day ahead.
    """
    earliest, latest = occurred.certain if occurred else ANY_DAY
    return Span(earliest, max(earliest, min(latest, recorded_on)))


def evolve(history: History, entry: Recorded) -> History:
    """The history with one more entry. The given history is left as it was."""
    grown = fold((entry,), history)
    version = grown.original(entry) or 0
    known = vars(grown)  # what it would work out itself, for more, from all that stands
    known["facts"] = history.facts.changed(history.standing.get(version), grown.standing.get(version))
    if version > 1:
        known["proposed"] = history.proposed
    return grown


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
    if entry.fact.type not in MENDS:  # nothing recorded before can be about it
        history.standing[entry.version] = _stands(entry.version, entry, entry.fact)
        return
    match entry.fact:
        case Corrected(version=target) if target < entry.version:
            _append(history.corrections, target, entry.version)
        case Retracted(version=target) if target < entry.version:
            _append(history.retractions, target, entry.version)
    if (version := history.original(entry)) is not None:
        _settle(history, version)


def _append(index: dict[int, tuple[int, ...]], target: int, version: int) -> None:
    index[target] = (*index.get(target, ()), version)


def _settle(history: History, version: int) -> None:
    """Work out again what stands of an original, after it or something about it was added."""
    if history.is_struck(version):
        history.standing.pop(version, None)
        return
    history.standing[version] = _stands(version, *history.stated(version))


def _stands(version: int, stated: Recorded, fact: Fact) -> Standing:
    span = occurred_span(fact.occurred, stated.recorded_on)
    order = (*span, transition(fact).order, version)
    return Standing(version, fact, stated.version, span, stated.recorded_on, order)
