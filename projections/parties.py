"""Who works together, and on what."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement.state import FieldStanding
from domain.values import Party
from domain.words import fold
from projections.beside import at_hand
from projections.change import Change, Projection, runs, span_columns
from projections.tallies import ALWAYS, Figure, Turn, add, scopes_of, tallies_of, turn
from projections.writing import Row

metadata = sa.MetaData()
AGREEMENTS_AT_ONCE = 500
ROWS_AT_ONCE = 5000


def _whose() -> list[sa.Column[Any]]:
    """Columns that say where a row is counted, and from which day the view answers for it."""
    return [
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("recorded_on", sa.String(10), nullable=False),
    ]


parties = sa.Table(
    "parties",
    metadata,
    *span_columns(),
    *_whose(),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text),
    sa.Column("country", sa.Text),
    sa.Column("region", sa.Text),
    sa.Column("code", sa.Text),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    sa.Index("parties_by_name", "key", "name", "agreement"),
)
fields = sa.Table(
    "fields",
    metadata,
    *span_columns(),
    *_whose(),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("standing", sa.Text),
    sa.Index("fields_by_name", "key", "name", "agreement"),
)

tallies = tallies_of("party_tallies")


class Parties(Projection):
    """Every party and field of every agreement, and of how many agreements each is."""

    name = "parties"
    version = 2
    tables: Sequence[sa.Table] = (parties, fields, tallies)

    def rows(self, change: Change) -> Sequence[Iterable[Row]]:
        """See `Projection`. The tallies are of many agreements."""
        state = change.stretches[0].state
        whose = {
            "owner": state.owner,
            "visibility": state.visibility,
            "recorded_on": change.recorded_on.isoformat(),
        }
        their = runs(change, lambda state: state.parties if state.begun else (), _party)
        its = runs(change, lambda state: state.fields if state.begun else (), _field)
        return ({**row, **whose} for row in their), ({**row, **whose} for row in its), ()

    def project(self, connection: Connection, changes: Sequence[Change]) -> None:
        """See `Projection`."""
        agreements = [change.agreement for change in changes]
        before = _tallied(connection, agreements)
        super().project(connection, changes)
        turned = _tallied(connection, agreements)
        turned.subtract(before)
        add(connection, tallies, turned)

    def sum_up(self, connection: Connection) -> None:
        """See `Projection`."""
        connection.execute(sa.delete(at_hand(connection, tallies)))
        turned: Counter[Turn] = Counter()
        for table in (parties, fields):
            here = at_hand(connection, table)
            query = sa.select(here).order_by(here.c.agreement)
            _turns(
                turned, connection.execution_options(yield_per=AGREEMENTS_AT_ONCE).execute(query).mappings()
            )
        add(connection, tallies, turned)


def figures_of(row: sa.RowMapping) -> Iterable[Figure]:
    """What a party or a field is counted by: as it is, and as lists of them may be narrowed."""
    key = row["key"]
    if "role" not in row:
        yield Figure("field", key)
        if row["standing"]:
            yield Figure(f"field {row['standing']}", key)
        return
    for country in {"", row["country"] or ""}:
        for kind in {"", row["kind"] or ""}:
            yield Figure(counted_as(country, kind), key)


def counted_as(country: str | None, kind: str | None) -> str:
    """The name of the figure that counts the parties of a country and of a kind."""
    return f"party {country or ''} {kind or ''}"


def _tallied(connection: Connection, agreements: Sequence[UUID]) -> Counter[Turn]:
    found: Counter[Turn] = Counter()
    for table in (parties, fields):
        here = at_hand(connection, table)
        for start in range(0, len(agreements), AGREEMENTS_AT_ONCE):
            some = here.c.agreement.in_(agreements[start : start + AGREEMENTS_AT_ONCE])
            query = sa.select(here).where(some).order_by(here.c.agreement)
            _turns(found, connection.execute(query).mappings())
    return found


def _turns(found: Counter[Turn], rows: Iterable[sa.RowMapping]) -> None:
    """Count each agreement once, however often it names somebody. Rows come agreement by agreement."""
    for _, its in groupby(rows, key=lambda row: row["agreement"]):
        spans: dict[Figure, list[tuple[str, str]]] = {}
        scopes: tuple[str, ...] = ()
        for row in its:
            since = ALWAYS if row["since"] == row["recorded_on"] else row["since"]
            for figure in figures_of(row):
                spans.setdefault(figure, []).append((since, row["until"]))
            scopes = scopes_of(row)
        for figure, days in spans.items():
            for since, until in _joined(days):
                turn(found, scopes, Counter((figure,)), since, until)


def _joined(spans: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Spans as one where they touch."""
    joined: list[tuple[str, str]] = []
    for since, until in sorted(spans):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return joined


def _party(party: Party) -> Row:
    return {"key": party.key, **party.model_dump(mode="json")}


def _field(field: FieldStanding) -> Row:
    return {"key": fold(field.name), "name": field.name, "standing": field.standing}
