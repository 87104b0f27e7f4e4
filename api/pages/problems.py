"""The page behind the `type` of every problem: what it means and what to do next."""

import re

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape

from api.identity import signed_in
from api.language import chosen, say
from api.pages.frame import page
from api.problems import PROBLEMS, REFUSED_ADVICE, REFUSED_TITLE, Problem
from domain.agreement.admit import REFUSALS

router = APIRouter(prefix="/problems", include_in_schema=False)


@router.get("/{code}", dependencies=[Depends(signed_in)])
def explain(request: Request, code: str) -> HTMLResponse:
    """One problem, in the reader's language, or in the one asked for with `lang`."""
    language = chosen(request)
    if code in PROBLEMS:
        title, text, advice = PROBLEMS[code]
    elif code in REFUSALS:
        title, text, advice = REFUSED_TITLE, REFUSALS[code], REFUSED_ADVICE
    else:
        raise Problem("not_found", 404)
    return page(
        request,
        "problem.html",
        code=code,
        title=say(language, title),
        text=_marked(say(language, text)),
        advice=_marked(say(language, advice)),
    )


def _marked(sentence: str) -> Markup:
    """A sentence with `names` set as code, and …what is filled in… left open."""
    plain = re.sub(r"\{\w+\}", "…", sentence)
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(plain))))  # noqa: S704  # escaped just before
