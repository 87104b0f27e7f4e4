"""Questions to the views: pages in a stable order, of what somebody may see."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from domain.agreement.access import Actor
from domain.agreement.transitions import RUNGS
from domain.databases import among
from projections.change import on
from projections.narrowing import has_words, narrowed
from projections.paging import Key, Page, in_order, paged
from projections.register import EARLIEST, readers, register, terms
from projections.views import View

NEAR = 3_000  # rows that are read to find what many have
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


class Wanted(NamedTuple):
    """A page of the register: what narrows it (None narrows nothing), its order, and where it begins."""

    filters: Mapping[str, Any]
    sort: str = "recorded"
    after: Key | None = None
    limit: int = 50


def agreements(view: View, actor: Actor | None, wanted: Wanted) -> Page:
    """A page of the register."""
    base = (on(register, view.day), visible(actor), register.c.begun, *_where_they_lie(wanted))
    asked = narrowed(view, base, wanted.filters)
    if asked.far is None or (bound := _bound(view, base, wanted)) is None:
        return _page(view, wanted, asked.conditions)
    here, there = sa.tuple_(*_key(wanted)), sa.tuple_(*bound)
    near = _page(view, wanted, [*asked.conditions, here >= there if _is_down(wanted) else here <= there])
    if near.last is not None:
        return near
    missing = wanted.limit - len(near.rows)
    further = _page(view, wanted._replace(after=bound, limit=missing or 1), asked.far)
    if not missing:
        return Page(near.rows, bound if further.rows else None)
    return Page([*near.rows, *further.rows], further.last)


def _page(view: View, wanted: Wanted, conditions: Sequence[sa.ColumnElement[bool]]) -> Page:
    """First which they are, by indexes alone if possible, then what they are."""
    query = sa.select(register.c.agreement).where(*conditions)
    rows, after = list[Any](), wanted.after
    while True:
        limit = wanted.limit - len(rows)
        page = paged(view.connection, query, _key(wanted), after, limit, descending=_is_down(wanted))
        told = _told(view, [row["agreement"] for row in page.rows])
        rows += [row for row in told if has_words(row["search"], wanted.filters)]
        if page.last is None or len(rows) == wanted.limit:
            return Page(rows, page.last)
        after = page.last


def _bound(view: View, base: Sequence[sa.ColumnElement[bool]], wanted: Wanted) -> Key | None:
    """The key of the last row that is near; None if all are."""
    key = _key(wanted)
    rows = in_order(sa.select(*key).where(*base), key, wanted.after, descending=_is_down(wanted))
    found = view.connection.execute(rows.offset(NEAR).limit(1)).one_or_none()
    return tuple(found) if found else None


def _key(wanted: Wanted) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    return SORTS[wanted.sort.removeprefix("-")], register.c.opened


def _is_down(wanted: Wanted) -> bool:
    return wanted.sort.startswith("-")


def _where_they_lie(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    """What a filter says about the order itself, so that its index is entered where they begin."""
    order, filters = wanted.sort.removeprefix("-"), wanted.filters
    if order == "signed" and filters.get("instrument") == "none":
        return [register.c.signed_on == EARLIEST]
    if order == "status" and filters.get("status") is not None:
        return [register.c.rung == RUNGS.index(filters["status"])]
    return []


def _told(view: View, agreements: Sequence[UUID]) -> Iterator[sa.RowMapping]:
    """What lists tell of some agreements, in the order in which they are given."""
    columns = (register.c[name] for name in ("agreement", "overdue_from", "search", "document"))
    named = among(view.connection, register.c.agreement, agreements)
    query = sa.select(*columns).where(named, on(register, view.day))
    found = {row["agreement"]: row for row in view.connection.execute(query).mappings()}
    return map(found.__getitem__, agreements)


def titles(view: View, actor: Actor | None, agreements: Collection[UUID]) -> dict[UUID, str]:
    """The titles of some agreements, of those that somebody may see."""
    query = sa.select(register.c.agreement, register.c.title)
    named = among(view.connection, register.c.agreement, agreements)
    query = query.where(named, on(register, view.day), visible(actor))
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
