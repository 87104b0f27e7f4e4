"""Lists across agreements: visits, commitments, parties, fields of cooperation."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from domain.agreement.access import Actor
from projections.calendar import COMMITMENTS_IN_ORDER, VISITS_IN_ORDER
from projections.calendar import commitments as commitments_table
from projections.calendar import visits as visits_table
from projections.change import on
from projections.figures import by_then, scopes_for
from projections.listing import visible
from projections.paging import Key, Page, paged
from projections.parties import counted_as, tallies
from projections.parties import fields as fields_table
from projections.parties import parties as parties_table
from projections.register import register
from projections.views import View

Filters = Mapping[str, Any]


def visits(view: View, actor: Actor | None, filters: Filters, after: Key | None, limit: int) -> Page:
    """Visits of all agreements, the earliest window first."""
    key = [visits_table.c[name] for name in VISITS_IN_ORDER]
    return paged(view.connection, _dated(view, actor, visits_table, filters), key, after, limit)


def commitments(view: View, actor: Actor | None, filters: Filters, after: Key | None, limit: int) -> Page:
    """Commitments of all agreements, the earliest due first; those without a date come last."""
    key = [commitments_table.c[name] for name in COMMITMENTS_IN_ORDER]
    return paged(view.connection, _dated(view, actor, commitments_table, filters), key, after, limit)


def _dated(view: View, actor: Actor | None, table: sa.Table, filters: Filters) -> sa.Select[Any]:
    """What has a day, with the title of its agreement."""
    return sa.select(table, register.c.title).where(
        register.c.agreement == table.c.agreement,
        on(table, view.day),
        on(register, view.day),
        visible(actor, table),
        *(table.c[name] == filters[name] for name in ("state", "owner") if filters.get(name) is not None),
    )


def parties(view: View, actor: Actor | None, filters: Filters, after: Key | None, limit: int) -> Page:
    """Every party once, with the number of agreements that it takes part in."""
    name = counted_as(filters.get("country"), filters.get("kind"))
    return most_frequent(view, actor, name, after, limit)


def most_frequent(view: View, actor: Actor | None, name: str, after: Key | None, limit: int) -> Page:
    """Parties by what a figure counts of them, as `agreements`."""
    page = _by_count(view, _counts(view, actor, name), after, limit)
    described = _described(view, actor, parties_table, page, ("name", "kind", "country", "region", "code"))
    return Page([{**row, **described[row["key"]]} for row in page.rows], page.last)


def fields(view: View, actor: Actor | None, after: Key | None, limit: int) -> Page:
    """Every field of cooperation once, with the number of agreements that name it, by standing."""
    page = _by_count(view, _counts(view, actor, "field"), after, limit)
    described = _described(view, actor, fields_table, page, ("name",))
    keys = [row["key"] for row in page.rows]
    standings = {
        standing: numbers(view, actor, f"field {standing}", keys)
        for standing in ("agreed", "exploring", "mentioned")
    }
    rows = [
        {**row, **described[row["key"]], **{name: of.get(row["key"], 0) for name, of in standings.items()}}
        for row in page.rows
    ]
    return Page(rows, page.last)


def numbers(view: View, actor: Actor | None, name: str, keys: Sequence[str]) -> dict[str, int]:
    """What a figure counts of some parties or fields, of those of which it counts anything."""
    counts = _counts(view, actor, name, keys)
    return {key: int(number) for key, number in view.connection.execute(counts)}


def _by_count(view: View, counts: sa.Select[Any], after: Key | None, limit: int) -> Page:
    """The most frequent first."""
    rows = counts.subquery()
    return paged(view.connection, sa.select(rows), (-rows.c.agreements, rows.c.key), after, limit)


def _counts(view: View, actor: Actor | None, name: str, keys: Sequence[str] | None = None) -> sa.Select[Any]:
    """How many agreements name each party or field, or some of them, as far as somebody may see them."""
    kept = by_then(tallies, view.day, scopes_for(actor), [name])
    parts = [each.with_only_columns(tallies.c.value, tallies.c.number) for each in kept]
    if keys is not None:
        parts = [part.where(tallies.c.value.in_(keys)) for part in parts]
    turned = sa.union_all(*parts).subquery()
    number = sa.cast(sa.func.sum(turned.c.number), sa.BigInteger)
    query = sa.select(turned.c.value.label("key"), number.label("agreements"))
    return query.group_by(turned.c.value).having(number > 0)


def _described(
    view: View, actor: Actor | None, table: sa.Table, page: Page, names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """What each is called where its name comes last in the alphabet: of all spellings always the same."""
    query = sa.select(*(table.c[name] for name in names)).where(on(table, view.day), visible(actor, table))
    query = query.order_by(table.c.name.desc(), table.c.agreement.desc()).limit(1)
    keys = [row["key"] for row in page.rows]
    if view.connection.dialect.name == "postgresql":  # where each question takes longer than its answer
        asked = (
            sa.func.unnest(sa.literal(keys, sa.ARRAY(sa.Text)))
            .table_valued("key", name="asked")
            .render_derived()
        )
        told = query.where(table.c.key == asked.c.key).lateral("told")
        rows = view.connection.execute(sa.select(asked.c.key, told).join_from(asked, told, sa.true()))
        return {key: dict(zip(names, values, strict=True)) for key, *values in rows}
    query = query.where(table.c.key == sa.bindparam("asked"))
    return {key: dict(view.connection.execute(query, {"asked": key}).mappings().one()) for key in keys}
