"""Who works together, and on what."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement import State
from domain.words import fold
from projections.change import Change, Row, replace, runs, span_columns

metadata = sa.MetaData()
parties = sa.Table(
    "parties",
    metadata,
    *span_columns(),
    sa.Column("key", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text),
    sa.Column("country", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("code", sa.Text),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
)
fields = sa.Table(
    "fields",
    metadata,
    *span_columns(),
    sa.Column("key", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("standing", sa.Text),
)


class Parties:
    """Every party and field of every agreement."""

    name = "parties"
    version = 1
    tables: Sequence[sa.Table] = (parties, fields)

    def project(self, connection: Connection, changes: Sequence[Change]) -> None:
        """See `Projection`."""
        for table, rows_of in ((parties, _parties), (fields, _fields)):
            replace(connection, table, changes, (row for change in changes for row in runs(change, rows_of)))


def _parties(state: State) -> Iterable[Row]:
    for party in state.parties if state.begun else ():
        yield {"key": party.key, **party.model_dump(mode="json")}


def _fields(state: State) -> Iterable[Row]:
    for field in state.fields if state.begun else ():
        yield {"key": fold(field.name), "name": field.name, "standing": field.standing}
