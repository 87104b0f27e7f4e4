"""Who works together, and on what."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from domain.agreement.state import FieldStanding
from domain.values import Party
from domain.words import fold
from projections.change import Change, Projection, runs, span_columns
from projections.writing import Row

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


class Parties(Projection):
    """Every party and field of every agreement."""

    name = "parties"
    version = 1
    tables: Sequence[sa.Table] = (parties, fields)

    def rows(self, change: Change) -> Sequence[Iterable[Row]]:
        """See `Projection`."""
        return (
            runs(change, lambda state: state.parties if state.begun else (), _party, lasting=True),
            runs(change, lambda state: state.fields if state.begun else (), _field, lasting=True),
        )


def _party(party: Party) -> Row:
    return {"key": party.key, **party.model_dump(mode="json")}


def _field(field: FieldStanding) -> Row:
    return {"key": fold(field.name), "name": field.name, "standing": field.standing}
