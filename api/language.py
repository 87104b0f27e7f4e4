"""The reader's language: which one, and the sentences in it."""

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from fastapi import Request

LANGUAGES = ("id", "en")
DEFAULT = "id"
CATALOGUES = Path(__file__).parent / "locale"


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


def say(language: str, sentence: str, params: dict[str, str] | None = None) -> str:
    """An English sentence in a language, its {names} filled in."""
    translated = catalogue(language).get(sentence, sentence)
    return translated.format(**params) if params is not None else translated


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every sentence of a language, by the English one. English needs none."""
    path = CATALOGUES / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {
            str(message.id): str(message.string) for message in read_po(file) if message.id and message.string
        }


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
