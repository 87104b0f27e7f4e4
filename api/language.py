"""The reader's language: which one, and the sentences in it."""

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from fastapi import Request

LANGUAGES = ("id", "en")
DEFAULT = "id"
CATALOGUES = Path(__file__).parent / "locale"
CHOSEN = "pakta_language"  # the cookie that keeps what a reader of the pages chose


def preferred(accept_language: str | None) -> str:
    """The first language we speak, in the reader's order of preference (RFC 9110, section 12.5.4)."""
    choices = []
    for place, item in enumerate((accept_language or "").split(",")):
        tag, _, weight = item.strip().partition(";")
        language = tag.split("-")[0].lower()
        if language in LANGUAGES and (quality := _quality(weight)) > 0:
            choices.append((-quality, place, language))
    return min(choices)[2] if choices else DEFAULT


def language_of(request: Request) -> str:
    """The language for the answer to a request."""
    return preferred(request.headers.get("accept-language"))


def chosen(request: Request) -> str:
    """The language for a page: what its address says, else what was chosen before, else what is preferred."""
    for choice in (request.query_params.get("lang"), request.cookies.get(CHOSEN)):
        if choice in LANGUAGES:
            return choice
    return language_of(request)


def english(sentence: str) -> str:
    """A sentence that is translated later, where the reader's language is known."""
    return sentence


def say(language: str, sentence: str, params: dict[str, str] | None = None) -> str:
    """An English sentence in a language, its {names} filled in."""
    translated = catalogue(language).get(sentence, sentence)
    return translated.format(**params) if params is not None else translated


def say_number(language: str, one: str, many: str, number: int) -> str:
    """A sentence about a number of things, its {number} still open. English tells one from many."""
    return catalogue(language).get(one) or (one if number == 1 else many)


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every sentence of a language, by the English one (of one thing). English needs none."""
    found: dict[str, str] = {}
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            found |= {_first(m.id): _first(m.string) for m in read_po(file) if m.id and m.string}
    return found


def _first(sentence: str | tuple[str, ...] | list[str]) -> str:
    # Indonesian has one form for any number of things.
    return sentence if isinstance(sentence, str) else sentence[0]


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
