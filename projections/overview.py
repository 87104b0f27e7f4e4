"""The overview: how far agreements came, when they were signed, and what presses most."""

from typing import Any, NamedTuple

import sqlalchemy as sa

from domain.agreement.access import Actor
from projections.calendar import commitments, expiries, visits
from projections.change import on
from projections.figures import figures
from projections.listing import visible
from projections.narrowing import counted
from projections.register import register
from projections.turning import Figure
from projections.views import View

SOON = "expiring_180"


class Step(NamedTuple):
    """One step of the funnel: how many got there, and how many of them only in part."""

    name: str
    agreements: int
    partly: int = 0


def funnel(view: View, actor: Actor | None) -> list[Step]:
    """From proposal to result. Partly is a letter of intent, or a visit that is not certain."""
    found = figures(
        view, actor, ("counted", "signed", "instrument", "followed_up", "unsettled", "held", "evidenced")
    )

    def number(name: str, value: str = "") -> int:
        return found.get(Figure(name, value), 0)

    return [
        Step("proposed", number("counted")),
        Step("signed", number("signed"), number("instrument", "loi")),
        Step("followed_up", number("followed_up"), number("unsettled")),
        Step("held", number("held")),
        Step("evidenced", number("evidenced")),
    ]


def signed_per_year(view: View, actor: Actor | None) -> dict[int | None, int]:
    """First signatures by year. Under None those of which the year is not certain."""
    found = figures(view, actor, ("year",))
    return {int(f.value) if f.value else None: number for f, number in found.items() if number}


def with_validity(view: View, actor: Actor | None) -> int:
    """How many agreements have an end of validity on record."""
    return figures(view, actor, ("with an end",)).get(Figure("with an end"), 0)


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
    # What runs out has not run out yet: the index leads past all that has.
    ahead = expiries.c.last_day >= view.day.isoformat()
    query = _of_agreements(view, actor, expiries).where(register.c[SOON], ahead)
    return _rows(view, query.order_by(expiries.c.last_day).limit(limit))


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
