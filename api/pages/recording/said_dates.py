"""Dates as people say them: what they are understood to mean, and how they are stored with their words."""

import json
from datetime import date
from typing import Any, NamedTuple

from domain.date_words import understand
from domain.edtf_days import ANY_DAY, NotADate, Span, bounds, is_edtf
from domain.words import fold

NOBODY_KNOWS = {"tidak tahu", "tidak diketahui", "unknown", "not known", "nobody knows", "?"}


class Understood(NamedTuple):
    """What words mean: EDTF or nothing; `unknown`, the words say that nobody knows."""

    edtf: str | None
    unknown: bool = False

    @property
    def days(self) -> Span:
        """From the earliest to the latest day."""
        return bounds(self.edtf) if self.edtf else ANY_DAY

    @property
    def placed(self) -> bool:
        """Whether the words say anything that can be stored without asking again."""
        return self.edtf is not None or self.unknown


def understood(words: str, today: date) -> Understood:
    """What words mean when they are written today."""
    return Understood(understand(words, today), fold(words) in NOBODY_KNOWS)


def stored(words: str, kept: str, today: date) -> dict[str, Any] | str | None:
    """A date as it is stored, with the words. `kept` is the JSON of what the same words meant before."""
    if not words.strip():
        return None
    before = _before(kept)
    if before is not None and shown(before) == words:
        return before
    meant = understood(words, today)
    if meant.edtf == words.strip() and is_edtf(meant.edtf):
        return meant.edtf
    basis = "unknown" if meant.unknown else "stated"
    return {"edtf": meant.edtf, "as_stated": words, "basis": basis}


def shown(value: Any) -> str:
    """The words of a stored date, to be read and changed: those of the source, else EDTF."""
    if isinstance(value, dict):
        return str(value.get("as_stated") or value.get("edtf") or "unknown")
    return str(value or "")


def keeping(value: Any) -> str:
    """What goes along with the words of a stored date, so that they mean tomorrow what they meant then."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else ""


def counted_from(words: str, source: str | None, today: date) -> str | None:
    """What words mean counted from a source's own date, where that is another day than today's count."""
    try:
        day = bounds(source).latest if source else None
    except NotADate:
        return None
    meant = understand(words, day) if day and day < today else None
    return meant if meant != understand(words, today) else None


def _before(kept: str) -> dict[str, Any] | None:
    try:
        found = json.loads(kept) if kept else None
    except ValueError:
        return None
    return found if isinstance(found, dict) and found.keys() == {"edtf", "as_stated", "basis"} else None
