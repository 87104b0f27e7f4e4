"""Who is joined with whom: agreement by agreement while they can be counted, party by party beyond."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from domain.agreement.access import Actor
from projections.change import on
from projections.listing import counted, visible
from projections.parties import parties
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
    """A party and in how many agreements it is, of those how many signed and how many overdue."""

    name: str
    kind: str | None
    country: str | None
    region: str | None
    code: str | None
    agreements: int
    signed: int
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
    described = [sa.func.max(parties.c[name]).label(name) for name in Partner._fields[:5]]
    # By rows, which is far faster than telling agreements apart: a party stands in one once.
    agreements = sa.func.count().label("agreements")
    cases = {"signed": register.c.instrument != "none", "overdue": register.c.overdue}
    sums = [sa.func.sum(sa.case((case, 1), else_=0)).label(name) for name, case in cases.items()]
    query = sa.select(*described, agreements, *sums).where(
        register.c.agreement == parties.c.agreement,
        on(parties, view.day),
        on(register, view.day),
        visible(actor),
        counted(),
    )
    query = query.group_by(parties.c.key).order_by(agreements.desc(), parties.c.key).limit(limit)
    return [Partner(**row) for row in view.connection.execute(query).mappings()]
