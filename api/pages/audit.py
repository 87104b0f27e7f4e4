"""The trail of the whole record, newest first: every filter is in the address; and how the views stand."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field, model_validator
from sqlalchemy import RowMapping

from api.asking import Day, DayQuery, ListQuery, cursor_to, looking, start_of
from api.health import health as standing_of_views
from api.identity import reader
from api.language import chosen, say, say_number
from api.pages.frame import page
from api.pages.names import FACTS
from api.pages.telling import told
from api.running import Running
from api.tables import file_of, table_of
from domain.agreement.access import Actor
from domain.agreement.standing import types_of
from domain.facts import (
    AnnotationAdded,
    Corrected,
    EvidenceAttached,
    Fact,
    Granted,
    HandedOver,
    Retracted,
    Revoked,
)
from domain.journal.reader import Stored
from projections import listing, trail
from projections.views import View

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor | None, Depends(reader)]
CSV_PAGE = 500
LATE_BY = (30, 90, 365)  # days to choose from
SHOWN_OF_HASH = 8
# What says something of the record itself: when that occurred is when it was recorded.
SILENT = types_of(Corrected, Retracted, EvidenceAttached, AnnotationAdded, Granted, Revoked, HandedOver)
COLUMNS = (
    *("position", "recorded_at", "organisation", "role", "actor", "agreement", "title", "version", "type"),
    *("occurred", "days_late", "about", "corrected_in", "retracted", "correlation_id", "sha256"),
)


class TrailQuery(ListQuery):
    """What narrows the trail. A form sends empty filters along."""

    model_config = ConfigDict(extra="ignore")
    as_of: None = None
    agreement: UUID | None = None
    actor: Annotated[str, Field(max_length=200)] | None = None
    organisation: Annotated[str, Field(max_length=200)] | None = None
    type: Annotated[str, Field(max_length=200)] | None = None
    recorded_from: Day | None = None
    recorded_to: Day | None = None
    occurred_from: Day | None = None
    occurred_to: Day | None = None
    late: Annotated[int, Field(ge=0, le=4_000_000)] | None = None
    corrected: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, values: Any) -> Any:
        return {name: value for name, value in dict(values).items() if value not in ("", None)}

    @property
    def filters(self) -> dict[str, Any]:
        """What narrows the trail, as its columns say it."""
        given = self.model_dump(exclude={"cursor", "limit", "min_position", "as_of", "type"})
        days = {name: day.isoformat() if isinstance(day, date) else day for name, day in given.items()}
        return {**days, "recorded_type": self.type}

    @property
    def narrowing(self) -> dict[str, str]:
        """The same as it stands in an address."""
        outside = {"cursor", "limit", "min_position", "as_of"}
        given = self.model_dump(mode="json", exclude_none=True, exclude=outside)
        return {name: str(value).lower() if value is True else str(value) for name, value in given.items()}


class Line(NamedTuple):
    """An entry as the trail lists it: what it said itself, and what became of it."""

    row: RowMapping
    fact: Fact
    shape: str
    says: str
    about: str | None
    occurred: str | None
    title: str
    sha256: str


Asked = Annotated[TrailQuery, Query()]


@router.get("/audit")
def audit(request: Request, actor: Reader, query: Asked) -> Response:
    """The trail, a page of it."""
    running: Running = request.app.state.running
    language = chosen(request)
    with looking(running, DayQuery(), "entries", "register") as view:
        lines, following = _lines(running, view, actor, query, language)
        total = trail.count(view.connection, actor, query.filters)
        choices = {} if "hx-request" in request.headers else trail.choices(view.connection, actor)
        about = listing.titles(view, actor, [query.agreement]) if query.agreement else {}
    return page(
        request,
        "audit.html",
        lines=lines,
        total=total,
        most=trail.MOST_COUNTED,
        query=query,
        choices=choices,
        types=[(kind, say(language, FACTS[kind][1])) for kind in choices.get("recorded_type", ())],
        late=[(str(days), _later_than(days, language)) for days in LATE_BY],
        late_by=LATE_BY,
        silent=SILENT,
        zip=zip,
        instant=datetime.fromisoformat,
        about=about.get(query.agreement) if query.agreement else None,
        position=view.position,
        csv=_address(query, "/audit.csv"),
        following=_address(query, cursor=following) if following else None,
        first=_address(query) if query.cursor else None,
        without=lambda name: _without(query, name),
        only=lambda **changes: _address(query, **changes),
    )


@router.get("/audit.csv")
def table(request: Request, actor: Reader, query: Asked) -> Response:
    """Exactly the list that these filters give, all pages of it, as CSV."""
    running: Running = request.app.state.running

    def pages() -> Iterator[str]:
        with looking(running, DayQuery(), "entries", "register") as view:
            asked, more = query.model_copy(update={"limit": CSV_PAGE, "cursor": None}), True
            while more:
                lines, following = _lines(running, view, actor, asked, chosen(request))
                yield table_of(COLUMNS, map(_cells, lines), with_heading=asked.cursor is None)
                asked, more = asked.model_copy(update={"cursor": following}), following is not None

    return file_of(request, "entries.csv", pages())


@router.get("/audit/health", dependencies=[Depends(reader)])
def health(request: Request) -> Response:
    """How far each view has got, counted against the journal's head."""
    return page(request, "audit_health.html", report=standing_of_views(request.app.state.running))


def said(fact: Fact) -> Fact:
    """What an entry tells of the world: of a correction, the right fact."""
    return fact.fact if isinstance(fact, Corrected) else fact


def _lines(
    running: Running, view: View, actor: Actor | None, query: TrailQuery, language: str
) -> tuple[list[Line], str | None]:
    """A page of the trail, and the cursor of the next one."""
    after = start_of(query, "trail")
    found = trail.page(view.connection, actor, query.filters, after, query.limit)
    stored = running.journal.stored(row["position"] for row in found.rows)
    titles = listing.titles(view, actor, {row["agreement"] for row in found.rows})
    there = [row for row in found.rows if row["position"] in stored]
    lines = [_line(row, stored[row["position"]], titles, language) for row in there]
    return lines, cursor_to("trail", found.last) if found.last else None


def _line(row: RowMapping, stored: Stored, titles: Mapping[UUID, str], language: str) -> Line:
    fact = stored.entry.fact
    inner = told(said(fact), language)
    corrects = isinstance(fact, Corrected)
    outer = told(fact, language)
    occurred = said(fact).occurred
    return Line(
        row,
        fact,
        outer.shape,
        outer.title,
        inner.title if corrects else outer.about,
        occurred.edtf if occurred else None,
        titles.get(row["agreement"], ""),
        hashlib.sha256(stored.state).hexdigest(),
    )


def _cells(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        **row,
        "title": line.title,
        "type": row["recorded_type"],
        "occurred": line.occurred,
        "days_late": row["lag"],
        "sha256": line.sha256,
    }


def _later_than(days: int, language: str) -> str:
    words = say_number(language, "more than {number} day later", "more than {number} days later", days)
    return words.format(number=days)


def _without(query: TrailQuery, name: str) -> str:
    return _address(query.model_copy(update={name: None}))


def _address(query: TrailQuery, path: str = "/audit", **changes: str | None) -> str:
    kept = {**query.narrowing, **changes}
    given = {name: value for name, value in kept.items() if value}
    return f"{path}?{urlencode(given)}" if given else path
