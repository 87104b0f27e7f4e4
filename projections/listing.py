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

FEW = 2000  # agreements
SOME = 20_000  # agreements that are looked up one by one to be counted
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


def conditions(view: View, filters: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    """What filters ask for: the API's own, and those that open what a figure on a page counts."""
    given = {name: value for name, value in filters.items() if value is not None}
    return [
        *(_has_answer(view, register.c[name], given[name]) for name in ANSWERS if name in given),
        *(_is_marked(view, name, wanted=given[name]) for name in ("stalled", "overdue") if name in given),
        *((register.c.owner == given["owner"],) if "owner" in given else ()),
        *(_has_term(view, name, fold(given[name])) for name in WORDED if name in given),
        *_has_words(view, asked(given.get("q", ""))),
        *(_is_case(view, name) for name in CASES if given.get(name)),
        *((_is_marked(view, f"expiring_{given['expiring']}", wanted=True),) if "expiring" in given else ()),
        *((signed_in(given["year"]),) if "year" in given else ()),
    ]


def narrowest(view: View, filters: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    """For what is only counted: the agreements of the rarest filter, to begin with; none if all are common.

    `conditions` asks of each agreement in the order of the list, which a count does not need.
    """
    given = {name: value for name, value in filters.items() if value is not None}
    asked = [
        *((terms, _is_term(name, fold(given[name]))) for name in WORDED if name in given),
        *((register, register.c[name] == given[name]) for name in ANSWERS if name in given),
    ]
    found: list[tuple[int, sa.Select[Any]]] = []
    for table, is_so in asked:
        those = sa.select(table.c.agreement).where(on(table, view.day), is_so)
        some = those.limit(SOME + 1).subquery()
        found.append((view.connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0, those))
    number, rarest = min(found, key=lambda each: each[0], default=(SOME + 1, None))
    return [] if rarest is None or number > SOME else [register.c.agreement.in_(rarest)]


def _is_marked(view: View, name: str, *, wanted: bool) -> sa.ColumnElement[bool]:
    # Of many it is not asked of the column itself, as in `_has_answer`.
    among_many = sa.func.coalesce(register.c[name], sa.false()) == sa.literal(wanted)
    is_seldom = wanted and name in SELDOM
    few = _few(view, register, register.c[name] == sa.true()) if is_seldom else None
    return among_many if few is None else few


def _is_case(view: View, name: str) -> sa.ColumnElement[bool]:
    mark = MARK_OF.get(name)
    return CASES[name] if mark is None else sa.and_(counted(), _is_marked(view, mark, wanted=True))


def _has_words(view: View, wanted: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    """Every word is held; the agreements that hold one that only few do are named besides."""
    held = [register.c.search.contains(word, autoescape=True) for word in wanted]
    for word in sorted(wanted, key=len, reverse=True)[:WORDS_TRIED]:
        query = sa.select(words.c.agreement).where(begins(word)).limit(FEW + 1)
        found = view.connection.scalars(query).all()
        if len(found) <= FEW:
            return [*held, register.c.agreement.in_(set(found))]
    return held


def _has_answer(view: View, column: sa.Column[str], answer: str) -> sa.ColumnElement[bool]:
    # Of many it is not asked of the column itself: SQLite would find all by its index, and sort them.
    among_many = sa.func.coalesce(column, "") == answer
    few = _few(view, register, column == answer)
    return among_many if few is None else few


def _has_term(view: View, kind: str, term: str) -> sa.ColumnElement[bool]:
    asked = _is_term(kind, term)
    exists = sa.exists().where(terms.c.agreement == register.c.agreement, on(terms, view.day), asked)
    few = _few(view, terms, asked)
    return exists if few is None else few


def _is_term(kind: str, term: str) -> sa.ColumnElement[bool]:
    return sa.and_(terms.c.kind == kind, terms.c.term == term)


def _few(view: View, table: sa.Table, asked: sa.ColumnElement[bool]) -> sa.ColumnElement[bool] | None:
    """The agreements of which something is true on the day, by name; None if they are many.

    Few are quickly found and put in order. Of many the next ones in the order of the list are soon met.
    """
    query = sa.select(table.c.agreement).where(on(table, view.day), asked).limit(FEW + 1)
    found = view.connection.scalars(query).all()
    return register.c.agreement.in_(found) if len(found) <= FEW else None
