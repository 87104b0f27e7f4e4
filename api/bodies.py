"""Request bodies: read once, within a limit, validated from the bytes as they came."""

import hashlib
import json
from typing import Any, TypeVar

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.types import Message

from api.explaining import wrong_fields
from api.language import language_of
from api.problems import Problem

T = TypeVar("T")


async def read_bytes(request: Request, limit: int) -> bytes:
    """The body, however it is framed.

    Raises:
        Problem: 413, it is larger than the limit in bytes.
    """
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise Problem("too_large", 413, params={"limit": limit})
        parts.append(part)
    return b"".join(parts)


def bounded(request: Request, limit: int, overhead: int = 0) -> Request:
    """The same request, of whose body only so many bytes can be read, and some that frame them.

    Raises:
        Problem: 413, on reading more. A form says beforehand how long it is only if it wants to.
    """
    size = 0

    async def received() -> Message:
        nonlocal size
        message = await request.receive()
        size += len(message.get("body", b""))
        if size > limit + overhead:
            raise Problem("too_large", 413, params={"limit": limit})
        return message

    return Request(request.scope, received)


async def read_json(request: Request, adapter: TypeAdapter[T]) -> T:
    """The body as what it should be.

    Raises:
        Problem: 400, it is no JSON; 413, it is too large; 422, with a pointer to each wrong field.
    """
    raw = await read_bytes(request, request.app.state.running.settings.max_body_bytes)
    try:
        return adapter.validate_json(raw)
    except ValidationError as error:
        try:
            body = json.loads(raw, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Problem("not_json", 400) from error
        errors = wrong_fields(language_of(request), error, body)
        raise Problem("invalid", 422, errors=errors) from error


def digest_of(request: Request, adapter: TypeAdapter[T], body: T) -> bytes:
    """What identifies a command: the address and the body's meaning, not its spelling."""
    return hashlib.sha256(request.url.path.encode() + b"\n" + adapter.dump_json(body)).digest()


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
