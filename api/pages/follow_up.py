"""The follow-up board: who owes what by when, from the longest overdue to what has no date."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import RowMapping

from api.asking import DayQuery, looking
from api.identity import reader
from api.language import english
from api.pages.frame import page
from domain.agreement.access import Actor
from projections import dashboards
from projections.views import View

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor | None, Depends(reader)]
SOON_DAYS = 30
MOST_OF_A_STATE = 50
OPEN_VISITS = ("overdue", "tentative", "scheduled", "confirmed")
OPEN_COMMITMENTS = ("overdue", "open")
# What is owed, who owes it, to whom, and by when: for either kind the columns that say so.
COLUMNS = {
    "visit": ("purpose", "visitor", "host", "window"),
    "commitment": ("text", "by", "to", "due"),
}
GROUPS = {
    "overdue": english("Overdue"),
    "soon": english("Within 30 days"),
    "later": english("Later"),
    "undated": english("Without a date"),
}


class Owed(NamedTuple):
    """Something that somebody owes. `date` is EDTF; `days` is how long it is overdue."""

    group: str
    kind: str
    agreement: str
    title: str
    text: str | None
    by: str | None
    to: str | None
    date: str | None
    state: str
    days: int | None
    last_day: str
    percent: float | None


class BoardQuery(BaseModel):
    """Whose promises to show; everybody's if left out."""

    model_config = ConfigDict(extra="ignore")
    who: Annotated[str, Field(max_length=500)] | None = None


@router.get("/follow-up")
def board(request: Request, actor: Reader, query: Annotated[BoardQuery, Query()]) -> Response:
    """Open commitments and visits, in groups by when they are due."""
    with looking(request.app.state.running, DayQuery(), "register", "calendar") as view:
        owed = sorted(_owed(view, actor), key=lambda one: (one.last_day, one.title))
    who = query.who or None
    shown = [one for one in owed if who in (None, one.by)]
    return page(
        request,
        "follow_up.html",
        groups={group: [one for one in shown if one.group == group] for group in GROUPS},
        headings=GROUPS,
        most=MOST_OF_A_STATE,
        is_whole=all(
            number < MOST_OF_A_STATE for number in Counter((o.kind, o.state) for o in owed).values()
        ),
        people=sorted({one.by for one in owed if one.by}),
        who=who,
    )


def _owed(view: View, actor: Actor | None) -> Iterator[Owed]:
    for state in OPEN_VISITS:
        for row in dashboards.visits(view, actor, {"state": state}, None, MOST_OF_A_STATE).rows:
            yield _one(view, "visit", row)
    for state in OPEN_COMMITMENTS:
        for row in dashboards.commitments(view, actor, {"state": state}, None, MOST_OF_A_STATE).rows:
            yield _one(view, "commitment", row)


def _one(view: View, kind: str, row: RowMapping) -> Owed:
    late = row["state"] == "overdue"
    text, by, to, due = (row[name] for name in COLUMNS[kind])
    return Owed(
        group="overdue" if late else _group(view.day, due, row["last_day"]),
        kind=kind,
        agreement=str(row["agreement"]),
        title=row["title"],
        text=text,
        by=by,
        to=to,
        date=due,
        state=row["state"],
        days=(view.day - date.fromisoformat(row["overdue_from"])).days + 1 if late else None,
        last_day=row["last_day"],
        percent=row["percent"] if kind == "commitment" else None,
    )


def _group(today: date, edtf: str | None, last_day: str) -> str:
    if edtf is None:
        return "undated"
    return "soon" if last_day <= (today + timedelta(SOON_DAYS)).isoformat() else "later"
