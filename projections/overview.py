"""The overview: how far agreements came, when they were signed, and what presses most."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from domain.agreement.access import Actor
from projections.calendar import commitments, expiries, visits
from projections.change import on
from projections.listing import CASES, counted, visible
from projections.register import register
from projections.views import View

SOON = "expiring_180"


class Step(NamedTuple):
    """One step of the funnel: how many got there, and how many of them only in part."""

    name: str
    agreements: int
    partly: int = 0


def funnel(view: View, actor: Actor | None) -> list[Step]:
    """From proposal to result. Partly is a letter of intent, or a visit that is not certain."""
    seen = sa.and_(on(register, view.day), visible(actor))
    cases = {name: CASES[name](view) for name in ("counted", "signed", "followed_up", "held", "evidenced")}
    cases["loi"] = sa.and_(counted(), register.c.instrument == "loi")
    cases["unsettled"] = sa.and_(
        cases["followed_up"], sa.not_(register.c.follow_up_held), sa.not_(_has_settled_visit(view))
    )
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((case, 1), else_=0)), 0).label(n) for n, case in cases.items()
    ]
    row = view.connection.execute(sa.select(*sums).select_from(register).where(seen)).mappings().one()
    return [
        Step("proposed", row["counted"]),
        Step("signed", row["signed"], row["loi"]),
        Step("followed_up", row["followed_up"], row["unsettled"]),
        Step("held", row["held"]),
        Step("evidenced", row["evidenced"]),
    ]


def signed_per_year(view: View, actor: Actor | None) -> dict[int | None, int]:
    """First signatures by year. Under None those of which the year is not certain."""
    first, last = (sa.func.substr(register.c[name], 1, 4) for name in ("signed_on", "signed_by"))
    year = sa.case((first == last, first)).label("year")
    query = sa.select(year, sa.func.count()).where(on(register, view.day), visible(actor), counted())
    rows = view.connection.execute(query.where(register.c.signed_by.is_not(None)).group_by(year))
    return {int(found) if found else None: int(number) for found, number in rows}


def with_validity(view: View, actor: Actor | None) -> int:
    """How many agreements have an end of validity on record."""
    query = sa.select(sa.func.count(sa.distinct(expiries.c.agreement))).where(
        expiries.c.agreement == register.c.agreement,
        on(expiries, view.day),
        on(register, view.day),
        visible(actor),
        counted(),
    )
    return int(view.connection.scalar(query) or 0)


def late_visits(view: View, actor: Actor | None, limit: int) -> list[dict[str, Any]]:
    """The follow-up visits that are longest past their window."""
    query = _of_agreements(view, actor, visits).where(visits.c.state == "overdue")
    return _rows(view, query.order_by(visits.c.overdue_from).limit(limit))


def late_commitments(view: View, actor: Actor | None, limit: int) -> list[dict[str, Any]]:
    """The commitments that are longest past their day."""
    query = _of_agreements(view, actor, commitments).where(commitments.c.state == "overdue")
    return _rows(view, query.order_by(commitments.c.overdue_from).limit(limit))


def ending_soon(view: View, actor: Actor | None, limit: int) -> list[dict[str, Any]]:
    """The agreements that run out next, within 180 days."""
    query = _of_agreements(view, actor, expiries).where(register.c[SOON])
    return _rows(view, query.order_by(expiries.c.last_day).limit(limit))


def _has_settled_visit(view: View) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        visits.c.agreement == register.c.agreement,
        on(visits, view.day),
        visits.c.follow_up,
        visits.c.state.in_(("scheduled", "confirmed")),
    )


def _of_agreements(view: View, actor: Actor | None, table: sa.Table) -> sa.Select[Any]:
    return sa.select(table, register.c.title).where(
        register.c.agreement == table.c.agreement,
        on(table, view.day),
        on(register, view.day),
        visible(actor),
        counted(),
    )


def _rows(view: View, query: sa.Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in view.connection.execute(query).mappings()]
