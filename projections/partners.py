"""Who is joined with whom: agreement by agreement while they can be counted, party by party beyond."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from domain.agreement.access import Actor
from projections import dashboards
from projections.change import on
from projections.listing import visible
from projections.narrowing import counted
from projections.parties import OVERDUE, PARTNER, SIGNED
from projections.register import register
from projections.views import View


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
    told = dashboards.most_frequent(view, actor, PARTNER, None, limit).rows
    keys = [row["key"] for row in told]
    signed, overdue = (dashboards.numbers(view, actor, name, keys) for name in (SIGNED, OVERDUE))
    return [
        Partner(
            name=row["name"],
            kind=row["kind"],
            country=row["country"],
            region=row["region"],
            code=row["code"],
            agreements=int(row["agreements"]),
            is_signed=row["key"] in signed,
            overdue=overdue.get(row["key"], 0),
        )
        for row in told
    ]
