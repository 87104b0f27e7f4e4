"""Lists across agreements: visits, commitments, parties, fields of cooperation."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from domain.agreement.access import Actor
from projections.calendar import commitments as commitments_table
from projections.calendar import visits as visits_table
from projections.change import on
from projections.listing import visible
from projections.paging import Key, Page, paged
from projections.parties import counted_as, tallies
from projections.parties import fields as fields_table
from projections.parties import parties as parties_table
from projections.register import readers, register
from projections.tallies import by_then, scopes_for
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
    name = counted_as(filters.get("country"), filters.get("kind"))
    page = _by_count(view, _counts(view, actor, parties_table, name), after, limit)
    described = _described(view, actor, parties_table, page, ("name", "kind", "country", "region", "code"))
    return Page([{**row, **described[row["key"]]} for row in page.rows], page.last)


def fields(view: View, actor: Actor | None, after: Key | None, limit: int) -> Page:
    """Every field of cooperation once, with the number of agreements that name it, by standing."""
    page = _by_count(view, _counts(view, actor, fields_table, "field"), after, limit)
    described = _described(view, actor, fields_table, page, ("name",))
    keys = [row["key"] for row in page.rows]
    standings = {}
    for standing in ("agreed", "exploring", "mentioned"):
        counts = _counts(view, actor, fields_table, f"field {standing}").subquery()
        found = view.connection.execute(sa.select(counts).where(counts.c.key.in_(keys)))
        standings[standing] = {key: int(number) for key, number in found}
    rows = [
        {**row, **described[row["key"]], **{name: of.get(row["key"], 0) for name, of in standings.items()}}
        for row in page.rows
    ]
    return Page(rows, page.last)


def _by_count(view: View, counts: sa.Select[Any], after: Key | None, limit: int) -> Page:
    """The most frequent first."""
    rows = counts.subquery()
    return paged(view.connection, sa.select(rows), (-rows.c.agreements, rows.c.key), after, limit)


def _counts(view: View, actor: Actor | None, table: sa.Table, name: str) -> sa.Select[Any]:
    """How many agreements name each party or field, as far as somebody may see them."""
    kept = by_then(tallies, view.day, scopes_for(actor), [name])
    parts = [each.with_only_columns(tallies.c.value, tallies.c.number) for each in kept]
    if actor is not None and actor.role != "auditor":
        parts.append(_granted(view, actor, table, name))
    turned = sa.union_all(*parts).subquery()
    number = sa.cast(sa.func.sum(turned.c.number), sa.BigInteger)
    query = sa.select(turned.c.value.label("key"), number.label("agreements"))
    return query.group_by(turned.c.value).having(number > 0)


def _granted(view: View, actor: Actor, table: sa.Table, name: str) -> sa.Select[Any]:
    """What is neither public nor an organisation's own, but was granted to it: seldom more than a few."""
    c, (what, *narrowed) = table.c, name.split(" ")
    columns = (c.country, c.kind) if what == "party" else (c.standing,)
    asked = [column == value for column, value in zip(columns, narrowed, strict=False) if value]
    granted = sa.select(readers.c.agreement).where(readers.c.organisation == actor.organisation)
    hidden = (c.visibility != "public", c.owner != actor.organisation)
    number = sa.func.count(sa.distinct(c.agreement)).label("number")
    query = sa.select(c.key.label("value"), number).where(c.agreement.in_(granted), *hidden, *asked)
    return query.where(on(table, view.day)).group_by(c.key)


def _described(
    view: View, actor: Actor | None, table: sa.Table, page: Page, names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """What each is called where its name comes last in the alphabet: of all spellings always the same."""
    query = sa.select(*(table.c[name] for name in names)).where(on(table, view.day), visible(actor, table))
    query = query.where(table.c.key == sa.bindparam("asked"))
    query = query.order_by(table.c.name.desc(), table.c.agreement.desc()).limit(1)
    found = ((row["key"], view.connection.execute(query, {"asked": row["key"]})) for row in page.rows)
    return {key: dict(told.mappings().one()) for key, told in found}
