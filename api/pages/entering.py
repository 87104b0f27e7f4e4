"""Signing in and out: a link that works once opens a session."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.pages.frame import page
from api.problems import Problem
from api.running import Running
from api.sessions import carry, drop, own_page, session_of

router = APIRouter(include_in_schema=False)


@router.get("/sign-in")
def how_to_sign_in(request: Request) -> Response:
    """How to get in, for those who are not."""
    return page(request, "sign_in.html", link=None, usable=False)


@router.get("/sign-in/{link}")
def offer(request: Request, link: str) -> Response:
    """A button rather than the session itself: programs that look at links before people do use none up."""
    running: Running = request.app.state.running
    return page(request, "sign_in.html", link=link, usable=running.sessions.is_open(link))


@router.post("/sign-in/{link}")
def sign_in(request: Request, link: str) -> Response:
    """Use up a link. Whatever session the browser had ends."""
    if not own_page(request):
        raise Problem("other_site", 403)
    running: Running = request.app.state.running
    session = running.sessions.open(link)
    if session is None:
        return page(request, "sign_in.html", 410, link=link, usable=False)
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
