"""Entries: every line of the record in columns, for tools that ask in SQL and for the trail of the whole."""

from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from domain.agreement.history import occurred_span
from domain.agreement.standing import NAMING_OTHERS
from domain.facts import Fact
from domain.journal import Entry
from domain.uncertain_date import ANY_DAY
from projections.by_version import ByVersion
from projections.change import Change, in_utc
from projections.timeline import unbounded
from projections.writing import Row

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
    # Who recorded it, when and as what; days between when it certainly had happened and then.
    sa.Column("recorded_type", sa.Text, nullable=False),
    sa.Column("recorded_on", sa.String(10), nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("lag", sa.Integer),
    sa.Column("correlation_id", sa.Text, index=True),
    # Who may read it: the same for all entries of an agreement, also of one that is void.
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("visibility", sa.Text, nullable=False),
    # Each filter of the trail is read along an index.
    *(
        sa.Index(f"entries_by_{name}", name, "position")
        for name in ("organisation", "actor", "recorded_type", "recorded_on", "lag")
    ),
    sa.Index("entries_by_occurrence", "latest", "earliest", "position"),
)
MENDED = sa.or_(entries.c.corrected_in.is_not(None), entries.c.retracted == sa.true())
"""Corrected or retracted since: few are."""
sa.Index("entries_mended", entries.c.position, sqlite_where=MENDED, postgresql_where=MENDED)


class Entries(ByVersion):
    """Every entry, as last corrected: unlike the timeline also what was retracted or keeps the record."""

    name = "entries"
    version = 3
    tables: Sequence[sa.Table] = (entries,)

    def beyond(self, change: Change, version: int) -> Iterable[Row]:
        """See `ByVersion`."""
        return _rows(change, change.entries[version:])


def _rows(change: Change, entries: Sequence[Entry]) -> Iterable[Row]:
    history = change.history
    open_to = change.reach
    for entry in entries:
        version = entry.version
        stands = history.standing.get(version)
        if stands is None:
            stated_by, fact = history.stated(version)
            stated_in, span = stated_by.version, occurred_span(fact.occurred, stated_by.recorded_on)
        else:
            stated_in, fact, span = stands.stated_in, stands.fact, stands.span
        yield {
            "agreement": change.agreement,
            "version": version,
            "position": entry.position,
            "type": fact.type,
            "occurred": fact.occurred.edtf if fact.occurred else None,
            "earliest": unbounded(span.earliest.isoformat()),
            "latest": unbounded(span.latest.isoformat()),
            "recorded_at": in_utc(entry.recorded_at),
            "organisation": entry.recorded_by.organisation,
            # What corrects, retracts or proves something names the version that it is about.
            "about": getattr(fact, "version", None) if fact.type in NAMING_OTHERS else None,
            "corrected_in": stated_in if stated_in != version else None,
            "retracted": stands is None and history.is_struck(version),
            "recorded_type": entry.fact.type,
            "recorded_on": history.entries[version].recorded_on.isoformat(),
            "actor": entry.recorded_by.actor,
            "role": entry.recorded_by.role,
            "lag": _lag(fact, history.entries[version].recorded_on),
            "correlation_id": entry.correlation_id,
            "owner": open_to.owner,
            "visibility": open_to.visibility,
        }


def _lag(fact: Fact, recorded_on: date) -> int | None:
    """Days from the last on which it can have happened to the one on which it was recorded."""
    if fact.occurred is None or fact.occurred.certain.latest == ANY_DAY.latest:
        return None
    return max(0, (recorded_on - fact.occurred.certain.latest).days)
