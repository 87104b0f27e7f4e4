"""Who works together, and on what."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import compress, groupby
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement.state import FieldStanding, State
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
STANDS = ("counted", "signed", "overdue")
PARTNER, SIGNED, OVERDUE = "partner", "partner signed", "partner overdue"
"""The figures of a party: agreements that figures count, those of them that are signed, and overdue ones."""


class Part(NamedTuple):
    """A party to an agreement, and what that counts for."""

    party: Party
    stands: tuple[bool, ...]


def _whose() -> list[sa.Column[Any]]:
    """Columns that say where a row is counted, and from which day the view answers for it."""
    return [
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("readers", sa.Text, nullable=False),
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
    # What the agreement counts for among those that the party is in.
    *(sa.Column(name, sa.Boolean, nullable=False) for name in STANDS),
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
WHERE_COUNTED = ("since", "until", "owner", "visibility", "readers", "recorded_on", "key")
OF_PARTY = itemgetter(*WHERE_COUNTED, "country", "kind", *STANDS)
_stands = itemgetter(*STANDS)
OF_FIELD = itemgetter(*WHERE_COUNTED, "standing")


class Parties(Tallying):
    """Every party and field of every agreement, and of how many agreements each is."""

    name = "parties"
    version = 3
    tables: Sequence[sa.Table] = (parties, fields, tallies)

    def rows(self, change: Change) -> Sequence[Iterable[Row]]:
        """See `Projection`. The tallies are of many agreements."""
        whose = {
            "owner": change.reach.owner,
            "visibility": change.reach.visibility,
            "readers": " ".join(change.readers),
            "recorded_on": change.recorded_on.isoformat(),
        }
        their = runs(change, _parts(), _part)
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
        return _of_party(row["key"], row["country"] or "", row["kind"] or "", _stands(row))
    return _of_field(row["key"], row["standing"])


@lru_cache(maxsize=1 << 14)
def _of_party(key: str, country: str, kind: str, stands: tuple[bool, ...]) -> Sequence[Figure]:
    narrowed = ((c, k) for c in {"", country} for k in {"", kind})
    names = compress((PARTNER, SIGNED, OVERDUE), stands)
    return [*(Figure(counted_as(c, k), key) for c, k in narrowed), *(Figure(name, key) for name in names)]


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


def _parts() -> Callable[[State], Iterable[Part]]:
    """What gives the parts of a state: the same ones, as long as party and agreement stay as they are."""
    known: dict[tuple[int, tuple[bool, ...]], Part] = {}  # a part keeps its party, which so keeps its id

    def parts(state: State) -> Iterator[Part]:
        is_counted = state.status is not None
        stands = (
            is_counted,
            is_counted and state.instrument != "none",
            is_counted and state.follow_up.state == "overdue",
        )
        for party in state.parties if state.begun else ():
            yield known.setdefault((id(party), stands), Part(party, stands))

    return parts


def _part(part: Part) -> Row:
    told = {"key": part.party.key, **part.party.model_dump(mode="json")}
    return told | dict(zip(STANDS, part.stands, strict=True))


def _field(field: FieldStanding) -> Row:
    return {"key": fold(field.name), "name": field.name, "standing": field.standing}
