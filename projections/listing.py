"""Questions to the views: pages in a stable order, of what somebody may see."""

from collections.abc import Mapping
from typing import Any

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


def agreements(
    view: View,
    actor: Actor | None,
    filters: Mapping[str, Any],
    sort: str = "recorded",
    after: Key | None = None,
    limit: int = 50,
) -> Page:
    """A page of the register. `filters` holds those of the HTTP contract; None filters nothing."""
    column = SORTS[sort.removeprefix("-")]
    query = sa.select(register.c.agreement, register.c.opened, register.c.overdue_from, register.c.document)
    query = query.add_columns(column.label("sort_key"))
    query = query.where(on(register, view.day), visible(actor), register.c.begun)
    query = query.where(*_conditions(view, filters))
    return paged(
        view.connection, query, (column, register.c.opened), after, limit, descending=sort.startswith("-")
    )


def _conditions(view: View, filters: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    for name in ("status", "instrument", "standing", "kind", "owner", "stalled", "overdue"):
        if filters.get(name) is not None:
            conditions.append(register.c[name] == filters[name])
    for name in ("country", "party", "field"):
        if filters.get(name) is not None:
            wanted = filters[name] if name == "country" else fold(filters[name])
            conditions.append(_has_term(view, name, wanted))
    for word in fold(filters.get("q") or "").split():
        conditions.append(register.c.search.contains(word, autoescape=True))
    return conditions


def _has_term(view: View, kind: str, term: str) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        terms.c.agreement == register.c.agreement,
        on(terms, view.day),
        terms.c.kind == kind,
        terms.c.term == term,
    )
