"""The calendar: a month at a time, an agenda beside it, and a feed for other calendar programs."""

from calendar import Calendar
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api.asking import DayQuery, looking
from api.identity import reader, writer
from api.language import chosen
from api.pages.frame import page
from api.problems import Problem
from api.running import Running
from domain.agreement.access import Actor
from projections.agenda import Item, agenda

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor | None, Depends(reader)]
DAYS_BACK, DAYS_AHEAD = 5 * 366, 5 * 366  # that the feed holds
MOST_IN_WEEK, MOST_IN_AGENDA = 8, 200
VIEWS = ("register", "calendar")


class MonthQuery(BaseModel):
    """The month to show; today's if left out."""

    model_config = ConfigDict(extra="ignore")
    month: (
        Annotated[str, Field(pattern=r"^(000[1-9]|00[1-9]\d|0[1-9]\d\d|[1-9]\d{3})-(0[1-9]|1[0-2])$")] | None
    ) = None


class Band(NamedTuple):
    """A stretch within a week: the column of its first day, 1 to 7, and how many it takes."""

    item: Item
    start: int
    width: int


class Week(NamedTuple):
    """Seven days, and what lies on them; `more` counts what there is no room for."""

    days: list[date]
    bands: list[Band]
    more: int


@router.get("/calendar")
def calendar(request: Request, actor: Reader, query: Annotated[MonthQuery, Query()]) -> Response:
    """A month. A vague date takes its whole stretch, never one day."""
    running: Running = request.app.state.running
    today = running.journal.today()
    first = date.fromisoformat(f"{query.month}-01") if query.month else today.replace(day=1)
    weeks = Calendar().monthdatescalendar(first.year, first.month) if first.year < date.max.year else []
    last = _next_month(first) - timedelta(days=1)
    with looking(running, DayQuery(), *VIEWS) as view:
        shown_first, shown_last = (weeks[0][0], weeks[-1][-1]) if weeks else (first, last)
        items = agenda(view, actor, shown_first, shown_last)
    here = [item for item in items if item.known.earliest <= last and item.known.latest >= first]
    return page(
        request,
        "calendar.html",
        first=first,
        weeks=[_week(days, items) for days in weeks],
        items=here[:MOST_IN_AGENDA],
        more=len(here) - len(here[:MOST_IN_AGENDA]),
        before=_address(first - timedelta(days=1)) if first > date(1, 1, 1) else None,
        after=_address(_next_month(first)) if last < date(9999, 11, 1) else None,
    )


@router.get("/calendar/subscription")
def subscription(request: Request, actor: Reader) -> Response:
    """How a calendar program follows along. Whoever is not signed in has no secret of their own."""
    return page(request, "subscription.html", feed=None if actor else f"{request.base_url}calendar.ics")


@router.post("/calendar/subscription")
async def subscribe(request: Request, actor: Annotated[Actor, Depends(writer)]) -> Response:
    """A secret address of the feed, for programs that cannot sign in."""
    running: Running = request.app.state.running
    key = await run_in_threadpool(running.sessions.subscribe, actor)
    return page(
        request, "subscription.html", feed=f"{request.base_url}calendar.ics?{urlencode({'key': key})}"
    )


async def subscriber(request: Request, key: str | None = None) -> Actor | None:
    """Who reads the feed: whoever the key was given to, else as on every page.

    Raises:
        Problem: 401, the key has ended.
    """
    if key is None:
        return await reader(request)
    running: Running = request.app.state.running
    actor = await run_in_threadpool(running.sessions.subscriber, key)
    if actor is None:
        raise Problem("no_token", 401)
    return actor


@router.get("/calendar.ics")
def feed(request: Request, actor: Annotated[Actor | None, Depends(subscriber)]) -> Response:
    """Visits and deadlines for calendar programs, from five years back to five years ahead."""
    running: Running = request.app.state.running
    today = running.journal.today()
    with looking(running, DayQuery(), *VIEWS) as view:
        items = agenda(view, actor, today - timedelta(DAYS_BACK), today + timedelta(DAYS_AHEAD))
    from api.exports.icalendar_feed import calendar_of  # noqa: PLC0415  # its library takes long to import

    language = chosen(request)
    body = calendar_of(items, str(request.base_url).rstrip("/"), language, running.journal.clock())
    headers: dict[str, Any] = {
        "Content-Language": language,
        "Content-Disposition": 'inline; filename="pakta.ics"',
        "Cache-Control": "private, max-age=300",
    }
    return Response(body, headers=headers, media_type="text/calendar; charset=utf-8")


def _week(days: list[date], items: list[Item]) -> Week:
    bands = _bands(days, items)
    return Week(days, bands[:MOST_IN_WEEK], len(bands) - len(bands[:MOST_IN_WEEK]))


def _bands(days: list[date], items: list[Item]) -> list[Band]:
    """What lies on a week, as far as it lies on it."""
    bands: list[Band] = []
    for item in items:
        if item.known.earliest <= days[-1] and item.known.latest >= days[0]:
            start = max(0, (item.known.earliest - days[0]).days)
            end = min(6, (item.known.latest - days[0]).days)
            bands.append(Band(item, start + 1, end - start + 1))
    return bands


def _next_month(first: date) -> date:
    return (
        date(first.year + first.month // 12, first.month % 12 + 1, 1)
        if first < date(9999, 12, 1)
        else date.max
    )


def _address(day: date) -> str:
    return f"/calendar?month={day.year:04}-{day.month:02}"
