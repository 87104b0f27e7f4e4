"""Doors for recording: one agreement, one event, or a batch that stands or falls together."""

import asyncio
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from api.bodies import digest_of, read_json
from api.identity import writer
from api.language import language_of
from api.presenting import answer_document
from api.problems import Problem, from_journal
from api.shapes import AnswerDocument, BatchAnswerDocument
from api.tracing import Submit
from domain.agreement import Refused
from domain.agreement.access import Actor
from domain.facts import LATER_FACT, PROPOSED, Fact
from domain.journal import Answer, Command, Declined, Step, Unavailable

router = APIRouter(prefix="/api/v1")
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Repeat it to repeat the request safely: a retry gets the first answer.",
    ),
]
LONGEST_VERSION = 18  # digits
Writer = Annotated[Actor, Depends(writer)]


class BatchCommand(BaseModel):
    """Facts for one agreement; null opens a new one, whose first fact is `proposed`."""

    model_config = ConfigDict(extra="forbid", strict=True)
    agreement: UUID | None = None
    facts: Annotated[list[Fact], Field(min_length=1)]
    expected_version: Annotated[int, Field(ge=0)] | None = None


class Batch(BaseModel):
    """Commands that are stored together, with one correlation id, or not at all: a signing ceremony."""

    model_config = ConfigDict(extra="forbid", strict=True)
    commands: Annotated[list[BatchCommand], Field(min_length=1, max_length=1000)]


BATCH: TypeAdapter[Batch] = TypeAdapter(Batch)


@router.post("/agreements", status_code=201, response_model=AnswerDocument, tags=["Recording"])
async def propose(request: Request, actor: Writer, key: Key = None) -> Response:
    """Open an agreement with its proposal. It belongs to your organisation."""
    fact = await read_json(request, PROPOSED)
    command = _command(request, actor, key, digest_of(request, PROPOSED, fact), Step(None, (fact,)))
    answer = await _carry_out(request, command)
    result = answer_document(answer).results[0]
    headers = {"Location": f"/api/v1/agreements/{result.agreement}", "ETag": f'"{result.version}"'}
    return _created(answer, result.model_dump_json(), headers)


@router.post(
    "/agreements/{agreement}/events", status_code=201, response_model=AnswerDocument, tags=["Recording"]
)
async def record(
    request: Request,
    agreement: str,
    actor: Writer,
    key: Key = None,
    if_match: Annotated[str | None, Header(description='The version you have seen, such as "3"')] = None,
) -> Response:
    """Record what happened next, or mend what was recorded. Every type of fact but `proposed`."""
    fact = await read_json(request, LATER_FACT)
    step = Step(parse_id(agreement), (fact,), expected(if_match))
    command = _command(request, actor, key, digest_of(request, LATER_FACT, fact), step)
    answer = await _carry_out(request, command)
    result = answer_document(answer).results[0]
    return _created(answer, result.model_dump_json(), {"ETag": f'"{result.version}"'})


@router.post("/batches", status_code=201, response_model=BatchAnswerDocument, tags=["Recording"])
async def record_batch(request: Request, actor: Writer, key: Key = None) -> Response:
    """Record facts on several agreements, all or nothing."""
    batch = await read_json(request, BATCH)
    steps = tuple(Step(c.agreement, tuple(c.facts), c.expected_version) for c in batch.commands)
    command = _command(
        request, actor, key, digest_of(request, BATCH, batch), *steps, correlation_id=str(uuid4())
    )
    answer = await _carry_out(request, command)
    return _created(answer, answer_document(answer).model_dump_json(), {})


def parse_id(agreement: str) -> UUID:
    """The id in an address.

    Raises:
        Problem: 404, it is none.
    """
    try:
        parsed = UUID(agreement)
    except ValueError as error:
        raise Problem("not_found", 404) from error
    if str(parsed) != agreement.lower():
        raise Problem("not_found", 404)
    return parsed


def expected(if_match: str | None) -> int | None:
    """The version that If-Match asks for (RFC 9110, section 13.1.1); -1, which never is, for other tags."""
    if if_match is None or if_match.strip() == "*":
        return None
    tag = if_match.strip().strip('"')
    return int(tag) if tag.isascii() and tag.isdigit() and len(tag) <= LONGEST_VERSION else -1


def _command(
    request: Request,
    actor: Actor,
    key: str | None,
    digest: bytes,
    *steps: Step,
    correlation_id: str | None = None,
) -> Command:
    request.state.command_id = key or str(uuid4())
    return Command(
        actor=actor,
        command_id=request.state.command_id,
        digest=digest,
        steps=steps,
        retriable=key is not None,
        correlation_id=correlation_id,
        language=language_of(request),
    )


async def _carry_out(request: Request, command: Command) -> Answer:
    submit: Submit = request.app.state.submit
    try:
        return await asyncio.wrap_future(submit(command))
    except (Refused, Declined) as declined:
        if isinstance(declined, Unavailable):  # the only outcome of which the writer does not tell
            request.app.state.figures.commands.labels("unavailable").inc()
        several = command.correlation_id is not None
        pointer = f"/commands/{declined.step}/facts/{declined.fact}" if several else ""
        raise from_journal(declined, pointer) from declined


def _created(answer: Answer, body: str, headers: dict[str, str]) -> Response:
    language = {"Content-Language": answer.language, "Vary": "Accept-Language"}
    return Response(body, status_code=201, headers=headers | language, media_type="application/json")
