"""Problems as pages: what happened, why, what to do next."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.language import chosen, say
from api.pages.frame import page
from api.problems import PROBLEMS, REFUSED_ADVICE, Problem


def failed(request: Request, problem: Problem) -> Response:
    """The page for a problem. Whoever may not see anything without a session is sent to sign in."""
    if problem.code == "no_token" and request.method in ("GET", "HEAD"):
        return RedirectResponse("/sign-in", 303)
    language = chosen(request)
    _, _, advice = PROBLEMS.get(problem.code, ("", "", REFUSED_ADVICE))
    response = page(
        request,
        "failed.html",
        problem.status,
        problem=problem.document(language),
        advice=say(language, advice, problem.params) if "{" in advice else say(language, advice),
    )
    response.headers.update(problem.headers or {})
    return response
