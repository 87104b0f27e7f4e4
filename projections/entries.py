"""Entries: every line of the record in columns, for tools that ask in SQL."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement.history import occurred_span
from projections.change import Change, Row, replace
from projections.timeline import unbounded

metadata = sa.MetaData()
entries = sa.Table(
    "entries",
    metadata,
    sa.Column("agreement", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False, index=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("occurred", sa.Text),
    sa.Column("earliest", sa.String(10)),
    sa.Column("latest", sa.String(10)),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Column("organisation", sa.Text, nullable=False),
    sa.Column("about", sa.BigInteger),
    sa.Column("corrected_in", sa.BigInteger),
    sa.Column("retracted", sa.Boolean, nullable=False),
)


class Entries:
    """Every entry, as last corrected: unlike the timeline also what was retracted or keeps the record."""

    name = "entries"
    version = 1
    tables: Sequence[sa.Table] = (entries,)

    def project(self, connection: Connection, changes: Sequence[Change]) -> None:
        """See `Projection`."""
        replace(connection, entries, changes, (row for change in changes for row in _rows(change)))


def _rows(change: Change) -> Iterable[Row]:
    for entry in change.entries:
        stated_by, fact = change.history.stated(entry.version)
        span = occurred_span(fact.occurred, stated_by.recorded_on)
        yield {
            "agreement": change.agreement,
            "version": entry.version,
            "position": entry.position,
            "type": fact.type,
            "occurred": fact.occurred.edtf if fact.occurred else None,
            "earliest": unbounded(span.earliest.isoformat()),
            "latest": unbounded(span.latest.isoformat()),
            "recorded_at": entry.model_dump(mode="json", include={"recorded_at"})["recorded_at"],
            "organisation": entry.recorded_by.organisation,
            # What corrects, retracts or proves something names the version that it is about.
            "about": getattr(fact, "version", None),
            "corrected_in": stated_by.version if stated_by.version != entry.version else None,
            "retracted": change.history.is_struck(entry.version),
        }
