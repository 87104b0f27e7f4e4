"""What every page shares: templates, the reader's language and theme, and who is looking."""

import hashlib
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_decimal
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from api.language import CHOSEN, LANGUAGES, chosen, english, say, say_number
from api.pages import dates
from api.pages.names import FACTS, NAMES
from api.pages.recording.told import COOKIE, told_to
from api.running import Running
from domain.agreement.access import Actor

HERE = Path(__file__).parent
STATIC = HERE / "static"
THEME = "pakta_theme"
LOCALES = {"id": "id_ID", "en": "en_GB"}  # as Open Graph writes them
# The rooms of the house, as the navigation names them.
NAVIGATION = (
    ("/", english("Overview")),
    ("/agreements", english("Register")),
    ("/calendar", english("Calendar")),
    ("/follow-up", english("Follow-up")),
    ("/audit", english("Audit trail")),
)
RECORDING = ("/record", english("Record"))  # for those who may
A_YEAR = 365 * 24 * 3600  # seconds
PAGES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(request: Request, template: str, status: int = 200, /, **what: Any) -> HTMLResponse:
    """A page in the reader's language, which is remembered where the reader has just chosen it."""
    language = chosen(request)
    body = PAGES.get_template(template).render(**surroundings(request, language), **what)
    headers = {
        "Content-Language": language,
        "Vary": "Accept-Language, Cookie, HX-Request",
        "Cache-Control": "no-store",
    }
    response = HTMLResponse(body, status, headers)
    if request.query_params.get("lang") == language:
        response.set_cookie(CHOSEN, language, max_age=A_YEAR, samesite="lax", httponly=True)
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return response


def surroundings(request: Request, language: str) -> dict[str, Any]:
    """What every template may use besides what its page gives it."""
    running: Running = request.app.state.running
    actor: Actor | None = getattr(request.state, "actor", None)
    theme = request.cookies.get(THEME)
    return {
        "_": partial(sentence, language),
        "_n": partial(counted, language),
        "name": partial(named, language),
        "when": partial(dates.when, language=language),
        "day": partial(dates.day, language=language),
        "weekday": partial(dates.weekday_name, language=language),
        "month": partial(dates.month, language=language),
        "moment": partial(dates.moment, zone=running.settings.zone, language=language),
        "number": partial(format_decimal, locale=language),
        "asset": asset,
        "language": language,
        "languages": [(tongue, in_language(request, tongue)) for tongue in LANGUAGES],
        "theme": theme if theme in ("light", "dark") else None,
        "actor": actor,
        "rooms": [*NAVIGATION, RECORDING] if actor and actor.role == "coordinator" else NAVIGATION,
        "room": room_of(request.url.path),
        "today": running.journal.today(),
        "facts": FACTS,
        "just_recorded": told_to(request),
        "card_locale": LOCALES[language],
        "site": str(request.base_url).rstrip("/"),
    }


def sentence(language: str, english: str, **params: Any) -> Markup:
    """A sentence, escaped; what is filled in keeps its own markup."""
    text = escape(say(language, english))
    return text.format(**params) if params else text


def counted(language: str, one: str, many: str, count: int, **params: Any) -> Markup:
    """A sentence about a {number} of things."""
    text = escape(say_number(language, one, many, count))
    return text.format(number=format_decimal(count, locale=language), **params)


def named(language: str, word: str) -> str:
    """What people call a word of the contract: `loi_signed` is "LoI"."""
    return say(language, NAMES[word])


def room_of(path: str) -> str:
    """The room that an address lies in; an entry belongs to the trail."""
    if path.startswith("/entries/"):
        return "/audit"
    return next(
        (room for room, _ in (*NAVIGATION[1:], RECORDING) if path == room or path.startswith(f"{room}/")),
        path,
    )


def in_language(request: Request, language: str) -> str:
    """The address of the same page in a language."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{request.url.path}?{urlencode([*kept, ('lang', language)])}"


@cache
def asset(name: str) -> str:
    """The address of a file that pages use. It changes with the file, which may so be kept for ever."""
    version = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={version}"
