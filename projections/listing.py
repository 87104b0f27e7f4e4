"""Questions to the views: pages in a stable order, of what somebody may see."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from domain.agreement.access import Actor
from domain.words import fold
from projections.change import on
from projections.paging import Key, Page, paged
from projections.register import ANSWERS, readers, register, terms
from projections.views import View

FEW = 2000  # agreements
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


def _conditions(view: View, filters: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    given = {name: value for name, value in filters.items() if value is not None}
    return [
        *(_has_answer(view, register.c[name], given[name]) for name in ANSWERS if name in given),
        *(register.c[name] == given[name] for name in ("owner", "stalled", "overdue") if name in given),
        *(
            _has_term(view, name, fold(given[name]))
            for name in ("party", "field", "country")
            if name in given
        ),
        *(register.c.search.contains(word, autoescape=True) for word in fold(given.get("q", "")).split()),
    ]


def _has_answer(view: View, column: sa.Column[str], answer: str) -> sa.ColumnElement[bool]:
    # Of many it is not asked of the column itself: SQLite would find all by its index, and sort them.
    among_many = sa.func.coalesce(column, "") == answer
    few = _few(view, register, column == answer)
    return among_many if few is None else few


def _has_term(view: View, kind: str, term: str) -> sa.ColumnElement[bool]:
    asked = sa.and_(terms.c.kind == kind, terms.c.term == term)
    exists = sa.exists().where(terms.c.agreement == register.c.agreement, on(terms, view.day), asked)
    few = _few(view, terms, asked)
    return exists if few is None else few


def _few(view: View, table: sa.Table, asked: sa.ColumnElement[bool]) -> sa.ColumnElement[bool] | None:
    """The agreements of which something is true on the day, by name; None if they are many.

    Few are quickly found and put in order. Of many the next ones in the order of the list are soon met.
    """
    query = sa.select(table.c.agreement).where(on(table, view.day), asked).limit(FEW + 1)
    found = view.connection.scalars(query).all()
    return register.c.agreement.in_(found) if len(found) <= FEW else None
