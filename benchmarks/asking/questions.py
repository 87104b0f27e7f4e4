"""Questions to the views, as the doors ask them: lists, searches, figures, dashboards, the trail."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

from api.pages.register import MOST_COUNTED
from benchmarks.asking.chances import Chance
from domain.agreement.access import Actor
from domain.journal import Journal
from projections import counting, dashboards, listing, overview, partners, timeline, trail
from projections.agenda import agenda
from projections.listing import Wanted
from projections.paging import Key, Page
from projections.summary import summary
from projections.views import View

PAGE = 50


class Asked(NamedTuple):
    """Whom a question is put to, by whom, and what it is about."""

    view: View
    journal: Journal
    actor: Actor | None
    chance: Chance


Question = Callable[[Asked], object]
Draw = Callable[[Chance], object]


def _filters(asked: Asked, drawn: Mapping[str, Draw]) -> dict[str, object]:
    return {name: draw(asked.chance) for name, draw in drawn.items()}


def _list(sort: str = "recorded", **drawn: Draw) -> Question:
    """The first page of a list, with the copies that the list marks."""

    def ask(asked: Asked) -> Page:
        page = listing.agreements(asked.view, asked.actor, Wanted(_filters(asked, drawn), sort))
        asked.journal.twins([row["agreement"] for row in page.rows])
        return page

    return ask


def _deep(sort: str, place: Draw) -> Question:
    """A page from deep inside."""

    def ask(asked: Asked) -> Page:
        return listing.agreements(asked.view, asked.actor, Wanted({}, sort, (place(asked.chance), 0)))

    return ask


def _number(**drawn: Draw) -> Question:
    def ask(asked: Asked) -> int:
        return counting.count(asked.view, asked.actor, _filters(asked, drawn), MOST_COUNTED)

    return ask


def _dashboard(of: Callable[..., Page], after: Key | None = None, **drawn: Draw) -> Question:
    def ask(asked: Asked) -> Page:
        return of(asked.view, asked.actor, _filters(asked, drawn), after, PAGE)

    return ask


def _trail(**drawn: Draw) -> Question:
    """A page of the trail and how many entries there are, as its page shows both."""

    def ask(asked: Asked) -> object:
        filters = _filters(asked, drawn)
        found = trail.page(asked.view.connection, asked.actor, filters, None, PAGE)
        return found, trail.count(asked.view.connection, asked.actor, filters)

    return ask


def _month(asked: Asked) -> object:
    first = asked.view.day + timedelta(days=int(asked.chance.random() * 1000) - 600)
    return agenda(asked.view, asked.actor, first, first + timedelta(days=41))


def _timeline(asked: Asked) -> object:
    last = 1 + int(asked.chance.random() * asked.view.position)
    found = listing.agreements(asked.view, asked.actor, Wanted({}, "-recorded", (last, last), 1)).rows
    return [timeline.of_agreement(asked.view.connection, row["agreement"], None, 500) for row in found]


def _always(value: object) -> Draw:
    return lambda _: value


YES = _always(True)
LISTS: dict[str, Question] = {
    "newest": _list("-recorded"),
    "oldest": _list("recorded"),
    "by title": _list("title"),
    "by title, deep": _deep("title", Chance.place),
    "by title, downward": _list("-title"),
    "by status": _list("status"),
    "by status, downward": _list("-status"),
    "by proposal": _list("proposed"),
    "by signature": _list("-signed"),
    "by signature, deep": _deep("-signed", Chance.day),
    "of a status": _list("title", status=Chance.status),
    "of an instrument": _list("-signed", instrument=Chance.instrument),
    "of a standing": _list("title", standing=Chance.standing),
    "of a kind": _list("title", kind=Chance.kind),
    "of an owner": _list("title", owner=Chance.owner),
    "of a country": _list("title", country=Chance.country),
    "of a party": _list("title", party=Chance.party),
    "of a partner abroad": _list("-signed", party=Chance.partner),
    "of a rare party": _list(party=_always("Nobody knows it")),
    "of a field": _list("title", field=Chance.field),
    "of a status and a country": _list("title", status=Chance.status, country=Chance.country),
    "of an owner and a status": _list("-recorded", owner=Chance.owner, status=Chance.status),
    "of a country and a field": _list("-signed", country=Chance.country, field=Chance.field),
    "overdue": _list("title", overdue=YES),
    "stalled": _list("title", stalled=YES),
    "dormant": _list("title", dormant=YES),
    "followed up": _list("title", followed_up=YES),
    "with a visit held": _list("-signed", held=YES),
    "with a result": _list("title", evidenced=YES),
    "ending within 30 days": _list("title", expiring=_always("30")),
    "signed in a year": _list("title", year=lambda chance: 2005 + int(chance.random() * 21)),
}
SEARCHES: dict[str, Question] = {
    "a common word": _list("-recorded", q=Chance.common),
    "a common word, by title": _list("title", q=Chance.common),
    "a place": _list("-recorded", q=Chance.place),
    "a place, by title": _list("title", q=Chance.place),
    "a place as it is typed": _list("-recorded", q=Chance.begun),
    "one letter": _list("-recorded", q=Chance.letter),
    "two places": _list("-recorded", q=lambda chance: f"{chance.place()} {chance.place()}"),
    "a party and a field": _list("title", q=lambda chance: f"{chance.party()} {chance.field()}"),
    "a reference": _list(q=lambda chance: f"{int(chance.random() * 1e5)}/KSD"),
    "a place of an owner": _list("title", q=Chance.place, owner=Chance.owner),
    "a place and a status": _list("title", q=Chance.place, status=Chance.status),
    "what nobody has": _list(q=_always("nobody knows it")),
}
NUMBERS: dict[str, Question] = {
    "number of all": _number(),
    "number of a status": _number(status=Chance.status),
    "number of a country": _number(country=Chance.country),
    "number of a party": _number(party=Chance.party),
    "number of an owner": _number(owner=Chance.owner),
    "number of a status and a country": _number(status=Chance.status, country=Chance.country),
    "number of a kind, overdue": _number(kind=Chance.kind, overdue=YES),
    "number with a common word": _number(q=Chance.common),
    "number with a place": _number(q=Chance.place),
    "number with two places": _number(q=lambda chance: f"{chance.place()} {chance.place()}"),
}
FIGURES: dict[str, Question] = {
    "summary": lambda asked: summary(asked.view, asked.actor),
    "funnel": lambda asked: overview.funnel(asked.view, asked.actor),
    "signed per year": lambda asked: overview.signed_per_year(asked.view, asked.actor),
    "with an end": lambda asked: overview.with_validity(asked.view, asked.actor),
    "late visits": lambda asked: overview.late_visits(asked.view, asked.actor, 5),
    "late commitments": lambda asked: overview.late_commitments(asked.view, asked.actor, 5),
    "ending soon": lambda asked: overview.ending_soon(asked.view, asked.actor, 5),
    "busiest partners": lambda asked: partners.busiest(asked.view, asked.actor, 20),
}
DASHBOARDS: dict[str, Question] = {
    "six weeks of the agenda": _month,
    "visits": _dashboard(dashboards.visits),
    "visits overdue": _dashboard(dashboards.visits, state=_always("overdue")),
    "visits confirmed": _dashboard(dashboards.visits, state=_always("confirmed")),
    "visits of an owner": _dashboard(dashboards.visits, owner=Chance.owner),
    "commitments": _dashboard(dashboards.commitments),
    "commitments overdue": _dashboard(dashboards.commitments, state=_always("overdue")),
    "commitments of an owner": _dashboard(dashboards.commitments, owner=Chance.owner),
    "parties": _dashboard(dashboards.parties),
    "parties of a country": _dashboard(dashboards.parties, country=Chance.country),
    "fields": lambda asked: dashboards.fields(asked.view, asked.actor, None, PAGE),
    "countries": lambda asked: listing.countries(asked.view),
}
TRAIL: dict[str, Question] = {
    "trail": _trail(),
    "trail of an organisation": _trail(organisation=Chance.owner),
    "trail of a type": _trail(recorded_type=_always("visit_held")),
    "trail of a day": _trail(recorded_from=Chance.day),
    "trail until a day": _trail(occurred_to=Chance.day),
    "trail of what came late": _trail(late=_always(365)),
    "trail of what was corrected": _trail(corrected=YES),
    "trail of an organisation and a type": _trail(
        organisation=Chance.owner, recorded_type=_always("realised")
    ),
    "choices for the trail": lambda asked: trail.choices(asked.view.connection, asked.actor),
    "timeline": _timeline,
}
QUESTIONS = {"lists": LISTS, "searches": SEARCHES, "numbers": NUMBERS, "figures": FIGURES} | {
    "dashboards": DASHBOARDS,
    "the trail": TRAIL,
}
