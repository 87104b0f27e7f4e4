"""What was just recorded, told once on the next page, whichever that is."""

from typing import NamedTuple

from fastapi import Request
from starlette.responses import Response

COOKIE = "pakta_recorded"
SECONDS = 60


class Told(NamedTuple):
    """Entries that were recorded: of one agreement its newest version, of several how many there are."""

    agreement: str
    version: int
    first: int
    last: int
    agreements: int


def tell(response: Response, told: Told) -> None:
    """Have the next page say it."""
    text = ".".join(map(str, told))
    response.set_cookie(COOKIE, text, max_age=SECONDS, httponly=True, samesite="lax")


def told_to(request: Request) -> Told | None:
    """What the last page wants to be said here."""
    agreement, *numbers = request.cookies.get(COOKIE, "").split(".")
    if len(numbers) != 4 or not all(n.isascii() and n.isdigit() and len(n) < 19 for n in numbers):
        return None
    return Told(agreement, *map(int, numbers))
