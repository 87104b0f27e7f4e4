"""The calendar: visits, commitments that fall due, and the days on which agreements run out."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement import State
from domain.uncertain_date import ANY_DAY, Span, bounds
from projections.change import Change, Row, replace, runs, span_columns

metadata = sa.MetaData()
visits = sa.Table(
    "visits",
    metadata,
    *span_columns(),
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
)
commitments = sa.Table(
    "commitments",
    metadata,
    *span_columns(),
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
    sa.Column("last_day", sa.String(10), nullable=False),
)
expiries = sa.Table(
    "expiries",
    metadata,
    *span_columns(),
    sa.Column("valid_until", sa.Text, nullable=False),
    sa.Column("last_day", sa.String(10), nullable=False),
)


class Calendar:
    """What has a day in the life of agreements."""

    name = "calendar"
    version = 1
    tables: Sequence[sa.Table] = (visits, commitments, expiries)

    def project(self, connection: Connection, changes: Sequence[Change]) -> None:
        """See `Projection`."""
        for table, rows_of in ((visits, _visits), (commitments, _commitments), (expiries, _expiries)):
            replace(connection, table, changes, (row for change in changes for row in runs(change, rows_of)))


def _visits(state: State) -> Iterable[Row]:
    for visit in state.visits:
        span = _span(visit.held or visit.window)
        row = asdict(visit) | {"first_day": span.earliest.isoformat(), "last_day": span.latest.isoformat()}
        del row["days_overdue"]
        yield row | {"overdue_from": visit.overdue_from.isoformat() if visit.overdue_from else None}


def _commitments(state: State) -> Iterable[Row]:
    for commitment in state.commitments:
        row = asdict(commitment) | {"last_day": _span(commitment.due).latest.isoformat()}
        del row["days_overdue"]
        yield row | {"overdue_from": commitment.overdue_from.isoformat() if commitment.overdue_from else None}


def _expiries(state: State) -> Iterable[Row]:
    if state.valid_until:
        yield {"valid_until": state.valid_until, "last_day": _span(state.valid_until).latest.isoformat()}


def _span(edtf: str | None) -> Span:
    return bounds(edtf) if edtf else ANY_DAY
