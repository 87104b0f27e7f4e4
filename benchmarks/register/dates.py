"""Days as sources state them: mostly exact, often vague, in every form of EDTF that holds the true day."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

FIRST = date(1960, 1, 1).toordinal()
DAYS = [(date(1960, 1, 1) + timedelta(days=n)).isoformat() for n in range(80 * 366)]
MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)
WORDS = ("akhir tahun lalu", "sebelum pandemi", "pada masa Wali Kota terdahulu", "beberapa tahun silam")


def iso(day: int) -> str:
    """A day, given as its proleptic ordinal, of the years 1960 to 2039."""
    return DAYS[day - FIRST]


def stated(chance: Random, day: int) -> Any:
    """When something happened on a day, as somebody stated it."""
    exact = DAYS[day - FIRST]
    luck = chance.random()
    if luck < 0.74:
        return exact
    if luck < 0.84:
        return exact[:7]
    if luck < 0.88:
        return exact[:4]
    if luck < 0.92:
        return None
    return _RARER[int(chance.random() * len(_RARER))](day, exact)


def _season(day: int, exact: str) -> str:
    """Spring begins in March; winter reaches into the next year and bears the number of its first."""
    quarter = (int(exact[5:7]) - 3) % 12 // 3
    return f"{iso(day - 60)[:4] if quarter == 3 and exact[5:7] != '12' else exact[:4]}-{21 + quarter}"


def _words(_: int, exact: str) -> dict[str, str | None]:
    month = MONTHS[int(exact[5:7]) - 1]
    return {"edtf": exact[:7], "as_stated": f"bulan {month} {exact[:4]}", "basis": "stated"}


_RARER: Sequence[Callable[[int, str], Any]] = (
    lambda _, exact: exact + "?",
    lambda _, exact: exact + "~",
    lambda _, exact: exact[:7] + "?",
    lambda _, exact: exact[:7] + "~",
    lambda _, exact: exact[:4] + "~",
    lambda _, exact: exact[:4] + "%",
    lambda _, exact: exact[:3] + "X",
    lambda _, exact: exact[:7] + "-XX",
    lambda _, exact: exact[:4] + "-XX-XX",
    lambda _, exact: "../" + exact,
    lambda _, exact: exact + "/..",
    lambda day, exact: f"{iso(day - 2)}/{exact}",
    lambda day, exact: f"{iso(day - 40)[:7]}/{exact[:7]}",
    lambda day, exact: f"[{exact},{iso(day + 1)}]",
    lambda _, exact: f"{{{exact[:4]}}}",
    _season,
    _words,
    lambda _, exact: {"edtf": exact, "as_stated": None, "basis": "inferred"},
    lambda _, exact: {"edtf": "../" + exact, "as_stated": "sudah lama", "basis": "external"},
    lambda day, _: {"edtf": None, "as_stated": WORDS[day % len(WORDS)], "basis": None},
    lambda *_: {"edtf": None, "as_stated": None, "basis": "unknown"},
)


def planned(chance: Random, day: int) -> Any:
    """When something should happen, from a day on: a day, a month, a season, half a year, a year."""
    ahead = day + 20 + int(chance.random() * 300)
    exact, luck = DAYS[ahead - FIRST], chance.random()
    if luck < 0.45:
        return exact
    if luck < 0.8:
        return exact[:7]
    if luck < 0.86:
        return exact[:4]
    if luck < 0.92:
        return f"{exact[:7]}/{iso(ahead + 70)[:7]}"
    return _words(ahead, exact)
