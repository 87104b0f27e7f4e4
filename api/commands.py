"""Doors for recording: one agreement, one event, or a batch that stands or falls together."""

import random
from typing import Annotated, Any, NamedTuple, Self, TypeVar
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.awaiting import Answers
from api.bodies import digest_of, read_json
from api.identity import writer
from api.language import language_of
from api.presenting import answer_document
from api.problems import Problem, from_journal
from api.shapes import AnswerDocument, BatchAnswerDocument
from domain.agreement import Refused
from domain.agreement.access import Actor
from domain.facts import LATER_FACT, PROPOSED, Fact
from domain.journal import Answer, Command, Declined, Step, Unavailable

router = APIRouter(prefix="/api/v1")
T = TypeVar("T")
LONGEST_VERSION = 18  # digits
KEY: TypeAdapter[str] = TypeAdapter(
    Annotated[
        str,
        Field(
            min_length=1,
            max_length=255,
            description="Repeat it to repeat the request safely: a retry gets the first answer.",
        ),
    ]
)


def _parameter(where: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    described = {"description": schema.pop("description")} if "description" in schema else {}
    return {"name": name, "in": where, "required": where == "path", "schema": schema, **described}


# These doors are the busiest. They look for what they need themselves, as having every parameter found for
# them takes longer than to decide what is asked; so what can be said is described here.
KEYED = _parameter("header", "Idempotency-Key", KEY.json_schema())
WHICH = _parameter("path", "agreement", {"type": "string"})
MATCHING = _parameter(
    "header", "If-Match", {"type": "string", "description": 'The version you have seen, such as "3"'}
)


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


@router.post(
    "/agreements",
    status_code=201,
    response_model=AnswerDocument,
    tags=["Recording"],
    openapi_extra={"parameters": [KEYED]},
)
async def propose(request: Request) -> Response:
    """Open an agreement with its proposal. It belongs to your organisation."""
    asked = await _Asked.by(request)
    fact = await read_json(request, PROPOSED)
    answer = await asked.carry_out(PROPOSED, fact, Step(None, (fact,)))
    result = answer_document(answer).results[0]
    headers = {"Location": f"/api/v1/agreements/{result.agreement}", "ETag": f'"{result.version}"'}
    return _created(answer, result.model_dump_json(), headers)


@router.post(
    "/agreements/{agreement}/events",
    status_code=201,
    response_model=AnswerDocument,
    tags=["Recording"],
    openapi_extra={"parameters": [WHICH, KEYED, MATCHING]},
)
async def record(request: Request) -> Response:
    """Record what happened next, or mend what was recorded. Every type of fact but `proposed`."""
    asked = await _Asked.by(request)
    fact = await read_json(request, LATER_FACT)
    agreement = parse_id(request.path_params["agreement"])
    step = Step(agreement, (fact,), expected(request.headers.get("if-match")))
    answer = await asked.carry_out(LATER_FACT, fact, step)
    result = answer_document(answer).results[0]
    return _created(answer, result.model_dump_json(), {"ETag": f'"{result.version}"'})


@router.post(
    "/batches",
    status_code=201,
    response_model=BatchAnswerDocument,
    tags=["Recording"],
    openapi_extra={"parameters": [KEYED]},
)
async def record_batch(request: Request) -> Response:
    """Record facts on several agreements, all or nothing."""
    asked = await _Asked.by(request)
    batch = await read_json(request, BATCH)
    steps = (Step(c.agreement, tuple(c.facts), c.expected_version) for c in batch.commands)
    answer = await asked.carry_out(BATCH, batch, *steps, correlation_id=str(uuid4()))
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


def key_of(request: Request) -> str | None:
    """The Idempotency-Key of a request, if it has one.

    Raises:
        RequestValidationError: it is too long or empty.
    """
    key = request.headers.get("idempotency-key")
    try:
        return None if key is None else KEY.validate_python(key)
    except ValidationError as error:
        raise RequestValidationError(
            [{**each, "loc": ("header", KEYED["name"])} for each in error.errors()]
        ) from error


class _Asked(NamedTuple):
    """A request to record something: who sends it, and the key under which it may be repeated."""

    request: Request
    actor: Actor
    key: str | None

    @classmethod
    async def by(cls, request: Request) -> Self:
        return cls(request, await writer(request), key_of(request))

    async def carry_out(
        self, adapter: TypeAdapter[T], body: T, *steps: Step, correlation_id: str | None = None
    ) -> Answer:
        command_id = self.request.state.command_id = self.key or _new_id()
        command = Command(
            actor=self.actor,
            command_id=command_id,
            # What cannot be repeated is never compared with what was sent before.
            digest=digest_of(self.request, adapter, body) if self.key else b"",
            steps=steps,
            retriable=self.key is not None,
            correlation_id=correlation_id,
            language=language_of(self.request),
        )
        answers: Answers = self.request.app.state.answers
        try:
            return await answers.carry_out(command)
        except (Refused, Declined) as declined:
            if isinstance(declined, Unavailable):  # the only outcome of which the writer does not tell
                self.request.app.state.figures.commands.labels("unavailable").inc()
            several = correlation_id is not None
            pointer = f"/commands/{declined.step}/facts/{declined.fact}" if several else ""
            raise from_journal(declined, pointer) from declined


def _new_id() -> str:
    # A name, no secret. To ask the system for each would let other threads take the interpreter away.
    return str(UUID(int=random.getrandbits(128), version=4))


def _created(answer: Answer, body: str, headers: dict[str, str]) -> Response:
    language = {"Content-Language": answer.language, "Vary": "Accept-Language"}
    return Response(body, status_code=201, headers=headers | language, media_type="application/json")
