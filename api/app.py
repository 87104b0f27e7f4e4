"""The application: every door of Pakta on one address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from opentelemetry.trace import TracerProvider
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import (
    agreements,
    commands,
    comparing,
    evidence,
    feed,
    figures,
    health,
    lists,
    openapi,
    problems,
    tracing,
)
from api.awaiting import Answers
from api.deadline import Deadline
from api.figures import Figures
from api.pages.failing import failed
from api.pages.frame import STATIC
from api.pages.rooms import doors
from api.running import Running
from api.settings import SOFTWARE, Settings
from api.watching import Watching

SMALLEST_SQUEEZED = 1_000  # bytes
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", POLICY.encode()),
)


def create_app(
    settings: Settings,
    *,
    running: Running | None = None,
    traces: TracerProvider | None = None,
    apart: bool = False,
) -> FastAPI:
    """An application on the data that the settings name. A `running` Pakta that is given stays open.

    `traces` takes the spans, instead of what the OTEL_ variables name. `apart` as in `Running.open`.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.running = running or Running.open(settings, apart=apart)
        app.state.figures.watch(app.state.running)
        app.state.answers = Answers(tracing.submitting(app.state.running, traces))
        yield
        if running is None:
            app.state.running.close()

    app = FastAPI(
        title="Pakta",
        version=SOFTWARE,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=tracing.telemetry(traces),
    )
    app.state.figures = Figures()
    problems.register(app, failed)
    # The feed's stream before agreements: addresses are matched in this order.
    # Put in their place, not included: an included router is looked through twice, and through three layers.
    for room in (commands, feed, lists, agreements, comparing, evidence, health, figures):
        app.router.routes.extend(room.router.routes)
    app.router.routes.extend(doors())
    app.mount("/static", Static(directory=STATIC), name="static")
    app.add_middleware(Deadline, seconds=settings.deadline)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(SqueezedPages, minimum_size=SMALLEST_SQUEEZED, compresslevel=5)
    app.add_middleware(Watching, figures=app.state.figures)
    openapi.register(app)
    return app


class SqueezedPages(GZipMiddleware):
    """Compresses what browsers read. The doors of the API answer as they are."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, through compression if it is for a page."""
        by_machine = scope["type"] == "http" and scope["path"].startswith(problems.API)
        await (self.app if by_machine else super().__call__)(scope, receive, send)


class Static(StaticFiles):
    """Files that pages use. One asked for by version never changes."""

    def file_response(
        self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200
    ) -> Response:
        """Let browsers keep a file for ever if its address has its version."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        if scope["query_string"].startswith(b"v="):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


class SecurityHeaders:
    """Adds what keeps a browser from doing more with an answer than it should."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the headers on whatever does not set them itself."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                message["headers"] += [header for header in SECURITY_HEADERS if header[0] not in present]
            await send(message)

        await self.app(scope, receive, send_guarded if scope["type"] == "http" else send)
