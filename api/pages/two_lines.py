"""The two lines of time: what is drawn of a history, above when it happened, below when it was recorded."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from api.language import say, say_number
from api.pages import dates
from api.pages.happenings import Happening
from domain.agreement.transitions import transition
from domain.facts import Corrected, EvidenceAttached, Fact, FollowUpVisitScheduled
from domain.uncertain_date import ANY_DAY, UncertainDate, bounds

MOST_STRANDS = 30  # more are bundled by month
Kind = Literal["fact", "plan", "other", "was"]


class Strand(NamedTuple):
    """One thread: when something happened (an open end is None), and the day on which it was recorded.

    The fewer its weight, the sooner its label finds a place.
    """

    version: int
    kind: Kind
    start: date | None
    end: date | None
    recorded: date
    label: str
    words: str
    weight: int = 1

    @property
    def dated(self) -> bool:
        """Whether it has a place on the upper line."""
        return self.start is not None or self.end is not None


class Knot(NamedTuple):
    """A mark on a line, with all strands that meet there, and its two lines of words."""

    kind: Kind
    start: date | None
    end: date | None
    strands: tuple[Strand, ...]
    label: str
    words: str

    @property
    def weight(self) -> int:
        """The weight of its weightiest strand."""
        return min(strand.weight for strand in self.strands)


class Sitting(NamedTuple):
    """A day on which something was recorded, and its two lines of words."""

    day: date
    label: str
    words: str


def strands(
    happened: Iterable[Happening], recorded_on: Mapping[int, date], open_visits: Iterable[str], language: str
) -> list[Strand]:
    """What is drawn: each fact, the windows of open visits, what other sources state, what was corrected."""
    waiting = set(open_visits)
    return [strand for each in happened for strand in _of(each, recorded_on, waiting, language)]


def _of(
    each: Happening, recorded_on: Mapping[int, date], waiting: set[str], language: str
) -> Iterator[Strand]:
    version, fact = each.entry.version, each.fact
    mends = [mended for mended in each.mended if not mended.struck]
    told_on = recorded_on[mends[-1].entry.version if mends else version]

    def strand(kind: Kind, when: UncertainDate | None, recorded: date, label: str, weight: int) -> Strand:
        words = dates.said(when.edtf if when else None, language)
        return Strand(version, kind, *_ends(when), recorded, label, words, weight)

    yield strand("was" if each.struck else "fact", fact.occurred, told_on, each.told.title, _weight(fact))
    if isinstance(fact, FollowUpVisitScheduled) and fact.visit in waiting and not each.struck:
        yield strand("plan", fact.window, told_on, say(language, "Planned visit"), 0)
    for old, by in _replaced(each):
        yield strand("was", old, recorded_on[by], say(language, "corrected"), 3)
    for said, source, by in _stated_otherwise(each):
        label = f"≠ {dates.said(said.edtf, language)}"
        yield strand("other", said, recorded_on[by], label, 0)._replace(words=source)


def _weight(fact: Fact) -> int:
    line = transition(fact)
    return 0 if line.rung else 1 if line.subject != "context" else 2


def _replaced(each: Happening) -> Iterator[tuple[UncertainDate, int]]:
    """Each date that a correction replaced, and the version in which it was told."""
    before, told_in = each.entry.fact, each.entry.version
    for mended in each.mended:
        mending = mended.entry.fact
        if not isinstance(mending, Corrected) or mended.struck:
            continue
        for name in ("occurred", "window"):
            old, new = (getattr(fact, name, None) for fact in (before, mending.fact))
            if old is not None and old.edtf != (new and new.edtf):
                yield old, told_in
        before, told_in = mending.fact, mended.entry.version


def _stated_otherwise(each: Happening) -> Iterator[tuple[UncertainDate, str, int]]:
    """When it happened by another source, its name, and the version in which that was told."""
    for source in each.sources:
        attached = source.entry.fact if source.entry else None
        if source.entry and isinstance(attached, EvidenceAttached) and "occurred" in attached.says:
            said = _date(attached.says["occurred"])
            if said is not None:
                name = source.evidence.publisher or source.evidence.title or ""
                yield said, name, source.entry.version


def _date(value: Any) -> UncertainDate | None:
    try:
        return UncertainDate.model_validate(value)
    except ValueError:
        return None


def _ends(when: UncertainDate | None) -> tuple[date | None, date | None]:
    if when is None or when.edtf is None:
        return None, None
    days = bounds(when.edtf)
    return (
        None if days.earliest == ANY_DAY.earliest else days.earliest,
        None if days.latest == ANY_DAY.latest else days.latest,
    )


def happened_knots(drawn: Sequence[Strand], language: str) -> list[Knot]:
    """The marks of the upper line: one for each date, or for each month if there are too many."""
    if len(drawn) <= MOST_STRANDS:
        return _knots(drawn, lambda strand: (strand.kind, strand.start, strand.end), language)

    def month(strand: Strand) -> tuple[Any, ...]:
        last = strand.end or strand.start
        # Another source's word, and what is planned, stay visible on their own.
        own = (strand.start, strand.end) if strand.kind in ("other", "plan") else ()
        return (strand.kind, *own, last and (last.year, last.month))

    return _knots(drawn, month, language)


def sittings(recorded_on: Iterable[date], language: str) -> list[Sitting]:
    """The marks of the lower line: one for each day on which something was recorded."""
    return [
        Sitting(day, dates.day(day, language, short=True), _entries(count, language))
        for day, count in sorted(Counter(recorded_on).items())
    ]


def _entries(count: int, language: str) -> str:
    return say_number(language, "{number} entry", "{number} entries", count).format(number=count)


def _knots(drawn: Sequence[Strand], key: Callable[[Strand], Any], language: str) -> list[Knot]:
    found: dict[Any, list[Strand]] = {}
    for strand in drawn:
        if strand.dated:
            found.setdefault(key(strand), []).append(strand)
    return [_knot(sorted(each, key=lambda strand: strand.weight), language) for each in found.values()]


def _knot(tied: list[Strand], language: str) -> Knot:
    first = tied[0]
    starts = [strand.start for strand in tied]
    ends = [strand.end for strand in tied]
    start = None if None in starts else min(filter(None, starts))
    end = None if None in ends else max(filter(None, ends))
    same = all((strand.start, strand.end) == (first.start, first.end) for strand in tied)
    last = first.end or first.start
    words = first.words if same or last is None else dates.month(last, language)
    more = len(tied) - 1
    if more:
        words = say(language, "{date}, and {number} more", {"date": words, "number": str(more)})
    return Knot(first.kind, start, end, tuple(tied), first.label, words)
