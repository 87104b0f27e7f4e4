"""The door to what changed in an agreement: two versions or times, field by field."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from api.agreements import as_moment, readable, version_at
from api.asking import Day, Reading, as_position
from api.identity import reader
from api.problems import of_parameter
from api.running import Running
from domain.agreement import Difference, Look, compare
from domain.agreement.access import Actor
from domain.journal import Entry
from domain.journal.entry import RecordedBy, Timestamp

router = APIRouter(prefix="/api/v1/agreements/{agreement}", tags=["Agreements"])
Reader = Annotated[Actor | None, Depends(reader)]
Moment = Annotated[
    str,
    Field(description="A version (0: before the first entry), or an RFC 3339 time: as recorded by then"),
]


class CompareQuery(Reading):
    """Between which two states of the record, and how things stood on which day by each."""

    from_: Annotated[Moment, Field(alias="from")]
    to: Moment | None = None
    as_of: Day | None = None


class ChangedBy(BaseModel):
    """The entry that changed an answer."""

    version: int
    position: int
    type: str
    recorded_at: Timestamp
    recorded_by: RecordedBy


class DifferenceDocument(BaseModel):
    """One answer that differs, by its path: `["visits", "return-visit", "window"]`. Null: it has none."""

    field: list[str]
    from_: Annotated[Any, Field(alias="from")]
    to: Any
    entry: ChangedBy | None


class Comparison(BaseModel):
    """What changed from one version to another, both seen on one day."""

    agreement: str
    from_: Annotated[int, Field(alias="from")]
    to: int
    as_of: date
    differences: list[DifferenceDocument]
    position: int


@router.get("/compare", response_model=Comparison)
def compared(
    request: Request, agreement: str, actor: Reader, query: Annotated[CompareQuery, Query()]
) -> Response:
    """What changed between two versions or times, field by field, each with the entry that changed it."""
    running: Running = request.app.state.running
    position, trail = readable(running, agreement, actor, query)
    old = _version("from", query.from_, trail)
    new = _version("to", query.to, trail) if query.to is not None else trail[-1].version
    day = query.as_of or running.journal.today()
    found = differences(running, trail, Look(old, day), Look(new, day))
    document = {
        "agreement": str(trail[0].agreement),
        "from": old,
        "to": new,
        "as_of": day.isoformat(),
        "differences": [_document(difference, trail) for difference in found],
        "position": position,
    }
    return JSONResponse(document)


def differences(running: Running, trail: Sequence[Entry], old: Look, new: Look) -> list[Difference]:
    """What differs between two looks at an agreement with this trail."""
    return compare([running.journal.recorded(entry) for entry in trail], old, new)


def _version(parameter: str, text: str, trail: Sequence[Entry]) -> int:
    number = as_position(text)
    if number is None:
        moment = as_moment(text)
        if moment is None:
            raise of_parameter(parameter, "must be a version, or a time such as 2026-11-21T08:00:00Z")
        return version_at(moment, trail)
    if number > trail[-1].version:
        raise of_parameter(parameter, "there is no such version yet")
    return number


def _document(difference: Difference, trail: Sequence[Entry]) -> dict[str, Any]:
    by = trail[difference.version - 1] if difference.version else None
    return {
        "field": list(difference.path),
        "from": difference.old,
        "to": difference.new,
        "entry": by and _changed_by(by),
    }


def _changed_by(entry: Entry) -> dict[str, Any]:
    changed = ChangedBy(type=entry.fact.type, **{name: getattr(entry, name) for name in SHOWN})
    return changed.model_dump(mode="json")


SHOWN = ("version", "position", "recorded_at", "recorded_by")
