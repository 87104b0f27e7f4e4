"""An agreement replayed step by step: after each entry, how it stood then, and what that entry changed."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.agreements import readable
from api.asking import Reading
from api.comparing import differences
from api.identity import reader
from api.language import chosen
from api.pages import dates
from api.pages.agreement_parts import ended_on
from api.pages.audit import said
from api.pages.differing import differing
from api.pages.frame import page
from api.pages.happenings import reason_of
from api.pages.standing_sentence import standing_sentence
from api.pages.telling import told
from api.problems import of_parameter
from api.running import Running
from domain.agreement import Look, derive
from domain.agreement.access import Actor
from domain.facts import Corrected
from domain.journal import Entry

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor | None, Depends(reader)]
NEAR = 12  # steps on each side that can be gone to at once


class StepQuery(BaseModel):
    """After which entry; the first if left out."""

    model_config = ConfigDict(extra="ignore")
    version: Annotated[int, Field(ge=1)] = 1


@router.get("/agreements/{agreement}/replay")
def replay(request: Request, agreement: str, actor: Reader, query: Annotated[StepQuery, Query()]) -> Response:
    """One step: the entry, the agreement after it, seen on the day on which it was recorded."""
    running: Running = request.app.state.running
    _, trail = readable(running, agreement, actor, Reading())
    if query.version > len(trail):
        raise of_parameter("version", "there is no such version yet")
    return page(
        request,
        "replay.html",
        agreement=trail[0].agreement,
        version=query.version,
        newest=len(trail),
        near=range(max(1, query.version - NEAR), min(len(trail), query.version + NEAR) + 1),
        title=derive(running.journal.history(trail), running.journal.today()).title,
        **_step(running, trail, query.version, chosen(request)),
    )


def _step(running: Running, trail: Sequence[Entry], version: int, language: str) -> dict[str, Any]:
    """How it stood after an entry, and what that changed; both on the day of recording."""
    entry, known = trail[version - 1], trail[:version]
    history = running.journal.history(known)
    day = running.journal.local_day(entry.recorded_at)
    state = derive(history, day)
    changed = differences(running, trail, Look(version - 1, day), Look(version, day))
    return {
        "entry": entry,
        "told": told(said(entry.fact), language),
        "mends": told(entry.fact, language).title if isinstance(entry.fact, Corrected) else None,
        "reason": reason_of(entry.fact),
        "state": state,
        "standing": standing_sentence(
            state, day, running.journal.today(), language, ended_on(history, state)
        ),
        "written_day": dates.day(day, language),
        "changed": differing(changed, trail, language),
    }
