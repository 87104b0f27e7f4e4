"""The figures of the register, kept beside its rows, so that no question has to count them.

A figure turns with the days. A turn is stored under its year, its month and its day, so that the number of a
day is the sum of the years before its own, of the months before its own in that year, and of the days of that
month up to it: a few dozen rows, however many agreements there are.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.engine import Connection

from domain.agreement.today import ONE_DAY, months_after
from projections.beside import at_hand
from projections.change import Made, Marks, Projection
from projections.turning import ALWAYS, Counted, Figure, Known, Spell, Told, Turns, add_up, turns_of
from projections.writing import Row

PUBLIC, HIDDEN = "", "*"
BY = ("status", "instrument", "standing", "kind", "realisation")
MARKS = ("overdue", "stalled", "dormant", "no_next_step", "expiring_30", "expiring_90", "expiring_180")
OLD_ENOUGH_MONTHS = 24
DAYS_IN_BUCKET = 64

metadata = sa.MetaData()


def tallies_of(name: str) -> sa.Table:
    """A table for turns."""
    table = sa.Table(
        name,
        metadata,
        # Of what is public, of what is not, and of what is not by each organisation that may read it.
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("span", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    nothing = table.c.number == 0
    sa.Index(f"{name}_of_nothing", table.c.number, sqlite_where=nothing, postgresql_where=nothing)
    return table


tallies = tallies_of("register_tallies")
# What a row of the register is counted by.
COUNTED = (
    *("since", "until", "recorded_on", "owner", "visibility", "readers", "begun", *BY, *MARKS, "uncertain"),
    *("evidenced", "follow_up_held", "followed_up", "settled", "has_end"),
    *("signed_on", "signed_by", "mou_by", "loi_to_mou_days"),
)


class Tallying(Projection):
    """A view with figures that are of many agreements, in the last of its tables."""

    def counted(self, rows: Sequence[Sequence[Row]]) -> Hashable:
        """All of an agreement's rows, table by table, that its figures rest on."""
        raise NotImplementedError

    def tallied(self, connection: Connection, agreements: Sequence[UUID]) -> Turns:
        """The turns that some agreements bring about, by the rows that are stored."""
        raise NotImplementedError

    def put(self, connection: Connection, made: Made, marks: Marks) -> None:
        """See `Projection`."""
        kept = self.tables[-1]
        found = {(agreement, kept): hash(self.counted(rows)) for agreement, rows in made.items()}
        changed = [key[0] for key, mark in found.items() if marks.get(key) != mark]
        before = self.tallied(connection, changed)
        super().put(connection, made, marks)
        each = zip(*(made[agreement] for agreement in changed), strict=True)
        turned = self.turns([list(chain.from_iterable(rows)) for rows in each]) if changed else {}
        add_up(turned, before, -1)
        add(connection, kept, turned)
        marks.update(found)

    def sum_up(self, connection: Connection, turned: Turns) -> None:
        """See `Projection`."""
        add(connection, self.tables[-1], turned)


DECIDING = itemgetter(
    *("begun", *BY, *MARKS, "uncertain", "evidenced", "follow_up_held", "followed_up", "settled", "has_end")
)
DATED = itemgetter("status", "signed_on", "signed_by", "loi_to_mou_days")
_known = Known()


def figures_of(row: Told) -> Iterator[Figure]:
    """What a row of the register counts for as long as it holds. Networks are in none but their own."""
    yield from _standing(row)
    yield from _dated(row)


def _standing(row: Told) -> Iterator[Figure]:
    if row["begun"]:
        yield Figure("listed")
        if row["status"] is None:
            yield Figure("networks")
            yield from (Figure(f"networks by {name}", row[name]) for name in ("instrument", "standing"))
            yield from (Figure(f"networks {mark}") for mark in MARKS if row[mark])
    if row["status"] is None:
        return
    yield Figure("counted")
    yield from (Figure(name, row[name]) for name in BY)
    yield from (Figure(mark) for mark in MARKS if row[mark])
    yield from _steps(row)


def _dated(row: Told) -> Iterator[Figure]:
    """What hardly two rows have in common."""
    if row["status"] is None:
        return
    if row["signed_by"] is not None:
        first, last = row["signed_on"][:4], row["signed_by"][:4]
        yield Figure("year", first if first == last else "")
    if (days := row["loi_to_mou_days"]) is not None:
        bucket = int(days // DAYS_IN_BUCKET)
        yield Figure("lag", str(bucket))
        yield Figure(f"lag {bucket}", str(days))


def _steps(row: Told) -> Iterator[Figure]:
    if row["instrument"] != "none":
        yield Figure("signed")
        if row["follow_up_held"]:
            yield Figure("signed and held")
    if row["followed_up"]:
        yield Figure("followed_up")
        if not (row["follow_up_held"] or row["settled"]):
            yield Figure("unsettled")
    if row["follow_up_held"]:
        yield Figure("held")
    if row["evidenced"]:
        yield Figure("evidenced")
    if row["has_end"]:
        yield Figure("with an end")


def ripe(row: Told) -> str | None:
    """The first day on which a memorandum is old enough to have brought results; None if there is none."""
    if row["status"] is None or row["instrument"] != "mou" or row["mou_by"] is None:
        return None
    return _old_enough(row["mou_by"])


@lru_cache(maxsize=1 << 14)
def _old_enough(mou_by: str) -> str:
    signed = date.fromisoformat(mou_by)
    day = months_after(signed, OLD_ENOUGH_MONTHS)
    # That month may lack the day.
    if day != date.max and months_after(day, -OLD_ENOUGH_MONTHS) < signed:
        day += ONE_DAY
    return day.isoformat()


def old_figures(row: Told) -> Iterator[Figure]:
    """What a row counts for besides, from the day on which its memorandum is old enough."""
    yield Figure("old")
    if row["evidenced"]:
        yield Figure("old and evidenced")


def turns(rows: Sequence[Told]) -> Turns:
    """Every turn of every figure that some rows of the register bring about."""
    found = turns_of(spell for row in rows for spell in _spells(row))
    add_up(found, turns_of(map(_dated_spell, rows)))
    return found


def _spells(row: Told) -> Iterator[Spell]:
    scopes, since, until = _where(row)
    day = ripe(row)
    if day is None or day >= until:
        yield Spell(scopes, since, until, _counted(row, is_old=False))
    elif day <= row["since"]:
        yield Spell(scopes, since, until, _counted(row, is_old=True))
    else:
        yield Spell(scopes, since, day, _counted(row, is_old=False))
        yield Spell(scopes, day, until, _counted(row, is_old=True))


def _where(row: Told) -> tuple[tuple[str, ...], str, str]:
    since = ALWAYS if row["since"] == row["recorded_on"] else row["since"]
    return scopes_of(row), since, row["until"]


def _counted(row: Told, *, is_old: bool) -> Counted:
    key = DECIDING(row), is_old
    if (known := _known.get(key)) is not None:
        return known
    figures = Counter(_standing(row)) + Counter({Figure("uncertain"): row["uncertain"]})
    return _known.keep(key, figures + Counter(old_figures(row)) if is_old else figures)


def _dated_spell(row: Told) -> Spell:
    key = DATED(row)
    return Spell(*_where(row), _known.get(key) or _known.keep(key, Counter(_dated(row))))


def scopes_of(row: Told) -> tuple[str, ...]:
    """Where a row is counted."""
    if row["visibility"] == "public":
        return (PUBLIC,)
    return HIDDEN, *sorted({row["owner"], *row["readers"].split()})


def add(connection: Connection, tallies: sa.Table, found: Turns) -> None:
    """Add turns to those that are stored. What comes to nothing is not kept."""
    table = at_hand(connection, tallies)
    names = [column.name for column in table.c]
    rows = [dict(zip(names, (*turn, n), strict=True)) for turn, n in sorted(found.items()) if n]
    if not rows:
        return
    insert = insert_postgresql if connection.dialect.name == "postgresql" else insert_sqlite
    new = insert(table)
    key = [column.name for column in table.primary_key]
    number = table.c.number + new.excluded.number
    connection.execute(new.on_conflict_do_update(index_elements=key, set_={"number": number}), rows)
    connection.execute(sa.delete(table).where(table.c.number == 0))
