"""What stands of a history: in order of occurrence, and quick to find by kind."""

from bisect import insort
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache, cached_property
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar, cast

from domain.facts import Fact
from domain.facts.common import FactBase
from domain.uncertain_date import Span

T = TypeVar("T", bound=FactBase)
W = TypeVar("W")


class Standing(NamedTuple):
    """A fact that stands: the original's version, with the fact as last corrected.

    `order` is by earliest day, latest day, rung and version.
    """

    version: int
    fact: Fact
    stated_in: int
    span: Span
    recorded_on: date
    order: tuple[date, date, int, int]

    @property
    def when(self) -> tuple[date, int]:
        """The order of changes of one thing: one of unknown beginning is taken to be as late as it can be."""
        earliest, latest = self.span
        return (latest if earliest == date.min else earliest, self.version)


ORDER = attrgetter("order")
WHEN = attrgetter("when")


class Facts:
    """Facts that stand, by type, those of a type in order of occurrence. To be read, never written to.

    Most questions are about a few types, and an agreement can have thousands of notes and reports.
    """

    def __init__(self, by_type: dict[str, list[Standing]]) -> None:
        self.by_type = by_type
        self._merged: dict[frozenset[str], Sequence[Standing]] = {}  # rules ask for the same again and again
        self._known: dict[Hashable, tuple[frozenset[str], Any]] = {}

    @classmethod
    def among(cls, standings: Iterable[Standing]) -> "Facts":
        """Those facts, given in any order."""
        by_type: dict[str, list[Standing]] = {}
        for standing in standings:
            by_type.setdefault(standing.fact.type, []).append(standing)
        for of_type in by_type.values():
            of_type.sort(key=ORDER)
        return cls(by_type)

    def changed(self, old: Standing | None, new: Standing | None) -> "Facts":
        """These facts with one in the place of another. What is of other types is shared."""
        by_type = dict(self.by_type)
        if old is not None:
            by_type[old.fact.type] = [kept for kept in by_type[old.fact.type] if kept is not old]
            if not by_type[old.fact.type]:
                del by_type[old.fact.type]
        if new is not None:
            of_type = by_type[new.fact.type] = list(by_type.get(new.fact.type, ()))
            insort(of_type, new, key=ORDER)
        grown = Facts(by_type)
        touched = {standing.fact.type for standing in (old, new) if standing is not None}
        grown._merged = {types: those for types, those in self._merged.items() if touched.isdisjoint(types)}
        grown._known = {what: known for what, known in self._known.items() if touched.isdisjoint(known[0])}
        return grown

    def __len__(self) -> int:
        return sum(map(len, self.by_type.values()))

    @cached_property
    def in_order(self) -> list[Standing]:
        """All of them, in order of occurrence."""
        return sorted(chain.from_iterable(self.by_type.values()), key=ORDER)

    @cached_property
    def certain_from(self) -> date:
        """The day from which on all of them have certainly occurred."""
        return self.latest(self.by_type)

    def latest(self, types: Collection[str]) -> date:
        """The last day on which one of those of some types can have occurred."""
        found = (of_type for name, of_type in self.by_type.items() if name in types)
        return max((standing.span.latest for standing in chain.from_iterable(found)), default=date.min)

    def of_types(self, types: frozenset[str]) -> Sequence[Standing]:
        """Those of some types, in order of occurrence."""
        if types.isdisjoint(self.by_type):
            return ()
        if known := self._merged.get(types):
            return known
        found = [of_type for name, of_type in self.by_type.items() if name in types]
        if len(found) == 1:
            return found[0]
        if len(found) == len(self.by_type):
            return self.in_order
        merged = self._merged[types] = sorted(chain.from_iterable(found), key=ORDER)
        return merged

    def known(self, what: Hashable, types: frozenset[str], work: Callable[[], W]) -> W:
        """What follows from facts of some types alone. It is worked out anew when one of those changes."""
        found = self._known.get(what)
        if found is None:
            found = self._known[what] = types, work()
        worked_out: W = found[1]
        return worked_out

    def of(self, kind: type[T]) -> list[tuple[Standing, T]]:
        """Those of a kind, each with its fact, in order of occurrence."""
        found = self.of_types(types_of(kind))  # the name of a type stands for its class
        return [(standing, cast(T, standing.fact)) for standing in found]


NONE = Facts({})


@cache
def types_of(*kinds: type[FactBase]) -> frozenset[str]:
    """The types of facts of some classes: a class has one, or its subclasses have."""
    named = (kind.model_fields["type"].default for kind in kinds_of(*kinds))
    return frozenset(name for name in named if isinstance(name, str))


def kinds_of(*kinds: type[FactBase]) -> Iterator[type[FactBase]]:
    """Some classes of facts and all classes of those kinds."""
    for kind in kinds:
        yield kind
        yield from kinds_of(*kind.__subclasses__())


NAMING_OTHERS = frozenset(
    name for kind in kinds_of(FactBase) if "version" in kind.model_fields for name in types_of(kind)
)
"""Types of facts that name the version of another one, on which what they say may rest."""
