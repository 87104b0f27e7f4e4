"""Doors for evidence: scans to keep, and to read by whoever may read an agreement that cites them."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from api.asking import Reading, wait_for
from api.bodies import bounded, read_bytes
from api.commands import KEYED, key_of
from api.documents import OtherContent, media_type_of
from api.identity import reader, writer
from api.problems import Problem
from api.running import Running
from domain.agreement.access import Actor, may
from projections.citations import citing

router = APIRouter(prefix="/api/v1/documents", tags=["Documents"])
Reader = Annotated[Actor | None, Depends(reader)]
FORM_OVERHEAD = 10_000  # bytes that a form may take beside its file


class StoredDocument(BaseModel):
    """Where a document is; name its `sha256` in the evidence of a fact. `size` in bytes."""

    sha256: str
    media_type: str
    size: int


@router.post("", status_code=201, response_model=StoredDocument, openapi_extra={"parameters": [KEYED]})
async def upload(request: Request) -> Response:
    """Keep a scan, so that evidence can name it: as the body, or as `file` of a form."""
    running: Running = request.app.state.running
    actor, key = await writer(request), key_of(request)
    if actor.role != "coordinator":
        raise Problem("not_allowed", 403)
    content, declared = await _uploaded(request, running.settings.max_document_bytes)
    media_type = media_type_of(content)
    if media_type is None or declared not in (None, media_type, "application/octet-stream"):
        raise Problem("unsupported_type", 415)
    try:
        stored = await asyncio.to_thread(running.documents.keep, content, media_type, actor, key)
    except OtherContent as other:
        raise Problem("key_reused", 422, params={"key": key}) from other
    headers = {"Location": f"/api/v1/documents/{stored.sha256}"}
    return JSONResponse(stored._asdict(), status_code=201, headers=headers)


async def _uploaded(request: Request, limit: int) -> tuple[bytes, str | None]:
    """A file and the type that it was said to have."""
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared != "multipart/form-data":
        plain = declared in ("", "application/x-www-form-urlencoded")
        return await read_bytes(request, limit), None if plain else declared
    limited = bounded(request, limit, FORM_OVERHEAD)
    try:
        async with limited.form(max_files=1, max_part_size=FORM_OVERHEAD) as form:
            file = form.get("file")
            if file is None or isinstance(file, str):
                raise Problem("not_a_form", 400)
            content = await file.read(limit + 1)
    except HTTPException as error:
        raise Problem("not_a_form", 400) from error
    if len(content) > limit:
        raise Problem("too_large", 413, params={"limit": limit})
    return content, (file.content_type or "").lower() or None


@router.get("/{sha256}", response_class=Response)
def download(request: Request, sha256: str, actor: Reader) -> Response:
    """A scan, for those who may read an agreement that cites it, or whose organisation uploaded it."""
    running: Running = request.app.state.running
    found = running.documents.content(sha256) if _may_read(running, actor, sha256) else None
    if found is None:
        raise Problem("not_found", 404)
    stored, content = found
    headers = {
        "ETag": f'"{stored.sha256}"',
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'inline; filename="{stored.sha256[:12]}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, headers=headers, media_type=stored.media_type)


def _may_read(running: Running, actor: Actor | None, sha256: str) -> bool:
    if actor is not None and running.documents.uploaded_by(sha256, actor.organisation):
        return True
    wait_for(running, Reading(), "citations")
    with running.follower.reading.connect() as connection:
        cited = citing(connection, sha256)
    # Naming a scan opens it to nobody: only those who had it themselves share it by citing it.
    shared = {c.agreement for c in cited if running.documents.uploaded_by(sha256, c.organisation)}
    return any(may(actor, "read", access) for access in running.journal.accesses(shared).values())
