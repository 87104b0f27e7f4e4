"""The calendar: visits, commitments that fall due, and the days on which agreements run out."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from domain.agreement import State
from domain.agreement.state import Commitment, Visit
from domain.uncertain_date import ANY_DAY, Span, bounds
from projections.change import Change, Projection, runs, span_columns
from projections.writing import Row

VISITS_IN_ORDER = ("first_day", "opened", "version")
COMMITMENTS_IN_ORDER = ("last_day", "opened", "version")

metadata = sa.MetaData()


def _lasting() -> list[sa.Column[Any]]:
    """What is the same in all rows of an agreement: who may see them, and their place among others."""
    return [
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("opened", sa.BigInteger, nullable=False),
    ]


visits = sa.Table(
    "visits",
    metadata,
    *span_columns(),
    *_lasting(),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("visit", sa.Text),
    sa.Column("visitor", sa.Text),
    sa.Column("host", sa.Text),
    sa.Column("place", sa.Text),
    sa.Column("purpose", sa.Text),
    sa.Column("window", sa.Text),
    sa.Column("held", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("follow_up", sa.Boolean, nullable=False),
    sa.Column("overdue_from", sa.String(10)),
    sa.Column("first_day", sa.String(10), nullable=False),
    sa.Column("last_day", sa.String(10), nullable=False),
    sa.Index("visits_by_day", *VISITS_IN_ORDER),
    sa.Index("visits_by_end", "last_day", "first_day"),
    sa.Index("visits_by_state", "state", *VISITS_IN_ORDER),
    sa.Index("visits_by_owner", "owner", *VISITS_IN_ORDER),
    sa.Index("visits_by_lateness", "state", "overdue_from"),
)
commitments = sa.Table(
    "commitments",
    metadata,
    *span_columns(),
    *_lasting(),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("commitment", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("by", sa.Text),
    sa.Column("to", sa.Text),
    sa.Column("field", sa.Text),
    sa.Column("due", sa.Text),
    sa.Column("percent", sa.Float),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.Column("overdue_from", sa.String(10)),
    sa.Column("first_day", sa.String(10), nullable=False),
    sa.Column("last_day", sa.String(10), nullable=False),
    sa.Index("commitments_by_day", *COMMITMENTS_IN_ORDER, "first_day"),
    sa.Index("commitments_by_state", "state", *COMMITMENTS_IN_ORDER),
    sa.Index("commitments_by_owner", "owner", *COMMITMENTS_IN_ORDER),
    sa.Index("commitments_by_lateness", "state", "overdue_from"),
)
expiries = sa.Table(
    "expiries",
    metadata,
    *span_columns(),
    *_lasting(),
    sa.Column("valid_until", sa.Text, nullable=False),
    sa.Column("first_day", sa.String(10), nullable=False),
    sa.Column("last_day", sa.String(10), nullable=False),
    sa.Index("expiries_by_day", "last_day", "first_day"),
)


# What is told in the words of the state.
VISIT = tuple(name for name in (f.name for f in fields(Visit)) if name in visits.c and name != "overdue_from")
COMMITMENT = tuple(
    name for name in (f.name for f in fields(Commitment)) if name in commitments.c and name != "overdue_from"
)


class Calendar(Projection):
    """What has a day in the life of agreements."""

    name = "calendar"
    version = 5
    tables: Sequence[sa.Table] = (visits, commitments, expiries)

    def rows(self, change: Change) -> Sequence[Iterable[Row]]:
        """See `Projection`."""
        lasting = {
            "owner": change.reach.owner,
            "visibility": change.reach.visibility,
            "opened": change.entries[0].position,
        }
        found = (
            runs(change, attrgetter("visits"), _visit),
            runs(change, attrgetter("commitments"), _commitment),
            runs(change, _ends, _expiry, lasting=True),
        )
        return [({**row, **lasting} for row in rows) for rows in found]


def _visit(visit: Visit) -> Row:
    span = _span(visit.held or visit.window)
    return {
        **_told(visit, VISIT),
        "overdue_from": visit.overdue_from.isoformat() if visit.overdue_from else None,
        "first_day": span.earliest.isoformat(),
        "last_day": span.latest.isoformat(),
    }


def _commitment(promise: Commitment) -> Row:
    span = _span(promise.due)
    return {
        **_told(promise, COMMITMENT),
        "overdue_from": promise.overdue_from.isoformat() if promise.overdue_from else None,
        "first_day": span.earliest.isoformat(),
        "last_day": span.latest.isoformat(),
    }


def _ends(state: State) -> tuple[str, ...]:
    return (state.valid_until,) if state.valid_until else ()


def _expiry(until: str) -> Row:
    span = _span(until)
    return {
        "valid_until": until,
        "first_day": span.earliest.isoformat(),
        "last_day": span.latest.isoformat(),
    }


def _told(thing: Visit | Commitment, columns: Sequence[str]) -> Row:
    return dict(zip(columns, attrgetter(*columns)(thing), strict=True))


def _span(edtf: str | None) -> Span:
    return bounds(edtf) if edtf else ANY_DAY
