"""Questions to the views: pages in a stable order, of what somebody may see."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from domain.agreement.access import Actor
from domain.words import fold
from projections.change import on
from projections.paging import Key, Page, paged
from projections.register import readers, register, terms
from projections.views import View

SORTS: Mapping[str, sa.ColumnElement[Any]] = {
    "recorded": register.c.opened,
    "title": register.c.title_key,
    "status": register.c.rung,
    "proposed": register.c.proposed_on,
    "signed": register.c.signed_on,
}


def visible(actor: Actor | None) -> sa.ColumnElement[bool]:
    """What somebody may read: `domain.agreement.access.may`, said to a database."""
    public = register.c.visibility == "public"
    if actor is None:
        return public
    if actor.role == "auditor":
        return sa.true()
    granted = sa.exists().where(
        readers.c.agreement == register.c.agreement, readers.c.organisation == actor.organisation
    )
    return sa.or_(public, register.c.owner == actor.organisation, granted)


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
    query = query.where(*_conditions(view, wanted.filters))
    key = (column, register.c.opened)
    down = wanted.sort.startswith("-")
    return paged(view.connection, query, key, wanted.after, wanted.limit, descending=down)


def count(view: View, actor: Actor | None, filters: Mapping[str, Any]) -> int:
    """How many agreements a list has in all."""
    query = sa.select(sa.func.count()).select_from(register)
    query = query.where(on(register, view.day), visible(actor), register.c.begun)
    return int(view.connection.scalar(query.where(*_conditions(view, filters))) or 0)


def countries(view: View) -> list[str]:
    """Every country that a party belongs to."""
    query = sa.select(terms.c.term).where(terms.c.kind == "country").distinct().order_by(terms.c.term)
    return [term.upper() for term in view.connection.scalars(query)]


def _conditions(view: View, filters: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    equal = ("status", "instrument", "standing", "kind", "owner", "stalled", "overdue")
    given = {name: value for name, value in filters.items() if value is not None}
    return [
        *(register.c[name] == given[name] for name in equal if name in given),
        *(
            _has_term(view, name, fold(given[name]))
            for name in ("party", "field", "country")
            if name in given
        ),
        *(register.c.search.contains(word, autoescape=True) for word in fold(given.get("q", "")).split()),
    ]


def _has_term(view: View, kind: str, term: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        terms.c.agreement == register.c.agreement,
        on(terms, view.day),
        terms.c.kind == kind,
        terms.c.term == term,
    )
