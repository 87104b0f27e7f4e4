"""Figures of what somebody may see, added up from the tallies for one day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from domain.agreement.access import Actor
from projections.change import LAST_DAY
from projections.tallies import HIDDEN, PUBLIC, tallies
from projections.turning import ALWAYS, Figure
from projections.views import View

Figures = Mapping[Figure, int]


def figures(view: View, actor: Actor | None, names: Sequence[str]) -> Figures:
    """Some figures by their names, for all their values."""
    found: Counter[Figure] = Counter()
    turned = by_then(tallies, view.day, scopes_for(actor), names)
    for name, value, number in view.connection.execute(sa.union_all(*turned)):
        found[Figure(name, value)] += number
    return found


def scopes_for(actor: Actor | None) -> list[str]:
    """Where what somebody may see is counted."""
    if actor is None:
        return [PUBLIC]
    return [PUBLIC, HIDDEN if actor.role == "auditor" else actor.organisation]


def by_then(table: sa.Table, day: date, scopes: Sequence[str], names: Sequence[str]) -> list[sa.Select[Any]]:
    """The turns of some figures up to a day: name, value and number, to be added up."""
    text, c = min(day, LAST_DAY).isoformat(), table.c
    year, month = text[:4], text[:7]
    parts = (
        c.span == ALWAYS,
        sa.and_(c.span >= "y", c.span < f"y{year}"),
        sa.and_(c.span >= f"m{year}", c.span < f"m{month}"),
        sa.and_(c.span >= f"d{month}", c.span <= f"d{text}"),
    )
    wanted = sa.and_(c.scope.in_(scopes), c.name.in_(names))
    return [sa.select(c.name, c.value, c.number).where(wanted, part) for part in parts]
