"""Signing in and out: a link that works once opens a session."""

from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.identity import signed_in
from api.language import english
from api.pages.frame import page
from api.problems import Problem
from api.running import Running
from api.sessions import carry, drop, own_page, session_of
from domain.agreement.access import Actor, Role

router = APIRouter(include_in_schema=False)
MAY: Mapping[Role, str] = {
    "coordinator": english("records what happens to the agreements of an organisation"),
    "viewer": english("reads what is public, what the organisation owns and what it was granted"),
    "auditor": english("reads everything, and records nothing"),
    "admin": english("reads like a viewer"),
}


@router.get("/sign-in", dependencies=[Depends(signed_in)])
def how_to_sign_in(request: Request) -> Response:
    """How to get in, for those who are not."""
    return _shown(request)


@router.get("/sign-in/{link}")
def offer(request: Request, link: str) -> Response:
    """A button rather than the session itself: programs that look at links before people do use none up."""
    running: Running = request.app.state.running
    return _shown(request, link, running.sessions.invited(link))


@router.post("/sign-in/{link}")
def sign_in(request: Request, link: str) -> Response:
    """Use up a link. Whatever session the browser had ends."""
    if not own_page(request):
        raise Problem("other_site", 403)
    running: Running = request.app.state.running
    session = running.sessions.open(link)
    if session is None:
        return _shown(request, link, status=410)
    if before := session_of(request):
        running.sessions.end(before)
    response = RedirectResponse("/", 303)
    carry(request, response, session)
    return response


@router.post("/sign-out")
def sign_out(request: Request) -> Response:
    """End the session."""
    if not own_page(request):
        raise Problem("other_site", 403)
    running: Running = request.app.state.running
    if session := session_of(request):
        running.sessions.end(session)
    response = RedirectResponse("/", 303)
    drop(request, response)
    return response


def _shown(
    request: Request, link: str | None = None, invited: Actor | None = None, status: int = 200
) -> Response:
    """The page of a link, or of how to get one."""
    return page(request, "sign_in.html", status, link=link, invited=invited, may=MAY)
