"""The trail of the whole record: every entry that somebody may read, newest first, narrowed by filters."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement.access import Actor
from projections.entries import MENDED, entries
from projections.paging import Key, Page, paged
from projections.register import readers

MOST_COUNTED = 1_000  # to count reads each entry, since it asks who may
FEW = 10_000  # entries that are sorted rather than looked for along the positions
SAME = ("agreement", "actor", "organisation", "recorded_type")


def readable(actor: Actor | None) -> sa.ColumnElement[bool]:
    """What somebody may read: `domain.agreement.access.may`, said to a database."""
    public = entries.c.visibility == "public"
    if actor is None:
        return public
    if actor.role == "auditor":
        return sa.true()
    granted = sa.exists().where(
        readers.c.agreement == entries.c.agreement, readers.c.organisation == actor.organisation
    )
    return sa.or_(public, entries.c.owner == actor.organisation, granted)


def page(
    connection: Connection, actor: Actor | None, filters: Mapping[str, Any], after: Key | None, limit: int
) -> Page:
    """A page of the trail, newest first in order of recording.

    Filters are `agreement`, `actor`, `organisation`, `recorded_type`; `recorded_from`, `recorded_to`,
    `occurred_from`, `occurred_to` (ISO days); `late` (days) and `corrected`. None narrows nothing.
    """
    wanted = _conditions(connection, filters)
    query = sa.select(entries).where(readable(actor))
    if wanted and _count(connection, wanted, FEW) <= FEW:
        few = sa.select(entries.c.position).where(*wanted).scalar_subquery()
        query = query.where(entries.c.position.in_(few))
    else:
        query = query.where(*wanted)
    return paged(connection, query, (entries.c.position,), after, limit, descending=True)


def count(connection: Connection, actor: Actor | None, filters: Mapping[str, Any]) -> int | None:
    """How many entries there are in all; None for more than `MOST_COUNTED`."""
    found = _count(connection, [readable(actor), *_conditions(connection, filters)], MOST_COUNTED)
    return found if found <= MOST_COUNTED else None


def together(connection: Connection, actor: Actor | None, correlation_id: str) -> Sequence[sa.RowMapping]:
    """The entries that were recorded in one go, in order of recording."""
    query = sa.select(entries).where(entries.c.correlation_id == correlation_id, readable(actor))
    return connection.execute(query.order_by(entries.c.position)).mappings().all()


def choices(connection: Connection, actor: Actor | None) -> dict[str, list[str]]:
    """The organisations and the types of fact that have entries, by name, each found in one step."""
    return {
        name: _distinct(connection, entries.c[name], readable(actor))
        for name in ("organisation", "recorded_type")
    }


def _distinct(connection: Connection, column: sa.Column[str], seen: sa.ColumnElement[bool]) -> list[str]:
    """Every value of a column that has an index, from each to the one after it."""
    smallest = sa.select(column.label("value")).where(seen).order_by(column).limit(1).subquery()
    found = sa.select(smallest.c.value).cte("found", recursive=True)
    larger = sa.select(column).where(seen, column > found.c.value).order_by(column).limit(1)
    following = larger.correlate(found).scalar_subquery()
    found = found.union_all(sa.select(following).where(found.c.value.is_not(None)))
    return list(connection.scalars(sa.select(found.c.value).where(found.c.value.is_not(None))))


def _count(connection: Connection, wanted: Sequence[sa.ColumnElement[bool]], most: int) -> int:
    some = sa.select(entries.c.position).where(*wanted).limit(most + 1).subquery()
    return int(connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0)


def _conditions(connection: Connection, filters: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    given = {name: value for name, value in filters.items() if value is not None}
    c = entries.c
    conditions = [c[name] == given[name] for name in SAME if name in given]
    conditions += _recorded(connection, given.get("recorded_from"), given.get("recorded_to"))
    if "occurred_from" in given:
        conditions.append(c.earliest >= given["occurred_from"])
    if "occurred_to" in given:
        # Without a date of its own a fact had happened by the day on which it was recorded, no more is known.
        conditions += [c.occurred.is_not(None), c.latest <= given["occurred_to"]]
    if "occurred_from" in given and "occurred_to" in given:
        conditions.append(c.latest >= given["occurred_from"])  # follows, and bounds what is looked through
    if "late" in given:
        conditions.append(c.lag > given["late"])
    if given.get("corrected"):
        conditions.append(MENDED)
    return conditions


def _recorded(connection: Connection, first: str | None, last: str | None) -> list[sa.ColumnElement[bool]]:
    """From the first entry of a day to the last of another: between, order alone counts, not the clock."""
    c = entries.c
    conditions: list[sa.ColumnElement[bool]] = []
    if first is not None:
        query = sa.select(c.position).where(c.recorded_on >= first).order_by(c.recorded_on, c.position)
        conditions.append(_bounded(c.position.__ge__, connection.scalar(query.limit(1))))
    if last is not None:
        query = sa.select(c.position).where(c.recorded_on <= last)
        query = query.order_by(c.recorded_on.desc(), c.position.desc())
        conditions.append(_bounded(c.position.__le__, connection.scalar(query.limit(1))))
    return conditions


def _bounded(beside: Callable[[int], sa.ColumnElement[bool]], position: int | None) -> sa.ColumnElement[bool]:
    """Nothing is beyond or before, where no day fits."""
    return sa.false() if position is None else beside(position)
