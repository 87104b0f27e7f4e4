"""Which documents the record of an agreement cites."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.facts import Corrected
from projections.change import Change, Row, replace

metadata = sa.MetaData()
citations = sa.Table(
    "citations",
    metadata,
    sa.Column("agreement", sa.Uuid, primary_key=True),
    sa.Column("sha256", sa.String(64), primary_key=True, index=True),
)


class Citations:
    """Every document that any entry of an agreement names, corrected and retracted ones included."""

    name = "citations"
    version = 1
    tables: Sequence[sa.Table] = (citations,)

    def project(self, connection: Connection, changes: Sequence[Change]) -> None:
        """See `Projection`."""
        replace(connection, citations, changes, (row for change in changes for row in _rows(change)))


def citing(connection: Connection, sha256: str) -> list[UUID]:
    """The agreements that cite a document."""
    query = sa.select(citations.c.agreement).where(citations.c.sha256 == sha256)
    return list(connection.scalars(query))


def _rows(change: Change) -> Iterable[Row]:
    facts = [entry.fact for entry in change.entries]
    facts += [fact.fact for fact in facts if isinstance(fact, Corrected)]
    cited = {evidence.sha256 for fact in facts for evidence in fact.evidence if evidence.sha256}
    for sha256 in sorted(cited):
        yield {"agreement": change.agreement, "sha256": sha256}
