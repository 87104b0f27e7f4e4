"""Doors to the whole journal: a feed to read page by page, and a stream to follow."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field

from api.asking import LARGEST_PAGE, Position, Reading, as_position, listed, next_path
from api.identity import reader
from api.presenting import entry_document
from api.problems import Problem, of_parameter
from api.running import Running
from api.shapes import Feed
from domain.agreement.access import Actor, may
from domain.journal import Entry

router = APIRouter(prefix="/api/v1/events", tags=["Feed"])
Reader = Annotated[Actor | None, Depends(reader)]
CLOUD_EVENTS = "application/cloudevents-batch+json"
TAIL_PAGE = 200


class FeedQuery(Reading):
    """A page of the journal, after a position."""

    after: Position = 0
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 100


class StreamQuery(Reading):
    """Where the stream begins; Last-Event-ID weighs more. Left out: at what is recorded from now on."""

    after: Position | None = None


@router.get("", response_model=Feed)
def feed(request: Request, actor: Reader, query: Annotated[FeedQuery, Query()]) -> Response:
    """Every entry that you may read, in order of position. CloudEvents 1.0 if you ask for them."""
    running: Running = request.app.state.running
    head = running.journal.head()
    if query.min_position is not None and query.min_position > head:
        raise Problem("beyond_the_head", 422, params={"head": head})
    page = running.journal.entries(query.after, query.limit)
    position = (page[-1].position or 0) if page else head
    following = next_path(request, {"after": position}) if page and position < head else None
    headers = {"Vary": "Accept"} | ({"Link": f'<{following}>; rel="next"'} if following else {})
    items = [entry_document(entry) for entry in open_to(running, actor, page)]
    if CLOUD_EVENTS in request.headers.get("accept", ""):
        return JSONResponse([cloud_event(item) for item in items], headers=headers, media_type=CLOUD_EVENTS)
    return JSONResponse(listed(items, following, position), headers=headers)


def last_seen(last_event_id: Annotated[str | None, Header()] = None) -> int | None:
    """Where a reader broke off. Asked before the stream begins, when it is too late for a problem.

    Raises:
        Problem: 422, it is no position.
    """
    if last_event_id is None or not last_event_id.strip():
        return None
    position = as_position(last_event_id)
    if position is None:
        raise of_parameter("Last-Event-ID", "must be the position of an entry")
    return position


@router.get("/stream", response_class=EventSourceResponse)
async def stream(
    request: Request,
    actor: Reader,
    query: Annotated[StreamQuery, Query()],
    last_seen: Annotated[int | None, Depends(last_seen)],
) -> AsyncIterator[ServerSentEvent]:
    """Entries as they are recorded, as server-sent events; the id of each is its position."""
    running: Running = request.app.state.running
    after = query.after if last_seen is None else last_seen
    if after is None:
        after = await asyncio.to_thread(running.journal.head)
    while not await request.is_disconnected():
        if await running.tail.beyond(after):
            page = await asyncio.to_thread(running.journal.entries, after, TAIL_PAGE)
            for entry in await asyncio.to_thread(open_to, running, actor, page):
                yield ServerSentEvent(raw_data=entry.model_dump_json(), id=str(entry.position))
            after = (page[-1].position or after) if page else after


def open_to(running: Running, actor: Actor | None, entries: Sequence[Entry]) -> list[Entry]:
    """Those entries that somebody may read, judged by today's grants and visibility."""
    accesses = running.journal.accesses({entry.agreement for entry in entries})
    return [entry for entry in entries if may(actor, "read", accesses[entry.agreement])]


def cloud_event(item: dict[str, Any]) -> dict[str, Any]:
    """An entry in the envelope of CloudEvents 1.0."""
    return {
        "specversion": "1.0",
        "id": str(item["position"]),
        "source": f"/api/v1/agreements/{item['agreement']}",
        "type": f"pakta.{item['fact']['type']}",
        "subject": item["agreement"],
        "time": item["recorded_at"],
        "datacontenttype": "application/json",
        "data": item,
    }
