"""Which documents the record of an agreement cites."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.facts import Corrected, Fact
from domain.values import Evidence
from projections.change import Change, Projection
from projections.writing import Row

metadata = sa.MetaData()
citations = sa.Table(
    "citations",
    metadata,
    sa.Column("agreement", sa.Uuid, primary_key=True),
    sa.Column("sha256", sa.String(64), primary_key=True, index=True),
    sa.Column("organisation", sa.Text, primary_key=True),
)


class Citation(NamedTuple):
    """An agreement whose record cites a document, and the organisation that recorded it."""

    agreement: UUID
    organisation: str


class Citations(Projection):
    """Every document that any entry of an agreement names, corrected and retracted ones included."""

    name = "citations"
    version = 1
    tables: Sequence[sa.Table] = (citations,)

    def rows(self, change: Change) -> Sequence[Iterable[Row]]:
        """See `Projection`."""
        return (_rows(change),)


def citing(connection: Connection, sha256: str) -> list[Citation]:
    """Where a document is cited."""
    query = sa.select(citations.c.agreement, citations.c.organisation).where(citations.c.sha256 == sha256)
    return [Citation(*row) for row in connection.execute(query)]


def _evidence(fact: Fact) -> Sequence[Evidence]:
    return (*fact.evidence, *fact.fact.evidence) if isinstance(fact, Corrected) else fact.evidence


def _rows(change: Change) -> Iterable[Row]:
    found = {
        (evidence.sha256, entry.recorded_by.organisation)
        for entry in change.entries
        for evidence in _evidence(entry.fact)
        if evidence.sha256
    }
    for sha256, organisation in sorted(found):
        yield {"agreement": change.agreement, "sha256": sha256, "organisation": organisation}
