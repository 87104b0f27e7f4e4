"""How figures turn: from which day on how many more or fewer of something are counted.

Of rows that follow each other only what differs makes turns: from one stretch of an agreement to the next
that is little of what it counts for.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

ALWAYS = ""  # the span of what has counted from the first day that the view answers for
LAST = date.max.isoformat()
REMEMBERED = 1 << 14
Told = Mapping[str, Any] | sa.RowMapping  # a row of a view, as it is made or as it is read
Scopes = tuple[str, ...]
Key = tuple[str, str, str, str]
Turns = dict[Key, int]  # scope, name, span and value of a figure, and by how much it changes


class Figure(NamedTuple):
    """What is counted, such as `status`, and for what value of it."""

    name: str
    value: str = ""


class Counted:
    """What a row counts for. Each combination there is once, so that it is known by its identity."""

    __slots__ = ("figures",)

    def __init__(self, figures: Counter[Figure]) -> None:
        self.figures = figures


NOTHING = Counted(Counter())


class Edge(NamedTuple):
    """Somewhere one thing counts instead of another from a day on."""

    scopes: Scopes
    before: Counted
    after: Counted
    day: str


class Spell(NamedTuple):
    """Where something counts, and from which day until which."""

    scopes: Scopes
    since: str
    until: str
    counted: Counted


def turns_of(spells: Iterable[Spell]) -> Turns:
    """Every turn that some spells bring about; fewest where each goes on where the one before ended."""
    edges: Counter[Edge] = Counter()
    past = Spell((), LAST, LAST, NOTHING)
    for spell in spells:
        if spell.since == past.until != LAST and spell.scopes == past.scopes:
            edges[Edge(spell.scopes, past.counted, spell.counted, spell.since)] += 1
        else:
            _end(edges, past)
            edges[Edge(spell.scopes, NOTHING, spell.counted, spell.since)] += 1
        past = spell
    _end(edges, past)
    return _spread(edges)


def _end(edges: Counter[Edge], past: Spell) -> None:
    if past.until != LAST:
        edges[Edge(past.scopes, past.counted, NOTHING, past.until)] += 1


def _spread(edges: Counter[Edge]) -> Turns:
    found: Turns = {}
    for (scopes, before, after, day), times in edges.items():
        changes = _changes(before, after)
        for span in spans(day) if changes else ():
            for scope in scopes:
                for name, value, number in changes:
                    key = (scope, name, span, value)
                    found[key] = found.get(key, 0) + number * times
    return found


@lru_cache(maxsize=REMEMBERED)
def _changes(before: Counted, after: Counted) -> tuple[tuple[str, str, int], ...]:
    changed = Counter(after.figures)
    changed.subtract(before.figures)
    return tuple((name, value, number) for (name, value), number in changed.items() if number)


@lru_cache(maxsize=REMEMBERED)
def spans(day: str) -> tuple[str, ...]:
    """The spans under which a turn of a day is kept: its year, its month and itself."""
    return (f"y{day[:4]}", f"m{day[:7]}", f"d{day}") if day else (ALWAYS,)


def add_up(total: Turns, more: Turns, sign: int = 1) -> None:
    """Add turns to others."""
    for key, number in more.items():
        total[key] = total.get(key, 0) + sign * number


class Known:
    """What rows count for, by all that decides it."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Counted] = {}

    def get(self, key: Hashable) -> Counted | None:
        """What is known."""
        return self._known.get(key)

    def keep(self, key: Hashable, figures: Counter[Figure]) -> Counted:
        """Remember it, for a while."""
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        known = self._known[key] = Counted(figures)
        return known
