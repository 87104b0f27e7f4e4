"""Which agreement is it about? The way to record something about one that exists."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.asking import DayQuery, looking
from api.identity import writer
from api.language import chosen
from api.lists import register_item
from api.pages.frame import page
from api.pages.recording.places import new_place
from domain.agreement.access import Actor
from projections import listing
from projections.listing import Wanted

router = APIRouter(include_in_schema=False)
Writer = Annotated[Actor, Depends(writer)]
MOST = 20  # agreements to choose from; who looks for another one types


class WhichQuery(BaseModel):
    """Words of the agreement that is looked for; the newest ones if left out."""

    model_config = ConfigDict(extra="ignore")
    q: Annotated[str, Field(max_length=200)] = ""


@router.get("/record/existing")
def which(request: Request, actor: Writer, query: Annotated[WhichQuery, Query()]) -> Response:
    """The agreements of one's own organisation, to choose one."""
    place = new_place(request, actor)
    with looking(place.running, DayQuery(), "register") as view:
        wanted = Wanted({"owner": actor.organisation, "q": query.q}, "-recorded", None, MOST)
        found = listing.agreements(view, actor, wanted)
        items = [register_item(row, view, chosen(request), again=False) for row in found.rows]
    more = found.last is not None
    return page(request, "recording/existing.html", place=place, items=items, more=more, q=query.q)
