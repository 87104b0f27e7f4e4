"""The agenda: what lies between two days. A vague date lies on all of its days."""

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from domain.agreement.access import Actor
from domain.uncertain_date import ANY_DAY, Span, bounds
from projections.calendar import commitments, expiries, visits
from projections.change import on
from projections.listing import visible
from projections.narrowing import counted
from projections.register import register
from projections.views import View

MOST = 2_000  # things between two days; more would be no agenda


class Item(NamedTuple):
    """Something with a date. `date` is EDTF; `id` tells it from the others of its agreement and kind."""

    kind: Literal["visit", "commitment", "expiry"]
    agreement: UUID
    title: str
    id: str
    date: str
    days: Span
    state: str
    text: str | None
    place: str | None = None
    by: str | None = None
    to: str | None = None

    @property
    def known(self) -> Span:
        """Its days, with an open end brought to the other: nobody can draw a day without end."""
        return closed(self.days)


def closed(days: Span) -> Span:
    """A span without open ends: one that is open to a side is its other end alone."""
    first, last = days
    return Span(last if first == ANY_DAY.earliest else first, first if last == ANY_DAY.latest else last)


def agenda(view: View, actor: Actor | None, first: date, last: date) -> list[Item]:
    """What lies between two days, both included, in order."""
    found = [*_visits(view, actor, first, last), *_commitments(view, actor, first, last)]
    found += _expiries(view, actor, first, last)
    return sorted(found, key=lambda item: (item.known, item.kind, item.title, item.id))


def _visits(view: View, actor: Actor | None, first: date, last: date) -> Iterator[Item]:
    for row in _between(view, actor, visits, first, last):
        edtf = row["held"] or row["window"]
        if edtf and _reaches(edtf, first, last):
            yield Item(
                "visit",
                row["agreement"],
                row["title"],
                row["visit"] or f"version-{row['version']}",
                edtf,
                bounds(edtf),
                row["state"],
                row["purpose"],
                row["place"],
                row["visitor"],
                row["host"],
            )


def _commitments(view: View, actor: Actor | None, first: date, last: date) -> Iterator[Item]:
    for row in _between(view, actor, commitments, first, last):
        if row["due"] and _reaches(row["due"], first, last):
            yield Item(
                "commitment",
                row["agreement"],
                row["title"],
                row["commitment"],
                row["due"],
                bounds(row["due"]),
                row["state"],
                row["text"],
                by=row["by"],
                to=row["to"],
            )


def _expiries(view: View, actor: Actor | None, first: date, last: date) -> Iterator[Item]:
    for row in _between(view, actor, expiries, first, last):
        edtf = row["valid_until"]
        if _reaches(edtf, first, last):
            yield Item("expiry", row["agreement"], row["title"], "end", edtf, bounds(edtf), "scheduled", None)


def _between(
    view: View, actor: Actor | None, table: sa.Table, first: date, last: date
) -> Iterator[sa.RowMapping]:
    """Rows that may lie between two days, the first to end first, each with the title of its agreement."""
    there = sa.select(table).where(
        on(table, view.day),
        visible(actor, table),
        table.c.last_day >= first.isoformat(),
        table.c.first_day <= last.isoformat(),
        # What has no date at all lies on every day, which the index tells.
        sa.or_(
            table.c.first_day > ANY_DAY.earliest.isoformat(), table.c.last_day < ANY_DAY.latest.isoformat()
        ),
    )
    some = there.order_by(table.c.last_day).limit(MOST).subquery()
    query = sa.select(some, register.c.title).where(
        register.c.agreement == some.c.agreement, on(register, view.day), counted()
    )
    yield from view.connection.execute(query).mappings()


def _reaches(edtf: str, first: date, last: date) -> bool:
    known = closed(bounds(edtf))
    return known.earliest <= last and known.latest >= first
