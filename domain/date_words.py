"""Dates in Indonesian and English words, turned into EDTF: "akhir September 2025" is 2025-09-21/2025-09-30.

No answer is better than a wrong one: a word that is not in the tables, a weekday that contradicts its date, a
date without a year and without a reference to read it from, all give None.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import TypeVar

from domain.edtf_days import LONGEST, bounds, is_edtf

Words = list[str]
Value = TypeVar("Value")


def _numbered(*names: str) -> dict[str, int]:
    """Each of the names in the nth text stands for n."""
    return {name: number for number, text in enumerate(names, 1) for name in text.split()}


MONTHS = _numbered(
    "januari january jan",
    "februari february pebruari feb peb",
    "maret march mar mrt",
    "april apr",
    "mei may",
    "juni june jun",
    "juli july jul",
    "agustus august agu agt ags aug",
    "september sept sep",
    "oktober october okt oct",
    "november nopember nov nop",
    "desember december des dec",
)
WEEKDAYS = _numbered(
    "senin monday mon sen",
    "selasa tuesday tue sel",
    "rabu wednesday wed rab",
    "kamis thursday thu kam",
    "jumat friday fri jum",
    "sabtu saturday sat sab",
    "minggu ahad sunday sun min",
)
ORDINALS = _numbered("i first pertama kesatu", "ii second kedua", "iii third ketiga", "iv fourth keempat")
PERIODS = dict.fromkeys(("triwulan", "kuartal", "kwartal", "quarter", "q", "tw"), 3)  # months
PERIODS |= dict.fromkeys(("semester", "half", "h"), 6)

DAYS_AWAY = {"hari ini": 0, "today": 0, "kemarin": -1, "yesterday": -1, "besok": 1, "tomorrow": 1}
AWAY_AFTER = {"ini": 0, "lalu": -1, "yang lalu": -1, "depan": 1, "mendatang": 1}
AWAY_AFTER |= {"akan datang": 1, "yang akan datang": 1}
AWAY_BEFORE = {"this": 0, "last": -1, "next": 1, "coming": 1}

PARTS = {"awal": 0, "early": 0, "beginning": 0, "start": 0}
PARTS |= {"pertengahan": 1, "tengah": 1, "mid": 1, "middle": 1, "akhir": 2, "late": 2, "end": 2}
MONTHS_OF_PART = ((1, 3), (5, 8), (10, 12))
DAYS_OF_PART = ((1, 10), (11, 20), (21, 31))

HEDGES = dict.fromkeys(("sekitar", "kira kira", "kira - kira", "kurang lebih", "lebih kurang"), "~")
HEDGES |= dict.fromkeys(("around", "about", "circa", "ca", "c", "approximately"), "~")
HEDGES |= dict.fromkeys(("mungkin", "barangkali", "possibly", "probably", "perhaps", "maybe"), "?")

LIMITS = dict.fromkeys(("sebelum", "before"), "before")
LIMITS |= dict.fromkeys(("setelah", "sesudah", "after"), "after")
LIMITS |= dict.fromkeys(("paling lambat", "selambat - lambatnya", "sampai", "sampai dengan", "hingga"), "by")
LIMITS |= dict.fromkeys(("by", "until", "till", "not after", "not later than", "no later than"), "by")
LIMITS |= dict.fromkeys(("sejak", "mulai", "dari", "since", "from", "starting"), "since")
LIMITS |= dict.fromkeys(("tidak sebelum", "paling cepat", "not before", "no earlier than"), "since")

JOINTS = {"sampai dengan", "s / d", "s d", "sampai", "hingga", "to", "until", "till", "through", "-"}
RANGE_OPENERS = {"dari", "mulai", "sejak", "from"}
BETWEEN = {"antara", "between"}
AND = {"dan", "and"}  # joins a range after "between" alone: "2023 and 2025" are two dates

FILLERS = {"pada", "di", "hari", "tanggal", "tgl", "bulan", "tahun", "the", "in", "on", "of", "month", "year"}
FILLERS_INSIDE = {"bulan", "tahun", "the", "of"}

# The shapes of a date, one letter a word: n number, y year, m name of a month, p period, o ordinal. On the
# right the part of the date at each place. Numbers go day first, as in Indonesia.
SHAPES = {
    "y": "y", "my": "my", "ym": "ym", "nmy": "dmy", "mny": "mdy", "nm": "dm", "mn": "md",
    "n/n": "d/m", "n/y": "m/y", "n-y": "m-y", "m-y": "m-y", "n-m-y": "d-m-y",
    "n/n/y": "d/m/y", "n-n-y": "d-m-y", "n.n.y": "d.m.y",
    "y/n/n": "y/m/d", "y-n-n": "y-m-d", "y.n.n": "y.m.d",
    "poy": "poy", "pny": "poy", "opy": "opy", "ypo": "ypo", "ypn": "ypo", "y-pn": "y-po",
}  # fmt: skip
_LETTERS = {"m": MONTHS, "w": WEEKDAYS, "p": PERIODS, "o": ORDINALS}

_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|[-/]|(?<=[0-9])\.(?=[0-9])")
_IGNORED = " \t\n,.()"
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")
# Jum'at is Jumat, but July '24 is not 24 July
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['`\u2019](?=[^\W\d_])")
_ENGLISH_ORDINAL = re.compile(r"(?<=[0-9])(?:st|nd|rd|th)\b")


def understand(text: str, reference: date | None = None) -> str | None:
    """The EDTF text that the words mean, or None when that is not certain; EDTF itself comes back unchanged.

    `reference` is the day on which the words were written: without it "next September", "today" and "31/7"
    say nothing. A weekday beside a date without a year picks the fitting day nearest the reference.
    """
    text = text.strip()
    if is_edtf(text):
        return text
    words = _words(text)
    try:
        meant = (rule(words, reference) for rule in (_moment, _limit, _range) if words)
        return next((edtf for edtf in meant if edtf and is_edtf(edtf)), None)
    except OverflowError:  # the day before the first or after the last of the calendar
        return None


def _words(text: str) -> Words:
    """The text in lower case as words, numbers and separators; empty when anything else is in it."""
    if len(text) > LONGEST:
        return []
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", text).casefold())
    text = _ENGLISH_ORDINAL.sub("", _APOSTROPHE.sub("", text))
    return [] if _TOKEN.sub("", text).strip(_IGNORED) else _TOKEN.findall(text)


def _moment(words: Words, reference: date | None) -> str | None:
    """A day, month, year or part of one; never a range that was written as one, never open."""
    if not words:
        return None
    for rule in (_relative, _on_calendar, _part, _hedged):
        meant = rule(words, reference)
        if meant:
            return meant
    return _moment(words[1:], reference) if words[0] in FILLERS else None


def _relative(words: Words, reference: date | None) -> str | None:
    if reference is None:
        return None
    days = DAYS_AWAY.get(" ".join(words))
    if days is not None:
        return (reference + timedelta(days)).isoformat()
    if words[0] in AWAY_BEFORE:
        noun, away = words[1:], AWAY_BEFORE.get(words[0])
    else:
        noun, away = words[:1], AWAY_AFTER.get(" ".join(words[1:]))
    return None if away is None or len(noun) != 1 else _away(noun[0], away, reference)


def _away(noun: str, away: int, reference: date) -> str | None:
    if noun in ("tahun", "year"):
        return f"{reference.year + away:04}"
    if noun in ("bulan", "month"):
        year, month = divmod(reference.year * 12 + reference.month - 1 + away, 12)
        return f"{year:04}-{month + 1:02}"
    named = MONTHS.get(noun)
    if named is None:
        return None
    passed = named <= reference.month if away > 0 else named < reference.month
    years = {1: int(passed), 0: 0, -1: int(passed) - 1}
    return f"{reference.year + years[away]:04}-{named:02}"


def _on_calendar(words: Words, reference: date | None) -> str | None:
    kinds = [_kind(word) for word in words if word not in FILLERS_INSIDE]
    weekday = None
    for place in (0, -1):
        if kinds and weekday is None and kinds[place][0] == "w":
            weekday = kinds.pop(place)[1]
    places = SHAPES.get("".join(letter for letter, _ in kinds))
    if places is None:
        return None
    part = dict(zip(places, (number for _, number in kinds), strict=True))
    if "d" in part:
        return _day(part, weekday, reference)
    return None if weekday else _period(part)


def _kind(word: str) -> tuple[str, int]:
    """A word's letter in a shape, and the number it stands for."""
    if word in "-/.":
        return word, 0
    if word.isascii() and word.isdigit() and len(word) in (1, 2, 4):
        return "y" if len(word) == 4 else "n", int(word)
    return next(((letter, table[word]) for letter, table in _LETTERS.items() if word in table), ("?", 0))


def _day(part: dict[str, int], weekday: int | None, reference: date | None) -> str | None:
    if "y" in part:
        years: Iterable[int] = (part["y"],)
    elif reference:
        # Within six years to either side every date but 29 February meets every weekday.
        years = range(reference.year - 6, reference.year + 7) if weekday else (reference.year,)
    else:
        return None
    days = [day for year in years if (day := _date(year, part["m"], part["d"]))]
    fitting = [day for day in days if weekday in (None, day.isoweekday())]
    return min(fitting, key=lambda day: abs(day - (reference or day))).isoformat() if fitting else None


def _period(part: dict[str, int]) -> str | None:
    year = part["y"]
    if "p" in part:
        first, last = (part["o"] - 1) * part["p"] + 1, part["o"] * part["p"]
        return f"{year:04}-{first:02}/{year:04}-{last:02}" if first >= 1 and last <= 12 else None
    if not _date(year, part.get("m", 1), 1):
        return None  # 2025-24 would be a winter
    return f"{year:04}-{part['m']:02}" if "m" in part else f"{year:04}"


def _part(words: Words, reference: date | None) -> str | None:
    nth, rest = _opening(words, PARTS)
    whole = _moment(rest, reference)
    if nth is None or whole is None:
        return None
    if re.fullmatch(r"\d{4}", whole):
        first, last = MONTHS_OF_PART[nth]
    elif re.fullmatch(r"\d{4}-\d\d", whole):
        first, last = DAYS_OF_PART[nth]
        last = min(last, bounds(whole).latest.day)
    else:
        return None
    return f"{whole}-{first:02}/{whole}-{last:02}"


def _hedged(words: Words, reference: date | None) -> str | None:
    mark, rest = _opening(words, HEDGES)
    if mark is None:
        return None
    return _marked(_moment(rest, reference), mark)


def _marked(meant: str | None, mark: str) -> str | None:
    """Both ends of it with the qualifier; one that is there already joins it: `~` and `?` make `%`."""
    if meant is None:
        return None
    ends = ((end, end.rstrip("~?%")) for end in meant.split("/"))
    return "/".join(bare + (mark if end in (bare, bare + mark) else "%") for end, bare in ends)


def _limit(words: Words, reference: date | None) -> str | None:
    limit, rest = _opening(words, LIMITS)
    meant = _moment(rest, reference)
    if limit is None or meant is None:
        return None
    start, _, end = meant.partition("/")
    if limit == "since":
        return f"{start}/.."
    if limit == "by":
        return f"../{end or start}"
    if set(meant) & set("~?%"):
        return None  # there is no day before "around 2018"
    if limit == "before":
        return f"../{bounds(meant).earliest - timedelta(1)}"
    return f"{bounds(meant).latest + timedelta(1)}/.."


def _range(words: Words, reference: date | None) -> str | None:
    """From one moment to another, neither of them relative to the reference."""
    mark, hedged = _opening(words, HEDGES)
    if mark:
        return _marked(_range(hedged, reference), mark)  # "around 2023-2025" leaves both ends open to doubt
    joints = JOINTS
    if words and words[0] in BETWEEN | RANGE_OPENERS:
        joints = JOINTS | AND if words[0] in BETWEEN else JOINTS
        words = words[1:]
    for left, right in _splits(words, joints):
        end = _moment(right, None) or _moment(left[:1] + right, None)  # July 27-29, 2023
        # The left side borrows what it lacks from the right, as much as makes sense: 27-29 Juli 2023.
        starts = (_moment(left + right[borrowed:], None) for borrowed in range(1, len(right) + 1))
        start = next(filter(None, starts), None)
        if start and end:
            return f"{start.partition('/')[0]}/{end.rpartition('/')[2]}"
    return None


def _splits(words: Words, joints: AbstractSet[str]) -> Iterator[tuple[Words, Words]]:
    for length in (3, 2, 1):
        for at in range(1, len(words) - length):
            if " ".join(words[at : at + length]) in joints and set(words[:at]) - FILLERS:
                yield words[:at], words[at + length :]


def _opening(words: Words, table: Mapping[str, Value]) -> tuple[Value | None, Words]:
    """What the longest phrase that opens the words stands for, and the words after it."""
    for length in (3, 2, 1):
        phrase, rest = " ".join(words[:length]), words[length:]
        if phrase in table:
            return table[phrase], rest[1:] if rest[:1] == ["-"] else rest
    return None, []


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
