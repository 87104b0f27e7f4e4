"""Doors to one agreement: how it stands, its trail, its timeline."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field, TypeAdapter, ValidationError

from api.asking import (
    LARGEST_PAGE,
    Day,
    ListQuery,
    Position,
    Reading,
    as_position,
    cursor_to,
    listed,
    next_path,
    start_of,
    wait_for,
)
from api.commands import parse_id
from api.identity import reader
from api.language import language_of
from api.presenting import agreement_document, entry_document
from api.problems import Problem, of_parameter
from api.running import Running
from api.shapes import AgreementDocument, EntryList, TimelineList
from domain.agreement import derive
from domain.agreement.access import Actor, access, may
from domain.facts import Corrected, Retracted
from domain.journal import Entry
from projections import timeline

router = APIRouter(prefix="/api/v1/agreements/{agreement}", tags=["Agreements"])
Reader = Annotated[Actor | None, Depends(reader)]
MOMENT: TypeAdapter[datetime] = TypeAdapter(datetime)


class AgreementQuery(Reading):
    """On which day, as known when. Left out: now."""

    as_of: Day | None = None
    known_at: (
        Annotated[str, Field(description="A position, or an RFC 3339 time: what had been recorded by then")]
        | None
    ) = None
    version: Annotated[int, Field(ge=1, description="As after this version")] | None = None


class TrailQuery(Reading):
    """A page of the trail, after a version."""

    after: Position = 0
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = LARGEST_PAGE


class TimelineQuery(ListQuery):
    """A page of the timeline."""

    as_of: None = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = LARGEST_PAGE


@router.get("", response_model=AgreementDocument)
def agreement(
    request: Request, agreement: str, actor: Reader, query: Annotated[AgreementQuery, Query()]
) -> Response:
    """How an agreement stands, or stood, or will stand if nothing more is recorded."""
    running: Running = request.app.state.running
    position, trail = readable(running, agreement, actor, query)
    known = trail[: _version(query, trail)]
    if not known:
        raise Problem("not_found", 404)
    day = query.as_of or running.journal.today()
    state = derive(running.journal.history(known), day)
    again = bool(running.journal.twins([known[0].agreement])) and not state.voided
    language = language_of(request)
    document = agreement_document(known[0].agreement, state, day, position, language, again=again)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    if query.as_of is None and query.known_at is None and query.version is None:
        headers["ETag"] = f'"{state.version}"'
    return JSONResponse(document, headers=headers)


@router.get("/events", response_model=EntryList)
def trail(request: Request, agreement: str, actor: Reader, query: Annotated[TrailQuery, Query()]) -> Response:
    """The audit trail: every entry in order of recording, with what was corrected or retracted by what."""
    running: Running = request.app.state.running
    position, entries = readable(running, agreement, actor, query)
    shown = entries[query.after : query.after + query.limit]
    more = len(entries) > query.after + query.limit
    following = next_path(request, {"after": query.after + query.limit}) if more else None
    links = _links(entries)
    items = [{**entry_document(entry), **links.get(entry.version, NO_LINKS)} for entry in shown]
    return JSONResponse(listed(items, following, position), headers=_link(following))


@router.get("/timeline", response_model=TimelineList)
def happened(
    request: Request, agreement: str, actor: Reader, query: Annotated[TimelineQuery, Query()]
) -> Response:
    """What happened, in order of occurrence: corrections applied, what was retracted left out."""
    running: Running = request.app.state.running
    readable(running, agreement, actor, query)
    wait_for(running, query, "timeline")
    with running.views.on(running.journal.today(), "timeline") as view:
        page = timeline.of_agreement(
            view.connection, parse_id(agreement), start_of(query, "timeline"), query.limit
        )
    following = next_path(request, {"cursor": cursor_to("timeline", page.last)}) if page.last else None
    items = [_happened(row) for row in page.rows]
    return JSONResponse(listed(items, following, view.position), headers=_link(following))


def readable(
    running: Running, agreement: str, actor: Actor | None, query: Reading
) -> tuple[int, list[Entry]]:
    """The head of the journal, and the whole trail of an agreement.

    Raises:
        Problem: 404, there is none or it is hidden; 422, the position does not exist.
    """
    head = running.journal.head()
    if query.min_position is not None and query.min_position > head:
        raise Problem("beyond_the_head", 422, params={"head": head})
    trail = running.journal.trail(parse_id(agreement))
    if not trail or not may(actor, "read", access(running.journal.history(trail))):
        raise Problem("not_found", 404)
    return max(head, trail[-1].position or 0), trail


def _version(query: AgreementQuery, trail: Sequence[Entry]) -> int:
    """The version that the question is about: the newest that fits all it says."""
    version = trail[-1].version
    if query.version is not None:
        if query.version > version:
            raise of_parameter("version", "there is no such version yet")
        version = query.version
    if query.known_at is None:
        return version
    return min(version, known_version(query.known_at, trail))


def known_version(text: str, trail: Sequence[Entry]) -> int:
    """The last version that had been recorded by a position or a time.

    Raises:
        Problem: 422, the text is neither.
    """
    position = as_position(text)
    if position is not None:
        return max((e.version for e in trail if e.position is not None and e.position <= position), default=0)
    moment = as_moment(text)
    if moment is None:
        raise of_parameter("known_at", "must be a position, or a time such as 2026-11-21T08:00:00Z")
    return version_at(moment, trail)


def as_moment(text: str) -> datetime | None:
    """A time as RFC 3339 writes it; None for anything else."""
    try:
        # A plus sign in an address that was not escaped arrives as a blank.
        moment = MOMENT.validate_python(text.replace(" ", "+"))
    except ValidationError:
        return None
    written_out = moment.tzinfo is not None and text[:1].isdigit() and "T" in text.upper()
    return moment if written_out else None


def version_at(moment: datetime, trail: Sequence[Entry]) -> int:
    """The last version that had been recorded by a time; 0 before the first."""
    return max((e.version for e in trail if e.recorded_at <= moment), default=0)


NO_LINKS: dict[str, Any] = {"corrected_by": [], "retracted_by": []}


def _links(entries: Sequence[Entry]) -> dict[int, dict[str, list[int]]]:
    """For each version, those that correct or retract it."""
    links: dict[int, dict[str, list[int]]] = {}
    for entry in entries:
        if isinstance(entry.fact, Corrected | Retracted):
            here = links.setdefault(entry.fact.version, {"corrected_by": [], "retracted_by": []})
            here["corrected_by" if isinstance(entry.fact, Corrected) else "retracted_by"].append(
                entry.version
            )
    return links


def _happened(row: Any) -> dict[str, Any]:
    return {
        "agreement": str(UUID(str(row["agreement"]))),
        "version": row["version"],
        "position": row["position"],
        "recorded_at": row["recorded_at"],
        "corrected_in": row["corrected_in"],
        "earliest": timeline.unbounded(row["earliest"]),
        "latest": timeline.unbounded(row["latest"]),
        "fact": json.loads(row["fact"]),
    }


def _link(following: str | None) -> dict[str, str]:
    return {"Link": f'<{following}>; rel="next"'} if following else {}
