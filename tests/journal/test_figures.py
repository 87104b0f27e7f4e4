"""The figures kept beside the rows are those that counting the rows gives, on any day and for anybody."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.agreement.access import Actor
from domain.journal import Journal
from projections import dashboards
from projections.change import on
from projections.counting import count
from projections.figures import figures
from projections.follower import Follower
from projections.listing import Wanted, agreements, countries, visible
from projections.narrowing import counted
from projections.parties import parties
from projections.partners import busiest
from projections.register import register
from projections.tallies import figures_of, old_figures, ripe, tallies
from projections.turning import Figure
from projections.views import View, Views
from tests.conftest import Clock
from tests.journal.histories import recorded
from tests.journal.people import AGUS, RINI

AUDITOR = Actor("somebody", "auditor", "inspectorate")
EVERYBODY = (None, RINI, AGUS, AUDITOR)
DAYS = (0, 1, 20, 75, 200, 400, 800, 3000)
FILTERS: tuple[dict[str, object], ...] = (
    {},
    {"status": "mou_signed"},
    {"instrument": "mou"},
    {"standing": "suspended"},
    {"kind": "sister_city"},
    {"stalled": True},
    {"stalled": False},
    {"overdue": True},
    {"followed_up": True},
    {"held": True},
    {"expiring": "180"},
    {"year": 2026},
    {"country": "ID"},
    {"q": "bandung"},
)


def counted_anew(view: View, actor: Actor | None) -> Counter[Figure]:
    query = sa.select(register).where(on(register, view.day), visible(actor))
    found: Counter[Figure] = Counter()
    for row in view.connection.execute(query).mappings():
        found.update(figures_of(row))
        found[Figure("uncertain")] += row["uncertain"]
        day = ripe(row)
        if day is not None and day <= view.day.isoformat():
            found.update(old_figures(row))
    return +found


def parties_anew(view: View, actor: Actor | None) -> Counter[str]:
    query = sa.select(parties.c.key, parties.c.agreement).distinct()
    found = view.connection.execute(query.where(on(parties, view.day), visible(actor, parties)))
    return Counter(key for key, _ in found)


def partners_anew(view: View, actor: Actor | None) -> set[tuple[str, int, bool, int]]:
    """Every party with its agreements that figures count, whether one is signed, and how many are overdue."""
    query = sa.select(parties.c.name, register.c.agreement, register.c.instrument, register.c.overdue)
    query = query.where(parties.c.agreement == register.c.agreement, on(register, view.day), counted())
    rows = view.connection.execute(query.where(on(parties, view.day), visible(actor)).distinct()).all()
    theirs = {name: [row for row in rows if row.name == name] for name in {row.name for row in rows}}
    return {
        (name, len(its), any(row.instrument != "none" for row in its), sum(row.overdue for row in its))
        for name, its in theirs.items()
    }


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_is_what_counting_gives(
    journal: Journal, clock: Clock, follower: Follower, seed: int
) -> None:
    views = Views(journal, follower)
    for part in range(3):
        recorded(journal, clock, 10 * seed + part, facts=15)
        follower.catch_up()
        for days in DAYS:
            with views.on(journal.today() + timedelta(days=days)) as view:
                names = sorted(set(view.connection.scalars(sa.select(tallies.c.name))))
                for actor in EVERYBODY:
                    assert +Counter(figures(view, actor, names)) == counted_anew(view, actor)
                    page = dashboards.parties(view, actor, {}, None, 100)
                    found = {row["key"]: row["agreements"] for row in page.rows}
                    assert found == parties_anew(view, actor)
                    partners = busiest(view, actor, 100)
                    told = {(p.name, p.agreements, p.is_signed, p.overdue) for p in partners}
                    assert told == partners_anew(view, actor)
    views.close()


@pytest.mark.parametrize("seed", range(3))
def test_a_list_has_as_many_as_are_counted(
    journal: Journal, clock: Clock, follower: Follower, seed: int
) -> None:
    views = Views(journal, follower)
    recorded(journal, clock, seed, facts=40)
    follower.catch_up()
    for days in DAYS:
        with views.on(journal.today() + timedelta(days=days)) as view:
            assert countries(view) == ["CN", "ID"]
            for filters in FILTERS:
                for actor in EVERYBODY:
                    listed = agreements(view, actor, Wanted(filters, limit=500))
                    assert count(view, actor, filters) == len(listed.rows), filters
                    assert count(view, actor, filters, most=0) >= min(1, len(listed.rows))
    views.close()
