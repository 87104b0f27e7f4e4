"""What every question may say: the day, the page, and how fresh the answer must be."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from api.problems import Problem, of_parameter
from api.running import Running
from projections.paging import Key
from projections.views import View

MIN_POSITION_SECONDS = 5.0
OWN_WRITES_SECONDS = 0.5
LARGEST_PAGE = 500
LARGEST_NUMBER = 2**63 - 1  # that a database takes
LONGEST_NUMBER = len(str(LARGEST_NUMBER))  # digits
# What a page is ordered by, and so what its cursor holds.
ORDERS: Mapping[str, tuple[type, ...]] = {
    "recorded": (int, int),
    "title": (str, int),
    "status": (int, int),
    "proposed": (str, int),
    "signed": (str, int),
    "visits": (str, int, int),
    "commitments": (str, int, int),
    "parties": (int, str),
    "fields": (int, str),
    "timeline": (str, str, int, int),
    "trail": (int,),
}


def _plain_day(value: Any) -> Any:
    """A day is written as a day; pydantic would also take numbers for seconds since 1970."""
    if isinstance(value, str):
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007  # a day has no zone
        except ValueError as error:
            raise ValueError("must be a day, such as 2026-11-21") from error
    return value


Position = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
Day = Annotated[date, BeforeValidator(_plain_day), Field(description="A day; today if left out")]


def as_position(text: str) -> int | None:
    """A position written in digits; the largest there can be for a longer number, None for anything else."""
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0")
    return min(int(digits or "0"), LARGEST_NUMBER) if len(digits) <= LONGEST_NUMBER else LARGEST_NUMBER


class Reading(BaseModel):
    """Parameters of every question. Unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")
    min_position: Annotated[Position, Field(description="The answer must reflect this position")] | None = (
        None
    )


class DayQuery(Reading):
    """A question about a day."""

    as_of: Day | None = None


class ListQuery(DayQuery):
    """A question that is answered in pages."""

    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 50
    cursor: str | None = None


def wait_for(running: Running, query: Reading, *names: str) -> None:
    """Let views get as far as the reader has seen, or this process has written.

    Raises:
        Problem: 422, that position does not exist; 503, the views are not that far yet.
    """
    follower = running.follower
    if query.min_position is None:
        follower.wait_for(running.journal.newest, OWN_WRITES_SECONDS, *names)
        return
    head = running.journal.head()
    if query.min_position > head:
        raise Problem("beyond_the_head", 422, params={"head": head})
    if not follower.wait_for(query.min_position, MIN_POSITION_SECONDS, *names):
        position = follower.position(*names)
        raise Problem("not_ready", 503, params={"position": position}, headers={"Retry-After": "1"})


@contextmanager
def looking(running: Running, query: DayQuery, *names: str) -> Iterator[View]:
    """The views that answer a question."""
    wait_for(running, query, *names)
    with running.views.on(query.as_of or running.journal.today(), *names) as view:
        yield view


def start_of(query: ListQuery, order: str) -> Key | None:
    """Where a page begins: what the cursor of the page before says.

    Raises:
        Problem: 422, the cursor is none of ours, or belongs to another order.
    """
    if query.cursor is None:
        return None
    try:
        padded = query.cursor + "=" * (-len(query.cursor) % 4)
        saved, *key = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (ValueError, TypeError) as error:
        raise of_parameter("cursor", "must be a cursor that an answer gave") from error
    if saved != order:
        raise of_parameter("cursor", "belongs to a list in another order")
    if not _is_key(key, ORDERS[order.removeprefix("-")]):
        raise of_parameter("cursor", "must be a cursor that an answer gave")
    return tuple(key)


def _is_key(key: Sequence[object], kinds: Sequence[type]) -> bool:
    """Whether a database can compare it with the keys of its rows."""
    return [type(part) for part in key] == list(kinds) and all(
        abs(part) <= LARGEST_NUMBER if isinstance(part, int) else _is_storable(str(part)) for part in key
    )


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def cursor_to(order: str, key: Key) -> str:
    """The cursor of the page that begins after a key."""
    return base64.urlsafe_b64encode(json.dumps([order, *key]).encode()).decode().rstrip("=")


def next_path(request: Request, changes: Mapping[str, str | int]) -> str:
    """The address of the next page: this one's, with some parameters changed."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in changes]
    return f"{request.url.path}?{urlencode([*kept, *changes.items()])}"


def listed(items: Sequence[Any], following: str | None, position: int) -> dict[str, Any]:
    """The answer of every list."""
    return {"items": items, "next": following, "position": position}
