"""Every page there is: which rooms of the house have doors for people."""

from collections.abc import Iterator

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.pages import (
    agreement,
    audit,
    calendar,
    documentation,
    entering,
    entries,
    follow_up,
    overview,
    portal,
    problems,
    register,
    replay,
)
from api.pages.recording import ceremony, existing
from api.pages.recording import doors as recording

# Addresses are matched in this order.
ROOMS = (
    overview,
    register,
    agreement,
    ceremony,
    existing,
    recording,
    calendar,
    follow_up,
    audit,
    entries,
    replay,
    portal,
    entering,
    documentation,
    problems,
)


def doors() -> Iterator[BaseRoute]:
    """The doors of every room. A HEAD is answered as the GET is; the server leaves the body out."""
    for room in ROOMS:
        for door in room.router.routes:
            if isinstance(door, APIRoute) and door.methods and "GET" in door.methods:
                door.methods.add("HEAD")
            yield door
