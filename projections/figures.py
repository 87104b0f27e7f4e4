"""Figures of what somebody may see: from the tallies, and row by row of what was granted."""

from collections import Counter
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from domain.agreement.access import Actor
from projections.change import on
from projections.register import readers, register
from projections.tallies import COUNTED, figures_of, old_figures, ripe, scopes_for, total
from projections.turning import Figure
from projections.views import View

Figures = Mapping[Figure, int]


def figures(view: View, actor: Actor | None, names: Sequence[str]) -> Figures:
    """Some figures by their names, for all their values."""
    found = total(view.connection, view.day, scopes_for(actor), names)
    if actor is not None and actor.role != "auditor":
        found.update({figure: n for figure, n in _granted(view, actor).items() if figure.name in names})
    return found


def _granted(view: View, actor: Actor) -> Counter[Figure]:
    """What is neither public nor an organisation's own, but was granted to it: seldom more than a few."""
    query = sa.select(*(register.c[name] for name in COUNTED)).where(
        register.c.agreement.in_(
            sa.select(readers.c.agreement).where(readers.c.organisation == actor.organisation)
        ),
        register.c.visibility != "public",
        register.c.owner != actor.organisation,
        on(register, view.day),
    )
    found: Counter[Figure] = Counter()
    for row in view.connection.execute(query).mappings():
        found.update(figures_of(row))
        found[Figure("uncertain")] += row["uncertain"]
        day = ripe(row)
        if day is not None and day <= view.day.isoformat():
            found.update(old_figures(row))
    return found
