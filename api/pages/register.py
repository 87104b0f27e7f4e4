"""The register as people search it: every filter is in the address, so that a list can be cited."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from babel import Locale
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field, model_validator

from api.asking import cursor_to, looking, start_of
from api.identity import reader
from api.language import chosen, say
from api.lists import RegisterQuery, register_item
from api.pages.frame import page
from api.pages.names import NAMES
from api.running import Running
from api.tables import csv_of, file_of
from domain.agreement.access import Actor
from domain.agreement.transitions import RUNGS
from projections import counting, dashboards, listing
from projections.listing import Wanted
from projections.views import View

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor | None, Depends(reader)]
CHOICES = 50  # fields of cooperation to choose from
CSV_PAGE = 500
MOST_COUNTED = 1_000  # of a list that no figure tells
PLACE_IN_LIST = ("cursor", "limit", "min_position", "lang")


class PageQuery(RegisterQuery):
    """The same filters as in the API. A form sends empty ones along, and the language may be chosen here."""

    model_config = ConfigDict(extra="ignore")

    # The lists behind the figures of the overview.
    counted: bool | None = None
    signed: bool | None = None
    followed_up: bool | None = None
    held: bool | None = None
    evidenced: bool | None = None
    no_next_step: bool | None = None
    dormant: bool | None = None
    expiring: Literal["30", "90", "180"] | None = None
    year: Annotated[int, Field(ge=1, le=9999)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, values: Any) -> Any:
        return {name: value for name, value in dict(values).items() if value not in ("", None)}

    @property
    def narrowing(self) -> dict[str, str]:
        """What narrows or orders the list, as it stands in an address."""
        given = self.model_dump(mode="json", exclude_defaults=True, exclude=set(PLACE_IN_LIST))
        return {name: _in_address(value) for name, value in given.items()}


Asked = Annotated[PageQuery, Query()]


@router.get("/agreements")
def register(request: Request, actor: Reader, query: Asked) -> Response:
    """The register, a page of it."""
    running: Running = request.app.state.running
    filters = query.model_dump()
    with looking(running, query, "register") as view:
        items, following = _shown(request, view, actor, query)
        options = {} if "hx-request" in request.headers else _options(view, actor, chosen(request))
        total = counting.count(view, actor, filters, MOST_COUNTED)
    return page(
        request,
        "register.html",
        items=items,
        total=total,
        is_counted=total != MOST_COUNTED + 1,
        query=query,
        as_of=view.day,
        following=_address(query, cursor=following) if following else None,
        first=_address(query) if query.cursor else None,
        csv=_address(query, path="/agreements.csv"),
        sorted_by=lambda sort: _address(query, sort=sort),
        keeping=_called(query, chosen(request)),
        options=options,
    )


@router.get("/agreements.csv")
def table(request: Request, actor: Reader, query: Asked) -> Response:
    """Exactly the list that these filters give, all pages of it, as CSV."""
    running: Running = request.app.state.running

    def pages() -> Iterator[str]:
        with looking(running, query, "register") as view:
            asked, more = query.model_copy(update={"limit": CSV_PAGE, "cursor": None}), True
            while more:
                items, following = _shown(request, view, actor, asked)
                yield csv_of(items) if asked.cursor is None else csv_of(items, with_heading=False)
                asked, more = asked.model_copy(update={"cursor": following}), following is not None

    return file_of(request, "agreements.csv", pages())


def _shown(
    request: Request, view: View, actor: Actor | None, query: PageQuery
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the list, and the cursor of the next one."""
    running: Running = request.app.state.running
    wanted = Wanted(query.model_dump(), query.sort, start_of(query, query.sort), query.limit)
    found = listing.agreements(view, actor, wanted)
    again = running.journal.twins([row["agreement"] for row in found.rows])
    items = [register_item(row, view, chosen(request), again=row["agreement"] in again) for row in found.rows]
    return items, cursor_to(query.sort, found.last) if found.last else None


def _options(view: View, actor: Actor | None, language: str) -> Mapping[str, list[tuple[str, str]]]:
    """What the filters offer: only what the register has."""
    territories = Locale(language).territories
    countries = [(code, territories.get(code, code)) for code in listing.countries(view)]
    fields = dashboards.fields(view, actor, None, CHOICES).rows
    return {
        "status": [(rung, rung) for rung in RUNGS],
        "country": sorted(countries, key=lambda country: country[1]),
        "field": [(row["name"], row["name"]) for row in fields],
    }


def _called(query: PageQuery, language: str) -> str:
    """What a list is called when it is kept: what was asked for."""
    words = [say(language, NAMES[value]) if value in NAMES else value for value in query.narrowing.values()]
    flags = [name for name, value in query.narrowing.items() if value == "true" and name in NAMES]
    told = [word for word in words if word not in ("true", "false")] + [
        say(language, NAMES[f]) for f in flags
    ]
    return ", ".join(told) or say(language, "Register")


def _address(query: PageQuery, path: str = "/agreements", **changes: str | None) -> str:
    kept = {**query.narrowing, **{name: value for name, value in changes.items() if value}}
    return f"{path}?{urlencode(kept)}" if kept else path


def _in_address(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
