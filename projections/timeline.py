"""The timeline: what happened, in the order in which it happened."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement.transitions import transition
from projections.by_version import ByVersion
from projections.change import Change, in_utc
from projections.paging import Key, Page, paged
from projections.writing import Row

OPEN_ENDS = (date.min.isoformat(), date.max.isoformat())

metadata = sa.MetaData()
timeline = sa.Table(
    "timeline",
    metadata,
    sa.Column("agreement", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True),
    sa.Column("earliest", sa.String(10), nullable=False),
    sa.Column("latest", sa.String(10), nullable=False),
    sa.Column("rung", sa.Integer, nullable=False),
    sa.Column("corrected_in", sa.BigInteger),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Column("fact", sa.Text, nullable=False),
)


class Timeline(ByVersion):
    """The facts that stand, but for those about the record itself, which did not happen in the world."""

    name = "timeline"
    version = 1
    tables: Sequence[sa.Table] = (timeline,)

    def beyond(self, change: Change, version: int) -> Iterable[Row]:
        """See `ByVersion`."""
        return () if change.history.proposed is None else _rows(change, version)


def _rows(change: Change, beyond: int) -> Iterable[Row]:
    for standing in change.history.standing.values():
        line = transition(standing.fact)
        if standing.version > beyond and line.subject != "record":
            entry = change.entries[standing.version - 1]
            is_corrected = standing.stated_in != standing.version
            yield {
                "agreement": change.agreement,
                "version": standing.version,
                "earliest": standing.span.earliest.isoformat(),
                "latest": standing.span.latest.isoformat(),
                "rung": line.order,
                "corrected_in": standing.stated_in if is_corrected else None,
                "position": entry.position,
                "recorded_at": in_utc(entry.recorded_at),
                "fact": standing.fact.model_dump_json() if is_corrected else entry.written,
            }


def of_agreement(connection: Connection, agreement: UUID, after: Key | None, limit: int) -> Page:
    """The facts of an agreement, in order of occurrence."""
    order = (timeline.c.earliest, timeline.c.latest, timeline.c.rung, timeline.c.version)
    query = sa.select(timeline).where(timeline.c.agreement == agreement)
    return paged(connection, query, order, after, limit)


def unbounded(day: str) -> str | None:
    """A day for showing: the ends of the calendar stand for what is not known."""
    return None if day in OPEN_ENDS else day
