"""The documentation of the API: a page to read, and the document that it is made from."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.pages.frame import PAGES

router = APIRouter(include_in_schema=False)
# Swagger UI sets styles on its elements; it runs no inline script.
DOCS_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


@router.get("/docs")
def docs() -> HTMLResponse:
    """The documentation to read and to try."""
    page = PAGES.get_template("docs.html").render()
    return HTMLResponse(page, headers={"Content-Security-Policy": DOCS_POLICY})


@router.get("/openapi.json")
def document(request: Request) -> dict[str, Any]:
    """The documentation as OpenAPI 3.1."""
    openapi: dict[str, Any] = request.app.openapi()
    return openapi
