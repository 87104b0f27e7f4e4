"""How filters narrow the register: what few have is looked up, what many have is looked for in order.

A database decides by guesses how to go about it, and of words and days it guesses badly. So the way is told:
agreements that are named are found one by one and sorted; else the rows are gone through along the index of
their order, which tells most of what is asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from domain.words import fold
from projections.change import on
from projections.register import ANSWERS, SELDOM, register, terms
from projections.searching import asked, begins, words
from projections.views import View

Condition = sa.ColumnElement[bool]

LEAST, MOST = 2_000, 12_000  # agreements that are found one by one, in a small register and in a large one
ENTRIES = 300  # for each of them, between the two: about a twenty-fifth of all agreements
WORDED = ("party", "field", "country")  # filters by a word of `terms`
WORDS_TRIED = 8
MARK_OF = {
    "overdue": "overdue",
    "followed_up": "followed_up",
    "held": "follow_up_held",
    "evidenced": "evidenced",
    "dormant": "dormant",
}


def counted() -> Condition:
    """What figures count: neither networks nor what is not certain to have begun."""
    return register.c.status.is_not(None)


def signed_in(year: int) -> Condition:
    """First signed in a year, as it is stated; a stretch over several years is in none."""
    return sa.and_(
        counted(), register.c.signed_on >= f"{year:04}-01-01", register.c.signed_by <= f"{year:04}-12-31"
    )


CASES: Mapping[str, Condition] = {
    "counted": counted(),
    "signed": sa.and_(counted(), register.c.instrument != "none"),
    "followed_up": sa.and_(counted(), register.c.followed_up),
    "held": sa.and_(counted(), register.c.follow_up_held),
    "evidenced": sa.and_(counted(), register.c.evidenced),
    "no_next_step": sa.and_(counted(), register.c.no_next_step),
    "dormant": sa.and_(counted(), register.c.dormant),
}
"""The lists behind the figures, each by its name."""


class Found(NamedTuple):
    """The agreements of which a filter is true, by rows of which nothing but an index is read."""

    table: sa.Table
    is_so: Condition

    def agreements(self, view: View) -> sa.Select[tuple[UUID]]:
        """Which they are, maybe more than once."""
        is_dated = self.table is not words
        return sa.select(self.table.c.agreement).where(
            *((on(self.table, view.day),) if is_dated else ()), self.is_so
        )


class Filter(NamedTuple):
    """What is asked of each row; `found` are the agreements of which it is true, if an index tells them."""

    is_so: Condition
    found: Found | None = None

    @property
    def is_word(self) -> bool:
        """Whether it asks for a word, which is read in the row itself."""
        return self.found is not None and self.found.table is words

    def far(self, view: View) -> Condition:
        """The same, where few rows in order have it: a word is asked of the set of all that have it."""
        if self.found is None or not self.is_word:
            return self.is_so
        return register.c.agreement.in_(self.found.agreements(view))


class Narrowed(NamedTuple):
    """The conditions of a list. The rows found may have a word on another day alone: see `has_words`.

    What many have is soon found by reading rows in order. Where it is `far`, it is to be asked of sets.
    """

    conditions: Sequence[Condition]
    far: Sequence[Condition] | None = None


def narrowed(view: View, base: Sequence[Condition], filters: Mapping[str, Any]) -> Narrowed:
    """A base with what filters ask for besides, of which the next ones in the order of a list are wanted."""
    rare, frequent = _by_number(view, filters)
    asked = [*base, *_cases(filters)]
    if rare:
        asked += [each.is_so for each in frequent]
        return Narrowed([_named(view, _together(view, rare)), *map(_in_turn, asked)])
    near = [*asked, *(_in_turn(each.is_so) for each in frequent)]
    if not any(each.is_word for each in frequent):
        return Narrowed(near)
    return Narrowed(near, [*asked, *(_in_turn(each.far(view)) for each in frequent)])


def any_of(view: View, base: Sequence[Condition], filters: Mapping[str, Any]) -> Sequence[Condition]:
    """The same where it does not matter which are found first, and every word is asked for."""
    rare, frequent = _by_number(view, filters)
    asked = [*base, *_cases(filters), *(each.is_so for each in frequent)]
    if not rare:
        return asked
    asked += [each.is_so for each in rare]
    return [_named(view, _together(view, rare)), *map(_in_turn, asked)]


def has_words(search: str, filters: Mapping[str, Any]) -> bool:
    """Whether what is searched of an agreement has every word that is asked for."""
    return all(word in search for word in asked(filters.get("q") or ""))


def _by_number(view: View, filters: Mapping[str, Any]) -> tuple[list[Filter], list[Filter]]:
    """The filters that are true of a few, and the others."""
    given = {name: value for name, value in filters.items() if value is not None}
    rare, frequent = list[Filter](), list[Filter]()
    for each in (*_answers(given), *_marks(given), *_owned(given), *_worded(view, given), *_words(given)):
        is_rare = each.found is not None and _are_few(view, each.found.agreements(view))
        (rare if is_rare else frequent).append(each)
    return rare, frequent


def _together(view: View, rare: Sequence[Filter]) -> sa.Select[Any] | sa.CompoundSelect[Any]:
    """The agreements of which all of some filters are true."""
    found = [each.found.agreements(view) for each in rare if each.found is not None]
    return sa.intersect(*found) if len(found) > 1 else found[0]


def _named(view: View, agreements: sa.Select[Any] | sa.CompoundSelect[Any]) -> Condition:
    if view.connection.dialect.name == "postgresql":  # which takes any array to be short, and begins with it
        return register.c.agreement == sa.any_(sa.func.array(agreements.scalar_subquery()))
    return register.c.agreement.in_(agreements)


def few(view: View) -> int:
    """How many agreements are found one by one; to go along an order takes the longer the more there are."""
    return min(MOST, max(LEAST, view.position // ENTRIES))


def _are_few(view: View, agreements: sa.Select[Any]) -> bool:
    most = few(view)
    some = agreements.limit(most + 1).subquery()  # beyond a few nobody goes on counting
    return (view.connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0) <= most


def _in_turn(condition: Condition) -> Condition:
    """Asked of each row in turn. By what is asked plainly a database might find all rows, and sort them."""
    return condition.is_(sa.true())


def _answers(given: Mapping[str, Any]) -> Iterator[Filter]:
    for name in ANSWERS:
        if name in given:
            is_so = register.c[name] == given[name]
            yield Filter(is_so, Found(register, is_so))


def _marks(given: Mapping[str, Any]) -> Iterator[Filter]:
    marks = [mark for name, mark in MARK_OF.items() if given.get(name)]
    marks += [f"expiring_{given['expiring']}"] if "expiring" in given else []
    for mark in marks:
        is_so = register.c[mark] == sa.true()
        yield Filter(is_so, Found(register, is_so) if mark in SELDOM else None)
    if "stalled" in given:
        yield Filter(register.c.stalled == sa.literal(given["stalled"]))
    if given.get("overdue") is False:
        yield Filter(register.c.overdue == sa.false())


def _owned(given: Mapping[str, Any]) -> Iterator[Filter]:
    if "owner" in given:
        is_so = register.c.owner == given["owner"]
        yield Filter(is_so, Found(register, is_so))


def _worded(view: View, given: Mapping[str, Any]) -> Iterator[Filter]:
    for kind in WORDED:
        if kind in given:
            is_so = sa.and_(terms.c.kind == kind, terms.c.term == fold(given[kind]))
            its = sa.select(terms.c.term).where(
                terms.c.agreement == register.c.agreement, on(terms, view.day)
            )
            # With an offset it is looked up for each row: PostgreSQL would make a set of all first.
            yield Filter(its.where(is_so).offset(0).exists(), Found(terms, is_so))


def _words(given: Mapping[str, Any]) -> Iterator[Filter]:
    longest_first = sorted(asked(given.get("q", "")), key=len, reverse=True)
    for number, word in enumerate(longest_first):
        has_it = register.c.search.contains(word, autoescape=True)
        yield Filter(has_it, Found(words, begins(word)) if number < WORDS_TRIED else None)


def _cases(filters: Mapping[str, Any]) -> Iterator[Condition]:
    for name, is_so in CASES.items():
        if filters.get(name):
            yield counted() if name in MARK_OF else is_so
    if filters.get("year") is not None:
        yield signed_in(filters["year"])
