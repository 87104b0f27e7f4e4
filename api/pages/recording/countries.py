"""Countries as people call them, in the languages that we speak."""

from collections.abc import Mapping
from functools import cache

from babel import Locale

from api.language import LANGUAGES
from domain.words import fold


def country(text: str) -> str:
    """The ISO 3166-1 code of a country that is called by its name; any other text as it stands."""
    return _codes().get(fold(text), text)


@cache
def _codes() -> Mapping[str, str]:
    called = ((code, name) for language in LANGUAGES for code, name in Locale(language).territories.items())
    return {fold(name): code for code, name in called if len(code) == 2 and code.isalpha()}
