"""Who is joined with whom: agreement by agreement while they can be counted, party by party beyond."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from domain.agreement.access import Actor
from projections import dashboards
from projections.change import on
from projections.listing import counted, visible
from projections.parties import parties
from projections.register import register
from projections.views import View

SPARE = 20  # parties more than are wanted, for those that stand higher only through networks


class Joined(NamedTuple):
    """An agreement with its parties as they stand in it; `overdue_from` is the day after a visit's window."""

    agreement: UUID
    status: str
    instrument: str
    standing: str
    overdue_from: str | None
    parties: Sequence[dict[str, Any]]


class Partner(NamedTuple):
    """A party and in how many agreements it is, whether any is signed, and how many are overdue."""

    name: str
    kind: str | None
    country: str | None
    region: str | None
    code: str | None
    agreements: int
    is_signed: bool
    overdue: int


def joined(view: View, actor: Actor | None, limit: int) -> list[Joined]:
    """The agreements that figures count, in the order in which they were opened."""
    query = sa.select(register).where(on(register, view.day), visible(actor), counted())
    rows = view.connection.execute(query.order_by(register.c.opened).limit(limit))
    return [
        Joined(
            agreement=row.agreement,
            status=row.status,
            instrument=row.instrument,
            standing=row.standing,
            overdue_from=row.overdue_from if row.overdue else None,
            parties=json.loads(row.document)["parties"],
        )
        for row in rows
    ]


def busiest(view: View, actor: Actor | None, limit: int) -> list[Partner]:
    """The parties with the most agreements, the most frequent first."""
    # The kept figures hold networks too, which no figure of a page counts.
    told = dashboards.parties(view, actor, {}, None, limit + SPARE).rows
    keys = [row["key"] for row in told]
    networks = _numbers(view, actor, keys, register.c.status.is_(None))
    overdue = _numbers(view, actor, keys, register.c.overdue == sa.true())
    counts = {row["key"]: row["agreements"] - networks.get(row["key"], 0) for row in told}
    shown = sorted((row for row in told if counts[row["key"]]), key=lambda row: -counts[row["key"]])[:limit]
    signed = _signed(view, actor, [row["key"] for row in shown])
    return [
        Partner(
            name=row["name"],
            kind=row["kind"],
            country=row["country"],
            region=row["region"],
            code=row["code"],
            agreements=counts[row["key"]],
            is_signed=row["key"] in signed,
            overdue=overdue.get(row["key"], 0),
        )
        for row in shown
    ]


def _numbers(
    view: View, actor: Actor | None, keys: Sequence[str], which: sa.ColumnElement[bool]
) -> dict[str, int]:
    """In how many agreements of a rare sort each party is."""
    # Not asked of the column itself, or its index would be followed through all that anybody is in.
    key = sa.func.coalesce(parties.c.key, "").label("party")
    query = sa.select(key, sa.func.count(sa.distinct(parties.c.agreement)).label("number"))
    query = query.where(which, on(register, view.day), parties.c.agreement == register.c.agreement)
    query = query.where(on(parties, view.day), visible(actor, parties), key.in_(keys)).group_by(key)
    return {row.party: row.number for row in view.connection.execute(query)}


def _signed(view: View, actor: Actor | None, keys: Sequence[str]) -> set[str]:
    """Of which parties anything is signed: of most a good deal is, so one is soon found."""
    query = (
        sa.select(sa.literal(1))
        .where(
            parties.c.key == sa.bindparam("asked"),
            on(parties, view.day),
            visible(actor, parties),
            register.c.agreement == parties.c.agreement,
            on(register, view.day),
            counted(),
            register.c.instrument != "none",
        )
        .limit(1)
    )
    return {key for key in keys if view.connection.scalar(query, {"asked": key})}
