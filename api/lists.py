"""Doors to the views: lists and figures over all agreements that somebody may see."""

import json
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AfterValidator, Field

from api.asking import DayQuery, ListQuery, cursor_to, listed, looking, next_path, start_of
from api.identity import reader
from api.language import language_of
from api.presenting import warning_documents
from api.running import Running
from api.shapes import (
    AgreementList,
    CommitmentList,
    FieldList,
    PartyList,
    SummaryDocument,
    VisitList,
)
from api.tables import csv_of
from domain.agreement import Warned
from domain.agreement.access import Actor
from domain.agreement.state import AgreementStanding, CommitmentState, VisitState
from domain.agreement.transitions import Instrument, Rung
from domain.values import AgreementKind, PartyKind
from domain.words import Organisation, legible
from projections import dashboards, listing
from projections.paging import Page
from projections.summary import summary
from projections.views import View

router = APIRouter(prefix="/api/v1")
Reader = Annotated[Actor | None, Depends(reader)]
Sort = Literal[
    "recorded",
    "-recorded",
    "title",
    "-title",
    "status",
    "-status",
    "proposed",
    "-proposed",
    "signed",
    "-signed",
]
Words = Annotated[str, AfterValidator(legible), Field(max_length=500)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]


class RegisterQuery(ListQuery):
    """Filters of the register; each narrows it further. `-` sorts the other way round."""

    status: Rung | None = None
    instrument: Instrument | None = None
    standing: AgreementStanding | None = None
    kind: AgreementKind | None = None
    country: Country | None = None
    party: Words | None = Field(None, description="A party's name, alias or code")
    field: Words | None = Field(None, description="A field of cooperation")
    owner: Organisation | None = None
    stalled: bool | None = None
    overdue: bool | None = Field(None, description="Its follow-up visit is overdue")
    q: Words | None = Field(
        None,
        description="Words from titles, parties, aliases, fields and references, or how they begin; "
        "where a script puts no space between words, any part of them",
    )
    sort: Sort = "recorded"


class VisitQuery(ListQuery):
    """Filters for visits."""

    state: VisitState | None = None
    owner: Organisation | None = None


class CommitmentQuery(ListQuery):
    """Filters for commitments."""

    state: CommitmentState | None = None
    owner: Organisation | None = None


class PartyQuery(ListQuery):
    """Filters for parties."""

    country: Country | None = None
    kind: PartyKind | None = None


@router.get("/agreements", response_model=AgreementList, tags=["Agreements"])
def agreements(request: Request, actor: Reader, query: Annotated[RegisterQuery, Query()]) -> Response:
    """The register. Ask for `text/csv` to get the page as a table."""
    running: Running = request.app.state.running
    language = language_of(request)
    with looking(running, query, "register") as view:
        wanted = listing.Wanted(query.model_dump(), query.sort, start_of(query, query.sort), query.limit)
        page = listing.agreements(view, actor, wanted)
    again = running.journal.twins([row["agreement"] for row in page.rows])
    items = [register_item(row, view, language, again=row["agreement"] in again) for row in page.rows]
    headers = {"Content-Language": language, "Vary": "Accept, Accept-Language"}
    following = _following(request, query.sort, page)
    if following:
        headers["Link"] = f'<{following}>; rel="next"'
    if "text/csv" in request.headers.get("accept", ""):
        disposition = {"Content-Disposition": 'attachment; filename="agreements.csv"'}
        return Response(csv_of(items), headers=headers | disposition, media_type="text/csv; charset=utf-8")
    return JSONResponse(listed(items, following, view.position), headers=headers)


@router.get("/summary", response_model=SummaryDocument, tags=["Dashboards"])
def figures(request: Request, actor: Reader, query: Annotated[DayQuery, Query()]) -> Response:
    """The figures of a day. A share without a case is null."""
    with looking(request.app.state.running, query, "register") as view:
        return JSONResponse(summary(view, actor))


@router.get("/visits", response_model=VisitList, tags=["Dashboards"])
def visits(request: Request, actor: Reader, query: Annotated[VisitQuery, Query()]) -> Response:
    """Visits of all agreements, the earliest window first."""
    with looking(request.app.state.running, query, "register", "calendar") as view:
        page = dashboards.visits(view, actor, query.model_dump(), start_of(query, "visits"), query.limit)
    items = [_dated(row, view.day, VISIT_FIELDS) for row in page.rows]
    return _answer(request, "visits", items, page, view)


@router.get("/commitments", response_model=CommitmentList, tags=["Dashboards"])
def commitments(request: Request, actor: Reader, query: Annotated[CommitmentQuery, Query()]) -> Response:
    """Commitments of all agreements, the earliest due first."""
    with looking(request.app.state.running, query, "register", "calendar") as view:
        page = dashboards.commitments(
            view, actor, query.model_dump(), start_of(query, "commitments"), query.limit
        )
    items = [_dated(row, view.day, COMMITMENT_FIELDS) for row in page.rows]
    return _answer(request, "commitments", items, page, view)


@router.get("/parties", response_model=PartyList, tags=["Dashboards"])
def parties(request: Request, actor: Reader, query: Annotated[PartyQuery, Query()]) -> Response:
    """Every party once, with the number of its agreements, the most frequent first."""
    with looking(request.app.state.running, query, "register", "parties") as view:
        page = dashboards.parties(view, actor, query.model_dump(), start_of(query, "parties"), query.limit)
    items = [{name: row[name] for name in PARTY_FIELDS} for row in page.rows]
    return _answer(request, "parties", items, page, view)


@router.get("/fields", response_model=FieldList, tags=["Dashboards"])
def fields(request: Request, actor: Reader, query: Annotated[ListQuery, Query()]) -> Response:
    """Every field of cooperation once, with the number of agreements that name it."""
    with looking(request.app.state.running, query, "register", "parties") as view:
        page = dashboards.fields(view, actor, start_of(query, "fields"), query.limit)
    items = [{name: row[name] for name in FIELD_FIELDS} for row in page.rows]
    return _answer(request, "fields", items, page, view)


ABOUT = ("title", "owner")
VISIT_FIELDS = (
    *ABOUT, "version", "visit", "visitor", "host", "place", "purpose", "window", "held", "state", "follow_up",
)  # fmt: skip
COMMITMENT_FIELDS = (
    *ABOUT, "version", "commitment", "text", "by", "to", "field", "due", "percent", "state", "outcome",
)  # fmt: skip
PARTY_FIELDS = ("name", "kind", "country", "region", "code", "agreements")
FIELD_FIELDS = ("name", "agreements", "agreed", "exploring", "mentioned")


def register_item(row: Any, view: View, language: str, *, again: bool) -> dict[str, Any]:
    """An agreement as lists show it; `again` says that the same owner had recorded its like before."""
    document = json.loads(row["document"])
    for inside in ("voided", "begun"):
        del document[inside]
    if row["overdue_from"]:
        document["follow_up"]["days_overdue"] = _days_since(row["overdue_from"], view.day)
    warnings = [Warned(w["code"], w["version"], tuple(map(tuple, w["params"]))) for w in document["warnings"]]
    if again:
        warnings.append(Warned("possible_duplicate", 1))
    document["warnings"] = warning_documents(warnings, language)
    return {"agreement": str(row["agreement"]), **document, "position": view.position}


def _dated(row: Any, day: date, names: tuple[str, ...]) -> dict[str, Any]:
    overdue = _days_since(row["overdue_from"], day) if row["state"] == "overdue" else None
    return {
        "agreement": str(row["agreement"]),
        **{name: row[name] for name in names},
        "days_overdue": overdue,
    }


def _days_since(overdue_from: str, day: date) -> int:
    return (day - date.fromisoformat(overdue_from)).days + 1


def _following(request: Request, order: str, page: Page) -> str | None:
    return next_path(request, {"cursor": cursor_to(order, page.last)}) if page.last else None


def _answer(request: Request, order: str, items: list[Any], page: Page, view: View) -> Response:
    following = _following(request, order, page)
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return JSONResponse(listed(items, following, view.position), headers=headers)
