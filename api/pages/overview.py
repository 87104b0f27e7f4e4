"""The overview: what needs attention first, how far agreements came, where and when, and what is new."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import ConfigDict, model_validator

from api.asking import DayQuery, looking
from api.feed import open_to
from api.identity import reader
from api.language import chosen
from api.pages import partners
from api.pages.frame import page
from api.pages.names import FACTS
from api.running import Running
from domain.agreement.access import Actor
from projections import dashboards, listing, overview
from projections.summary import summary
from projections.views import View

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor | None, Depends(reader)]
PRESSING = 5
NEWEST = 6
LOOKED_THROUGH = 200  # of the newest entries, most of which somebody may read
FIELDS = 8
WITH_COLUMN_EACH = 40  # years that can stand side by side


class OverviewQuery(DayQuery):
    """The day that the figures are for."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, values: Any) -> Any:
        return {name: value for name, value in dict(values).items() if value != ""}


@router.get("/")
def entrance(request: Request, actor: Reader, query: Annotated[OverviewQuery, Query()]) -> Response:
    """What became of the promises, on one page."""
    running: Running = request.app.state.running
    with looking(running, query, "register", "calendar", "parties") as view:
        figures = summary(view, actor)
        years = overview.signed_per_year(view, actor)
        shown = {
            "figures": figures,
            "funnel": overview.funnel(view, actor),
            "valid": overview.with_validity(view, actor),
            "late_visits": overview.late_visits(view, actor, PRESSING),
            "late_commitments": overview.late_commitments(view, actor, PRESSING),
            "ending": overview.ending_soon(view, actor, PRESSING),
            "years": _side_by_side(years),
            "unclear_years": years.get(None, 0),
            "fields": dashboards.fields(view, actor, None, FIELDS).rows,
            "newest": _newest(running, actor, view),
            **partners.shown(view, actor, figures["agreements"], chosen(request)),
        }
    return page(
        request,
        "overview.html",
        as_of=view.day,
        asked=query.as_of,
        days_since=lambda first: (view.day - date.fromisoformat(first)).days + 1,
        **shown,
    )


@router.get("/partners")
def busiest(request: Request, actor: Reader, query: Annotated[OverviewQuery, Query()]) -> Response:
    """The parties with the most agreements, where these are too many to be drawn one by one."""
    running: Running = request.app.state.running
    with looking(running, query, "register", "parties") as view:
        shown = partners.busiest(view, actor, query.as_of)
    return page(request, "partners.html", as_of=view.day, **shown)


def _newest(running: Running, actor: Actor | None, view: View) -> list[dict[str, Any]]:
    """The newest entries that somebody may read, newest first."""
    head = running.journal.head()
    read = open_to(running, actor, running.journal.entries(max(0, head - LOOKED_THROUGH), LOOKED_THROUGH))
    newest = read[::-1][:NEWEST]
    titles = listing.titles(view, actor, {entry.agreement for entry in newest})
    return [
        {
            "entry": entry,
            "title": titles.get(entry.agreement, ""),
            "shape": FACTS[entry.fact.type][0],
            "says": FACTS[entry.fact.type][1],
            "recorded_on": running.journal.local_day(entry.recorded_at),
        }
        for entry in newest
    ]


def _side_by_side(years: dict[int | None, int]) -> list[tuple[int, int]]:
    """Each year from the first to the last, with those between in which nothing was signed."""
    known = sorted(year for year in years if year is not None)
    if not known:
        return []
    first = max(known[0], known[-1] - WITH_COLUMN_EACH + 1)
    return [(year, years.get(year, 0)) for year in range(first, known[-1] + 1)]
