"""What went wrong, why, and what to do next (RFC 9457)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy import exc
from starlette.exceptions import HTTPException

from api.explaining import FieldError, explain
from api.language import language_of, say
from domain.agreement.admit import REFUSALS, Refused
from domain.journal import Busy, Declined, KeyReused, NotAllowed, Stale, Unavailable, UnknownAgreement

log = logging.getLogger("pakta.requests")

# code: (title, what it says, what to do next). The titles and texts are translated in locale/.
PROBLEMS: dict[str, tuple[str, str, str]] = {
    "not_json": (
        "The body is not JSON",
        "The body could not be read as JSON.",
        "Send one JSON document in UTF-8.",
    ),
    "invalid": (
        "Something in the request is not valid",
        "See `errors` for each field.",
        "Correct the fields that are named and send the request again. Nothing was stored.",
    ),
    "no_token": (
        "A valid token is needed",
        "The request carries no valid token.",
        "Send `Authorization: Bearer …` with a token of your organisation.",
    ),
    "other_site": (
        "Sent from another site",
        "A page of another site sent this in your name. Nothing was stored.",
        "Open Pakta itself and do it there.",
    ),
    "not_allowed": (
        "You may not do this",
        "Only a coordinator of the organisation that owns the agreement may record.",
        "Ask a coordinator of that organisation, or have the agreement handed over.",
    ),
    "not_found": (
        "There is nothing here",
        "There is nothing at this address, or it is not open to you.",
        "Check the address. The register is at /agreements, for machines at /api/v1/agreements.",
    ),
    "stale": (
        "The agreement has changed meanwhile",
        "The agreement is at version {actual}, not {expected}.",
        "Read what was recorded meanwhile, then send again with the newest version.",
    ),
    "key_reused": (
        "This Idempotency-Key was used for something else",
        "The key {key} belongs to another request.",
        "Use a new key for a new command; repeat a key only to repeat the same request.",
    ),
    "beyond_the_head": (
        "That position does not exist yet",
        "The journal ends at position {head}.",
        "Ask for a position that an answer gave you.",
    ),
    "not_ready": (
        "The views are not that far yet",
        "The views are at position {position}.",
        "Ask again in a moment.",
    ),
    "unavailable": (
        "The journal cannot be reached",
        "Whether the command was stored is not known.",
        "Send the same request again with the same Idempotency-Key; nothing will be stored twice.",
    ),
    "unanswered": (
        "The question cannot be answered now",
        "The data could not be reached, or not in time.",
        "Ask again after the seconds that `Retry-After` names.",
    ),
    "busy": (
        "Too many requests are waiting",
        "More is being recorded than can be stored in good time. Nothing of this request was stored.",
        "Send the same request again after the seconds that `Retry-After` names.",
    ),
    "too_large": (
        "That is too large",
        "At most {limit} bytes are accepted here.",
        "Send less, or in parts.",
    ),
    "unsupported_type": (
        "This kind of file is not accepted",
        "Accepted are PDF, PNG, JPEG, TIFF and WebP, and the content must be what it is said to be.",
        "Send the scan in one of these forms.",
    ),
    "not_a_form": (
        "The form could not be read",
        "A form must be whole and hold one file, named `file`.",
        "Send the scan as `file` of a form, or as the body itself.",
    ),
    "method_not_allowed": (
        "This address does not take that method",
        "The address exists, but not for {method}.",
        "See the documentation at /docs for what it takes.",
    ),
    "internal": (
        "Something went wrong on our side",
        "The request could not be carried out.",
        "Try again. If it stays so, tell the operator the time and the address.",
    ),
}
# Why the journal declines: (code, status).
DECLINED: dict[type[Declined], tuple[str, int]] = {
    UnknownAgreement: ("not_found", 404),
    NotAllowed: ("not_allowed", 403),
    Stale: ("stale", 412),
    KeyReused: ("key_reused", 422),
    Busy: ("busy", 503),
    Unavailable: ("unavailable", 503),
}
API = "/api/"
REFUSED_TITLE = "This cannot be true of the agreement"
REFUSED_ADVICE = "Nothing was stored. Correct the fact, or correct what was recorded before."


class ProblemDocument(BaseModel):
    """A problem as it is sent, `application/problem+json`. `type` opens a page that explains it."""

    type: str = Field(examples=["/problems/in_the_future"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["in_the_future"])
    errors: list[FieldError] = []


class Problem(Exception):
    """An answer that is no success."""

    def __init__(
        self,
        code: str,
        status: int,
        *,
        params: Mapping[str, object] | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        pointer: str = "",
    ) -> None:
        self.code = code
        self.status = status
        self.params = {name: str(value) for name, value in (params or {}).items()}
        self.errors = errors
        self.headers = headers
        self.pointer = pointer
        super().__init__(code)

    def document(self, language: str) -> ProblemDocument:
        """The problem in words."""
        if self.code in PROBLEMS:
            title, detail, _ = PROBLEMS[self.code]
        else:
            title, detail = REFUSED_TITLE, REFUSALS[self.code]
        said = say(language, detail, self.params)
        errors = [error.model_copy(update={"detail": say(language, error.detail)}) for error in self.errors]
        if self.pointer:
            errors = [FieldError(pointer=self.pointer, detail=said)]
        return ProblemDocument(
            type=f"/problems/{self.code}",
            title=say(language, title),
            status=self.status,
            detail=said,
            code=self.code,
            errors=errors,
        )


def of_parameter(name: str, detail: str) -> Problem:
    """A wrong parameter of the address."""
    return Problem("invalid", 422, errors=[FieldError(parameter=name, detail=detail)])


def from_journal(error: Refused | Declined, pointer: str = "") -> Problem:
    """Why the journal did not carry out a command; `pointer` leads to the fact in the body."""
    if isinstance(error, Refused):
        return Problem(error.code, 409, params=error.params, pointer=pointer)
    if type(error) not in DECLINED:
        raise error
    code, status = DECLINED[type(error)]
    headers = {"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return Problem(code, status, params=error.params, headers=headers)


Page = Callable[[Request, Problem], Response]


def out_of_reach(request: Request) -> Problem:
    """That the data could not be reached. Of what was sent, not asked, it is then unknown what became."""
    if request.method in ("GET", "HEAD"):
        return Problem("unanswered", 503, headers={"Retry-After": "1"})
    return from_journal(Unavailable())


def register(app: FastAPI, page: Page) -> None:
    """Have every failure of an app answered: as a problem by the API, as a page to who reads pages."""

    def respond(request: Request, problem: Problem) -> Response:
        by_machine = request.url.path.startswith(API) or not _reads_pages(request)
        return document(request, problem) if by_machine else page(request, problem)

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> Response:
        return respond(request, problem)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        language = language_of(request)
        errors = [
            FieldError(parameter=str(item["loc"][-1]), detail=explain(language, item))
            for item in error.errors()
        ]
        return respond(request, Problem("invalid", 422, errors=errors))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            params = {"method": request.method}
            return respond(request, Problem("method_not_allowed", 405, params=params, headers=error.headers))
        known = {401: "no_token", 403: "not_allowed", 404: "not_found", 413: "too_large"}
        return respond(
            request,
            Problem(known.get(error.status_code, "internal"), error.status_code, params={"limit": "–"}),
        )

    @app.exception_handler(exc.OperationalError)
    @app.exception_handler(exc.InterfaceError)
    @app.exception_handler(exc.TimeoutError)  # no connection came free
    @app.exception_handler(Unavailable)
    async def _no_database(request: Request, error: exc.SQLAlchemyError | Unavailable) -> Response:
        log.error("the database could not be used", exc_info=error)
        return respond(request, out_of_reach(request))

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, _: Exception) -> Response:
        # This answer is given outside of everything that would add the id.
        headers = {"X-Request-Id": request.state.request_id}
        return respond(request, Problem("internal", 500, headers=headers))


def _reads_pages(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def document(request: Request, problem: Problem) -> JSONResponse:
    """The answer that tells of a problem, in the language of the request."""
    language = language_of(request)
    headers = {"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store"}
    return JSONResponse(
        problem.document(language).model_dump(exclude_none=True),
        status_code=problem.status,
        headers=headers | dict(problem.headers or {}),
        media_type="application/problem+json",
    )
