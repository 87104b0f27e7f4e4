"""How many agreements a list has: told by the figures where they tell it, else counted up to a bound."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from domain.agreement.access import Actor
from projections.change import on
from projections.figures import figures
from projections.listing import visible
from projections.narrowing import CASES, any_of
from projections.register import register
from projections.turning import Figure
from projections.views import View

FILTERS = (
    *("status", "instrument", "standing", "kind", "country", "party", "field", "owner", "stalled", "overdue"),
    *("q", *CASES, "expiring", "year"),
)
LISTED = Figure("listed")


def count(view: View, actor: Actor | None, filters: Mapping[str, Any], most: int | None = None) -> int:
    """How many agreements a list has in all; beyond `most` nobody may have gone on counting."""
    given = {name: filters[name] for name in FILTERS if filters.get(name) is not None}
    told = _told(given)
    if told is not None:
        found = figures(view, actor, sorted({figure.name for figure in told}))
        return sum(sign * found.get(figure, 0) for figure, sign in told.items())
    base = (on(register, view.day), visible(actor), register.c.begun)
    query = sa.select(register.c.agreement).where(*any_of(view, base, given))
    query = query.limit(None if most is None else most + 1)
    return int(view.connection.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0)


def _told(given: Mapping[str, Any]) -> dict[Figure, int] | None:
    """The figures that make up the number, each with its sign; None if none do."""
    if not given:
        return {LISTED: 1}
    (name, value), *others = given.items()
    if others or name in {"country", "party", "field", "owner", "q"}:
        return None
    if name in {"stalled", "overdue", "expiring"}:
        return _marked(f"expiring_{value}" if name == "expiring" else name, wanted=bool(value))
    if name in CASES:
        return {Figure(name) if value else LISTED: 1}
    return dict.fromkeys(_valued(name, value), 1)


def _valued(name: str, value: Any) -> tuple[Figure, ...]:
    if name == "year":
        return (Figure("year", f"{value:04}"),)
    if name in {"instrument", "standing"}:
        return Figure(name, value), Figure(f"networks by {name}", value)
    return (Figure("networks") if value == "network" else Figure(name, value),)


def _marked(mark: str, *, wanted: bool) -> dict[Figure, int]:
    marked = (Figure(mark), Figure(f"networks {mark}"))
    return dict.fromkeys(marked, 1) if wanted else {LISTED: 1, **dict.fromkeys(marked, -1)}
