"""Questions to the views: pages in a stable order, of what somebody may see."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from domain.agreement.access import Actor
from domain.words import fold
from projections.change import on
from projections.paging import Key, Page, paged
from projections.register import ANSWERS, SELDOM, readers, register, terms
from projections.searching import asked, begins, words
from projections.views import View

FEW = 2000  # agreements that are found one by one
FEW_OF_OTHERS = 6000  # the same where they are wanted with what many others have
SOME = 30_000  # agreements that are known from all others
WORDED = ("party", "field", "country")  # filters by a word of `terms`
WORDS_TRIED = 8
SORTS: Mapping[str, sa.ColumnElement[Any]] = {
    "recorded": register.c.opened,
    "title": register.c.title_key,
    "status": register.c.rung,
    "proposed": register.c.proposed_on,
    "signed": register.c.signed_on,
}


def visible(actor: Actor | None, table: sa.Table = register) -> sa.ColumnElement[bool]:
    """What somebody may read: `domain.agreement.access.may`, said to a database."""
    public = table.c.visibility == "public"
    if actor is None:
        return public
    if actor.role == "auditor":
        return sa.true()
    granted = sa.exists().where(
        readers.c.agreement == table.c.agreement, readers.c.organisation == actor.organisation
    )
    return sa.or_(public, table.c.owner == actor.organisation, granted)


def counted() -> sa.ColumnElement[bool]:
    """What figures count: neither networks nor what is not certain to have begun."""
    return register.c.status.is_not(None)


def signed_in(year: int) -> sa.ColumnElement[bool]:
    """First signed in a year, as it is stated; a stretch over several years is in none."""
    return sa.and_(
        counted(), register.c.signed_on >= f"{year:04}-01-01", register.c.signed_by <= f"{year:04}-12-31"
    )


CASES: Mapping[str, sa.ColumnElement[bool]] = {
    "counted": counted(),
    "signed": sa.and_(counted(), register.c.instrument != "none"),
    "followed_up": sa.and_(counted(), register.c.followed_up),
    "held": sa.and_(counted(), register.c.follow_up_held),
    "evidenced": sa.and_(counted(), register.c.evidenced),
    "no_next_step": sa.and_(counted(), register.c.no_next_step),
    "dormant": sa.and_(counted(), register.c.dormant),
}
"""The lists behind the figures, each by its name."""
MARK_OF = {
    "overdue": "overdue",
    "followed_up": "followed_up",
    "held": "follow_up_held",
    "evidenced": "evidenced",
    "dormant": "dormant",
}


class Wanted(NamedTuple):
    """A page of the register: what narrows it (None narrows nothing), its order, and where it begins."""

    filters: Mapping[str, Any]
    sort: str = "recorded"
    after: Key | None = None
    limit: int = 50


class Found(NamedTuple):
    """The agreements of which a filter is true, by rows of which nothing but an index is read."""

    table: sa.Table
    is_so: sa.ColumnElement[bool]

    def agreements(self, view: View) -> sa.Select[tuple[UUID]]:
        """Which they are, maybe more than once."""
        is_dated = self.table is not words
        return sa.select(self.table.c.agreement).where(
            *((on(self.table, view.day),) if is_dated else ()), self.is_so
        )

    def number(self, view: View, most: int) -> int:
        """How many they are; beyond `most` nobody goes on counting."""
        some = self.agreements(view).limit(most + 1).subquery()
        return view.connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def agreements(view: View, actor: Actor | None, wanted: Wanted) -> Page:
    """A page of the register."""
    column = SORTS[wanted.sort.removeprefix("-")]
    query = sa.select(register.c.agreement, register.c.opened, register.c.overdue_from, register.c.document)
    query = query.where(on(register, view.day), visible(actor), register.c.begun)
    query = query.where(*conditions(view, wanted.filters))
    key = (column, register.c.opened)
    down = wanted.sort.startswith("-")
    return paged(view.connection, query, key, wanted.after, wanted.limit, descending=down)


def titles(view: View, actor: Actor | None, agreements: Collection[UUID]) -> dict[UUID, str]:
    """The titles of some agreements, of those that somebody may see."""
    query = sa.select(register.c.agreement, register.c.title)
    query = query.where(register.c.agreement.in_(agreements), on(register, view.day), visible(actor))
    return {row.agreement: row.title for row in view.connection.execute(query)}


def opened_between(view: View, actor: Actor | None, after: int, upto: int) -> list[tuple[UUID, str]]:
    """Agreements by the position at which they were opened, with the day of their newest entry."""
    query = sa.select(register.c.agreement, register.c.recorded_on).where(
        on(register, view.day), visible(actor), register.c.begun
    )
    query = query.where(register.c.opened > after, register.c.opened <= upto).order_by(register.c.opened)
    return [(row.agreement, row.recorded_on) for row in view.connection.execute(query)]


def countries(view: View) -> list[str]:
    """Every country that a party belongs to."""
    smallest = sa.select(sa.func.min(terms.c.term).label("term")).where(terms.c.kind == "country")
    found = smallest.cte("found", recursive=True)
    # From each to the next along the index: there are few countries, and each has many agreements.
    following = smallest.where(terms.c.term > found.c.term).correlate(found).scalar_subquery()
    found = found.union_all(sa.select(following).where(found.c.term.is_not(None)))
    query = sa.select(found.c.term).where(found.c.term.is_not(None)).order_by(found.c.term)
    return [term.upper() for term in view.connection.scalars(query)]


def conditions(
    view: View, filters: Mapping[str, Any], *, in_order: bool = True
) -> list[sa.ColumnElement[bool]]:
    """What filters ask for: the API's own, and those that open what a figure on a page counts.

    `in_order` says that the next ones in the order of a list are wanted, and not any.
    """
    given = {name: value for name, value in filters.items() if value is not None}
    words_asked = asked(given.get("q", ""))
    return [
        *_narrowed(view, [*_found(given), *_words(words_asked)], in_order=in_order),
        # Of many it is not asked of the column itself: SQLite would find all by its index, and sort them.
        *(sa.func.coalesce(register.c[name], "") == given[name] for name in ANSWERS if name in given),
        *(_is_marked(name, wanted=given[name]) for name in ("stalled", "overdue") if name in given),
        *((register.c.owner == given["owner"],) if "owner" in given else ()),
        *(_has_term(view, name, fold(given[name])) for name in WORDED if name in given),
        *(register.c.search.contains(word, autoescape=True) for word in words_asked),
        *(_is_case(name) for name in CASES if given.get(name)),
        *((_is_marked(f"expiring_{given['expiring']}", wanted=True),) if "expiring" in given else ()),
        *((signed_in(given["year"]),) if "year" in given else ()),
    ]


def _found(given: Mapping[str, Any]) -> list[Found]:
    marks = [mark for name, mark in MARK_OF.items() if given.get(name)]
    marks += [f"expiring_{given['expiring']}"] if "expiring" in given else []
    return [
        *(Found(register, register.c[name] == given[name]) for name in ANSWERS if name in given),
        *(Found(register, register.c[mark] == sa.true()) for mark in marks if mark in SELDOM),
        *(Found(terms, _is_term(name, fold(given[name]))) for name in WORDED if name in given),
    ]


def _words(wanted: Sequence[str]) -> list[Found]:
    return [Found(words, begins(word)) for word in sorted(wanted, key=len, reverse=True)[:WORDS_TRIED]]


def _narrowed(view: View, filters: Sequence[Found], *, in_order: bool) -> list[sa.ColumnElement[bool]]:
    """The agreements that all filters which are true of no more than some have in common; none if none is.

    Few are found one by one and sorted. Of more the next ones are looked for along the order of the list:
    its index tells which agreement a row is of, so that only those that are wanted are read. Where a filter
    that is true of many asks for something else as well, the next ones may be far away.
    """
    some = [each.agreements(view) for each in filters if each.number(view, SOME) <= SOME]
    few = FEW if len(some) == len(filters) else FEW_OF_OTHERS
    if not some:
        return []
    together = sa.intersect(*some) if len(some) > 1 else some[0]
    if not in_order:
        return [register.c.agreement.in_(together)]
    found = view.connection.scalars(together.limit(few + 1)).all()
    if len(found) <= few:
        return [register.c.agreement.in_(set(found))]
    # Not asked of the column itself, or all would be found one by one.
    return [sa.func.coalesce(register.c.agreement, register.c.agreement).in_(together)]


def _is_marked(name: str, *, wanted: bool) -> sa.ColumnElement[bool]:
    # Of many it is not asked of the column itself, as above.
    return sa.func.coalesce(register.c[name], sa.false()) == sa.literal(wanted)


def _is_case(name: str) -> sa.ColumnElement[bool]:
    mark = MARK_OF.get(name)
    return CASES[name] if mark is None else sa.and_(counted(), _is_marked(mark, wanted=True))


def _has_term(view: View, kind: str, term: str) -> sa.ColumnElement[bool]:
    asked = _is_term(kind, term)
    return sa.exists().where(terms.c.agreement == register.c.agreement, on(terms, view.day), asked)


def _is_term(kind: str, term: str) -> sa.ColumnElement[bool]:
    return sa.and_(terms.c.kind == kind, terms.c.term == term)
