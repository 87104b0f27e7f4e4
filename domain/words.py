"""Text as people write it: what may be stored, and when two spellings are the same name."""

import unicodedata
from functools import lru_cache
from itertools import filterfalse
from typing import Annotated

from pydantic import AfterValidator, Field

NAME_LENGTH = 100  # characters; longer texts are not kept in memory


def printable(text: str) -> str:
    """Refuse blank text and control characters, which no database and no reader can show.

    Raises:
        ValueError: the text is blank, or holds a control character other than tab and line ends.
    """
    if not text.strip():
        raise ValueError("must not be blank")
    return legible(text)


def legible(text: str) -> str:
    """Refuse control characters other than tab and line ends.

    Raises:
        ValueError: the text holds one.
    """
    if not text.isprintable() and any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text):
        raise ValueError("must not hold control characters")
    return text


def fold(text: str) -> str:
    """The form in which names are compared: no case, no diacritics, single spaces (Unicode NFKD)."""
    return _folded_name(text) if len(text) <= NAME_LENGTH else _folded(text)


def _folded(text: str) -> str:
    if text.isascii():
        return " ".join(text.lower().split())
    bare = "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", text)))
    return " ".join(bare.casefold().split())


_folded_name = lru_cache(maxsize=1 << 14)(_folded)  # the same few names are in most facts

Name = Annotated[str, AfterValidator(printable), Field(min_length=1, max_length=500)]
Text = Annotated[str, AfterValidator(printable), Field(min_length=1, max_length=20_000)]
ShortId = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="A short id that the client chooses"),
]
Organisation = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64, description="An organisation's short name"),
]
