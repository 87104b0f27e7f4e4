"""Who works together, and on what."""

from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement.state import FieldStanding
from domain.values import Party
from domain.words import fold
from projections.beside import at_hand
from projections.change import Change, runs, span_columns
from projections.tallies import Tallying, scopes_of, tallies_of
from projections.turning import ALWAYS, LAST, Figure, Told, Turns, spans
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
WHERE_COUNTED = ("since", "until", "owner", "visibility", "recorded_on", "key")
OF_PARTY = itemgetter(*WHERE_COUNTED, "country", "kind")
OF_FIELD = itemgetter(*WHERE_COUNTED, "standing")


class Parties(Tallying):
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
        their = runs(change, lambda state: state.parties if state.begun else (), _party, lasting=True)
        its = runs(change, lambda state: state.fields if state.begun else (), _field, lasting=True)
        return ({**row, **whose} for row in their), ({**row, **whose} for row in its), ()

    def turns(self, rows: Sequence[Sequence[Row]]) -> Turns:
        """See `Projection`."""
        found: Turns = {}
        for table in rows:
            _turns(found, table)
        return found

    def counted(self, rows: Sequence[Sequence[Row]]) -> Hashable:
        """See `Tallying`."""
        return tuple(map(OF_PARTY, rows[0])), tuple(map(OF_FIELD, rows[1]))

    def tallied(self, connection: Connection, agreements: Sequence[UUID]) -> Turns:
        """See `Tallying`."""
        found: Turns = {}
        for table in (parties, fields):
            here = at_hand(connection, table)
            for start in range(0, len(agreements), AGREEMENTS_AT_ONCE):
                some = here.c.agreement.in_(agreements[start : start + AGREEMENTS_AT_ONCE])
                query = sa.select(here).where(some).order_by(here.c.agreement)
                _turns(found, connection.execute(query).mappings())
        return found

    def turned(self, connection: Connection) -> Turns:
        """See `Projection`."""
        found: Turns = {}
        for table in (parties, fields):
            here = at_hand(connection, table)
            query = sa.select(here).order_by(here.c.agreement).execution_options(yield_per=ROWS_AT_ONCE)
            _turns(found, connection.execute(query).mappings())
        return found


def figures_of(row: Told) -> Sequence[Figure]:
    """What a party or a field is counted by: as it is, and as lists of them may be narrowed."""
    if "role" in row:
        return _of_party(row["key"], row["country"] or "", row["kind"] or "")
    return _of_field(row["key"], row["standing"])


@lru_cache(maxsize=1 << 14)
def _of_party(key: str, country: str, kind: str) -> Sequence[Figure]:
    narrowed = ((c, k) for c in {"", country} for k in {"", kind})
    return [Figure(counted_as(c, k), key) for c, k in narrowed]


@lru_cache(maxsize=1 << 14)
def _of_field(key: str, standing: str | None) -> Sequence[Figure]:
    return [Figure("field", key), *([Figure(f"field {standing}", key)] if standing else [])]


def counted_as(country: str | None, kind: str | None) -> str:
    """The name of the figure that counts the parties of a country and of a kind."""
    return f"party {country or ''} {kind or ''}"


def _turns(found: Turns, rows: Iterable[Told]) -> None:
    """Count each agreement once, however often it names somebody. Rows come agreement by agreement."""
    for _, its in groupby(rows, key=itemgetter("agreement")):
        days: dict[Figure, list[tuple[str, str]]] = {}
        scopes: tuple[str, ...] = ()
        for row in its:
            since = ALWAYS if row["since"] == row["recorded_on"] else row["since"]
            for figure in figures_of(row):
                days.setdefault(figure, []).append((since, row["until"]))
            scopes = scopes_of(row)
        for figure, told in days.items():
            for since, until in _joined(told) if len(told) > 1 else told:
                _turn(found, scopes, figure, since, 1)
                if until != LAST:
                    _turn(found, scopes, figure, until, -1)


def _turn(found: Turns, scopes: tuple[str, ...], figure: Figure, day: str, number: int) -> None:
    name, value = figure
    for span in spans(day):
        for scope in scopes:
            key = (scope, name, span, value)
            found[key] = found.get(key, 0) + number


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
