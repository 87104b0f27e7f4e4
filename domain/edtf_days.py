"""The days that an EDTF text covers (ISO 8601-2:2019 annex A; Library of Congress EDTF, levels 0 to 2).

The `edtf` library reads single dates: unspecified digits, qualifiers, seasons. Three things are done here.
Plain dates, doubted or not, seasons and whole parts left open (`2004-XX`) never reach its grammar, which
takes tens of milliseconds. Intervals and sets are taken apart, because the library lets `2025/2020` pass,
stumbles over `2004-XX/2006` and guesses ten years for an unknown end. And all that it returns is checked
against the calendar, since it accepts 29 February of any year.
"""

import re
from calendar import isleap, monthrange
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import cache, lru_cache
from time import struct_time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from types import ModuleType

LONGEST = 100  # characters; reading a set takes time in proportion to its length

_PLAIN = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(\d\d))?)?", re.ASCII)
_DOUBTED = re.compile(r"(\d{4}(-\d\d)?(-\d\d)?)([?~%])", re.ASCII)
_LEFT_OPEN = re.compile(r"(\d{3})X|(\d{4})-XX(?:-XX)?|(\d{4}-\d\d)-XX", re.ASCII)
_OF_FOUR = re.compile(r"(\d{4})-2([1-4])", re.ASCII)
_FINEST = re.compile(r"^(\d{4}(?:-\d\d)?)-(\d\d)([?~%])$", re.ASCII)
_QUALIFIED = re.compile(r"[?~%S]")
_OPEN = {"", ".."}  # an unknown end tells us as little as an open one
_WINTERS = {"24", "28", "30"}
_LEAP_YEAR = 2000
_ONE_DAY = timedelta(days=1)

# What can be wrong with a text. The sentences are translated where they are read: {text} is what was written.
DATE_ERRORS = {
    "edtf": "'{text}' is not EDTF; write 2023-07-27, 2025-09, 2025 or ../2023-07-27",
    "edtf_too_long": "a date of more than {longest} characters is not read",
    "edtf_time": "'{text}' has a time of day; give the date alone",
    "edtf_long_year": "'{text}' has a year beyond four digits",
    "edtf_significant_digits": "'{text}' has significant digits beside something else than a year",
    "edtf_half_open": "'{text}' leaves half a month or day open; write XX",
    "edtf_empty": "'{text}' says nothing; leave an unknown date out",
    "edtf_backwards": "'{text}' ends before it begins",
    "edtf_nested": "'{text}' is an interval within another",
    "edtf_calendar": "'{text}' is not in the calendar",
    "edtf_years": "'{text}' lies outside the years 0001 to 9999",
}

# What never reaches the library, because it would print to the console, fill the memory (Y1E99999999) or read
# something else than was meant; and what is said of it.
_OBJECTIONS = (
    (re.compile(r"\d[T ]\d\d?:"), "edtf_time"),
    (re.compile(r"Y-?\d"), "edtf_long_year"),
    (re.compile(r"[?~%]\d+S|S(?![1-4](?:$|[/,.\]}]))"), "edtf_significant_digits"),
    (re.compile(r"-(?:\dX|X\d)(?![\dX])"), "edtf_half_open"),
    (re.compile(r"[^0-9XS?~%./,{}\[\]-]|^$"), "edtf"),
)


class NotADate(ValueError):
    """A text that stands for no days. `kind` is a key of DATE_ERRORS, whose sentence `params` fill."""

    def __init__(self, kind: str, **params: str) -> None:
        self.kind = kind
        self.params = params
        super().__init__(DATE_ERRORS[kind].format(**params))


class Span(NamedTuple):
    """The earliest and the latest day on which something can have happened, both included."""

    earliest: date
    latest: date

    def certainly_before(self, other: "Span") -> bool:
        """Every day of this span lies before every day of the other; the same day is neither."""
        return self.latest < other.earliest

    def certainly_after(self, other: "Span") -> bool:
        """Every day of this span lies after every day of the other."""
        return other.certainly_before(self)

    def certainly_by(self, day: date) -> bool:
        """It had happened when that day ended."""
        return self.latest <= day

    def possibly_by(self, day: date) -> bool:
        """It may have happened when that day ended."""
        return self.earliest <= day


ANY_DAY = Span(date.min, date.max)


@lru_cache(maxsize=1 << 16)
def bounds(edtf: str) -> Span:
    """The first and last day as written, qualifiers left aside; an open or unknown end is date.min or .max.

    Raises:
        NotADate: the text is not EDTF, or cannot be a date.
    """
    return _plain(edtf) or _covered(edtf, _as_written)


@lru_cache(maxsize=1 << 16)
def certain_bounds(edtf: str) -> Span:
    """As `bounds`, but wider by the library's padding where `~`, `?`, `%` or `S` lets the date lie outside.

    A qualifier at the end pads by the finest part that is written: `2025-03-25?` by a day, `2025?` by a year.
    The library would pad each part, so that a doubtful day of 2025 could lie in 2024 or 2026.
    """
    stated = bounds(edtf)
    return _covered(edtf, _padded) if _QUALIFIED.search(edtf) else stated


def is_edtf(text: str) -> bool:
    """Whether `bounds` and `certain_bounds` have an answer."""
    try:
        certain_bounds(text)
    except ValueError:
        return False
    return True


def _plain(text: str) -> Span | None:
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    try:
        first = date(year, month or 1, day or 1)
    except ValueError:
        raise NotADate("edtf_calendar", text=text) from None
    if day:
        return Span(first, first)
    last_month = month or 12
    return Span(first, date(year, last_month, monthrange(year, last_month)[1]))


def _covered(text: str, read: Callable[[str], Span]) -> Span:
    if len(text) > LONGEST:
        raise NotADate("edtf_too_long", longest=str(LONGEST))
    for pattern, kind in _OBJECTIONS:
        if pattern.search(text):
            raise NotADate(kind, text=text)
    if text[0] + text[-1] in ("[]", "{}"):
        spans = [_stretch(member, "..", read) for member in text[1:-1].split(",")]
        return Span(min(s.earliest for s in spans), max(s.latest for s in spans))
    return _stretch(text, "/", read)


def _stretch(text: str, separator: str, read: Callable[[str], Span]) -> Span:
    start, separated, end = text.partition(separator)
    if not separated:
        return _plain(text) or read(text)
    if start in _OPEN and end in _OPEN:
        raise NotADate("edtf_empty", text=text)
    first = ANY_DAY if start in _OPEN else _plain(start) or read(start)
    last = ANY_DAY if end in _OPEN else _plain(end) or read(end)
    if first.earliest > last.latest:
        raise NotADate("edtf_backwards", text=text)
    return Span(first.earliest, last.latest)


def _as_written(text: str) -> Span:
    if (doubted := _DOUBTED.fullmatch(text)) and (plain := _in_calendar(doubted[1])):
        return plain
    if months := _of_months(text):
        return months
    parsed = _parsed(text)
    lower, upper = _asked(text, parsed.lower_strict), _asked(text, parsed.upper_strict)
    for moment in (lower, upper):
        _check_day_exists(text, moment)
    if isinstance(parsed, _library().Season) and parsed.season in _WINTERS:
        # The library ends winter with the year. Nobody who writes "winter 2025" rules out February 2026.
        upper = struct_time((upper.tm_year + 1, 2, 29, *upper[3:]))
    return _within_calendar(text, lower, upper)


def _padded(text: str) -> Span:
    if not _QUALIFIED.search(text):
        return _as_written(text)
    if (doubted := _DOUBTED.fullmatch(text)) and (plain := _in_calendar(doubted[1])):
        return _widened(plain, doubted)
    parsed = _parsed(_FINEST.sub(r"\1-\3\2", text))
    return _within_calendar(text, _asked(text, parsed.lower_fuzzy), _asked(text, parsed.upper_fuzzy))


def _of_months(text: str) -> Span | None:
    """A season of the four, or a date whose last parts are left open: whole months, as in the library."""
    if season := _OF_FOUR.fullmatch(text):
        year, quarter = int(season[1]), int(season[2])
        if not MINYEAR <= year < MAXYEAR:
            return None
        first = date(year, quarter * 3, 1)
        return Span(first, _months_on(first, 3) - _ONE_DAY)
    if left_open := _LEFT_OPEN.fullmatch(text):
        decade, year_alone, month = left_open.groups()
        if decade is None:
            return _in_calendar(year_alone or month)
        if int(decade):
            return Span(date(int(decade) * 10, 1, 1), date(int(decade) * 10 + 9, 12, 31))
    return None


def _in_calendar(text: str) -> Span | None:
    """A plain date that there is; of any other, the library's way knows best what to say."""
    try:
        return _plain(text)
    except NotADate:
        return None


def _widened(plain: Span, doubted: re.Match[str]) -> Span:
    """A plain date and as much again as its finest part, to both sides; twice that if it is `%`."""
    _, month, day, sign = doubted.groups()
    times = 2 if sign == "%" else 1
    if day:
        first, last = (plain.earliest.toordinal() - times, plain.latest.toordinal() + times)
        return Span(
            date.fromordinal(max(first, date.min.toordinal())),
            date.fromordinal(min(last, date.max.toordinal())),
        )
    months = times if month else 12 * times
    return Span(_months_on(plain.earliest, -months), _months_on(plain.latest, months))


def _months_on(day: date, months: int) -> date:
    """The same day of another month, or the last there is; the end of the calendar, where that is over."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return _clamped(struct_time((year, month + 1, day.day, 0, 0, 0, 0, 0, -1)))


@cache
def _library() -> "ModuleType":
    """Seldom needed, and slow to begin: its grammar is made when it is imported."""
    import edtf  # noqa: PLC0415  # a tenth of Pakta's start

    return edtf


def _parsed(text: str) -> Any:
    parsed = _asked(text, lambda: _library().parse_edtf(text))
    if isinstance(parsed, _library().Interval):
        raise NotADate("edtf_nested", text=text)
    assert isinstance(parsed, _library().EDTFObject)
    return parsed


def _asked(text: str, question: Callable[[], Any]) -> Any:
    """What the library answers; whatever it raises becomes one sentence."""
    try:
        return question()
    except (_library().EDTFParseException, ValueError, TypeError, AttributeError, ArithmeticError):
        raise NotADate("edtf", text=text) from None


def _check_day_exists(text: str, moment: struct_time) -> None:
    year, month, day = moment[:3]
    leap = isleap(year) or "X" in text.split("-", maxsplit=1)[0]  # 202X-02-29 has two years to be true in
    if day > monthrange(_LEAP_YEAR if leap else _LEAP_YEAR + 1, month)[1]:
        raise NotADate("edtf_calendar", text=text)


def _within_calendar(text: str, lower: struct_time, upper: struct_time) -> Span:
    if upper.tm_year < MINYEAR or lower.tm_year > MAXYEAR:
        raise NotADate("edtf_years", text=text)
    return Span(_clamped(lower), _clamped(upper))


def _clamped(moment: struct_time) -> date:
    year, month, day = moment[:3]
    if year < MINYEAR:
        return date.min
    if year > MAXYEAR:
        return date.max
    return date(year, month, min(day, monthrange(year, month)[1]))
