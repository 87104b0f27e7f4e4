"""Watches requests: each has an id, a line in the log and a place in the figures."""

import logging
import random
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.figures import Figures
from api.tracing import conceal, trace_id

SANE = re.compile(rb"[A-Za-z0-9._-]{8,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

log = logging.getLogger("pakta.requests")


class Watching:
    """Tells of each request what may be told: the route, never the address, a header or the body."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        self.app = app
        self.figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its id on the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = scope.setdefault("state", {})["request_id"] = _request_id(scope)
        conceal(scope)
        started = time.perf_counter()
        begun: tuple[int, float] | None = None

        async def send_noted(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = message["status"], time.perf_counter() - started
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        finally:
            # Nothing was sent: it failed, and is answered with 500 further out.
            status, seconds = begun or (500, time.perf_counter() - started)
            self._tell(scope, status, seconds, time.perf_counter() - started)

    def _tell(self, scope: Scope, status: int, seconds: float, in_all: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "other"
        route = _route(scope)
        self.figures.request(method, route, status).observe(seconds)
        state = scope["state"]
        actor = state.get("actor")
        told = {
            "method": method,
            "route": route,
            "status": status,
            "ms": round(in_all * 1000, 1),
            "request_id": state["request_id"],
            "trace_id": trace_id(),
            "actor": actor.id if actor else None,
            "organisation": actor.organisation if actor else None,
            "command_id": state.get("command_id"),
        }
        if log.isEnabledFor(logging.INFO):
            # By `log.info` it would look for the place in the code that every such line comes from.
            record = logging.LogRecord(
                log.name, logging.INFO, __file__, 0, f"{method} {route} {status}", None, None
            )
            record.told = told
            log.handle(record)


def _request_id(scope: Scope) -> str:
    """The caller's own, if it is one that can stand in a log, else a new one."""
    given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
    if SANE.fullmatch(given):
        return given.decode()
    return f"{random.getrandbits(128):032x}"  # it is a name, no secret, and asks the system for nothing


def _route(scope: Scope) -> str:
    """The template of the address; addresses themselves are without number, and some hold what is secret."""
    path = getattr(scope.get("route"), "path", None)
    return str(path) if path else "static" if scope["path"].startswith("/static/") else "none"
