"""Lists across agreements: visits, commitments, parties, fields of cooperation."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from domain.agreement.access import Actor
from projections.calendar import commitments as commitments_table
from projections.calendar import visits as visits_table
from projections.change import on
from projections.listing import visible
from projections.paging import Key, Page, paged
from projections.parties import fields as fields_table
from projections.parties import parties as parties_table
from projections.register import register
from projections.views import View

Filters = Mapping[str, Any]


def visits(view: View, actor: Actor | None, filters: Filters, after: Key | None, limit: int) -> Page:
    """Visits of all agreements, the earliest window first."""
    query, key = _dated(view, actor, visits_table, visits_table.c.first_day, filters)
    return paged(view.connection, query, key, after, limit)


def commitments(view: View, actor: Actor | None, filters: Filters, after: Key | None, limit: int) -> Page:
    """Commitments of all agreements, the earliest due first; those without a date come last."""
    query, key = _dated(view, actor, commitments_table, commitments_table.c.last_day, filters)
    return paged(view.connection, query, key, after, limit)


def _dated(
    view: View, actor: Actor | None, table: sa.Table, day: sa.ColumnElement[str], filters: Filters
) -> tuple[sa.Select[Any], list[sa.ColumnElement[Any]]]:
    """What has a day, with the title of its agreement, and the order of the days."""
    query = sa.select(table, register.c.title, register.c.owner).where(
        register.c.agreement == table.c.agreement, on(table, view.day), on(register, view.day), visible(actor)
    )
    if filters.get("state") is not None:
        query = query.where(table.c.state == filters["state"])
    if filters.get("owner") is not None:
        query = query.where(register.c.owner == filters["owner"])
    return query, [day, register.c.opened, table.c.version]


def parties(view: View, actor: Actor | None, filters: Filters, after: Key | None, limit: int) -> Page:
    """Every party once, with the number of agreements that it takes part in."""
    table = parties_table
    described = [
        sa.func.max(table.c[name]).label(name) for name in ("name", "kind", "country", "region", "code")
    ]
    grouped = _grouped(view, actor, table, *described)
    for name in ("country", "kind"):
        if filters.get(name) is not None:
            grouped = grouped.where(table.c[name] == filters[name])
    return _counted(view, grouped, after, limit)


def fields(view: View, actor: Actor | None, after: Key | None, limit: int) -> Page:
    """Every field of cooperation once, with the number of agreements that name it, by standing."""
    table = fields_table
    standings = [
        sa.func.count(sa.distinct(sa.case((table.c.standing == standing, table.c.agreement)))).label(standing)
        for standing in ("agreed", "exploring", "mentioned")
    ]
    described = sa.func.max(table.c.name).label("name")
    return _counted(view, _grouped(view, actor, table, described, *standings), after, limit)


def _grouped(
    view: View, actor: Actor | None, table: sa.Table, *described: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    counted = sa.func.count(sa.distinct(table.c.agreement)).label("agreements")
    query = sa.select(table.c.key, *described, counted).where(
        register.c.agreement == table.c.agreement, on(table, view.day), on(register, view.day), visible(actor)
    )
    return query.group_by(table.c.key)


def _counted(view: View, grouped: sa.Select[Any], after: Key | None, limit: int) -> Page:
    """The most frequent first."""
    rows = grouped.subquery()
    return paged(view.connection, sa.select(rows), (-rows.c.agreements, rows.c.key), after, limit)
