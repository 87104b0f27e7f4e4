"""Search: every word of a question begins a word of the agreement, however it is spelled.

Scripts that put no space between words are searched at any place within them.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import sqlalchemy as sa

from domain.words import fold

# Thai to Lao, Burmese, Hangul as letters, Khmer, kana and Han.
UNSPACED = (
    r"[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)
LAST = "\U0010ffff"
LONGEST = 24  # letters of a word by which it is found
LONGEST_UNSPACED = 6

metadata = sa.MetaData()
# Sorted by code points, so that all that begins alike lies together.
PLAIN = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
words = sa.Table(
    "register_words",
    metadata,
    sa.Column("agreement", sa.Uuid, nullable=False, index=True),
    sa.Column("word", PLAIN, nullable=False),
    sa.Index("register_words_by_word", "word", "agreement"),
)
_parts = re.compile(rf"({UNSPACED}+)")


def spelled(text: str) -> str:
    """A text as it is searched: folded words, each after a space."""
    folded = fold(text)
    if not folded.isascii():
        folded = _parts.sub(r" \1 ", folded)
    return "".join(f" {word}" for word in "".join(map(_kept, folded)).split())


@lru_cache(maxsize=65536)
def _kept(letter: str) -> str:
    return letter if unicodedata.category(letter)[0] in "LMN" else " "


def words_of(spelling: str) -> Iterator[str]:
    """By what a text is found; of a word without spaces inside every end of it."""
    for word in spelling.split():
        if _parts.match(word):
            yield from (word[start:][:LONGEST_UNSPACED] for start in range(len(word)))
        else:
            yield word[:LONGEST]


def asked(question: str) -> list[str]:
    """What a spelling must hold to be found; a space before it where a word is to begin with it."""
    return [word if _parts.match(word) else f" {word}" for word in spelled(question).split()]


def begins(wanted: str) -> sa.ColumnElement[bool]:
    """The words by which something that was asked is found."""
    word = wanted.strip()
    first = word[: LONGEST_UNSPACED if _parts.match(word) else LONGEST]
    return sa.and_(words.c.word >= first, words.c.word < first + LAST)
