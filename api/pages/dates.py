"""Dates for people: an uncertain date in words, and the mark that shows how much of it is known."""

import re
from datetime import date, datetime
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date

from api.language import english, say
from domain.uncertain_date import ANY_DAY, Span, bounds

Mark = Literal["day", "stretch", "by", "from", "vague", "vague-stretch", "unknown"]

SINGLE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?([?~%]?)", re.ASCII)
WRITTEN_OUT = re.compile(r"(\d{4}-\d\d|\d{4})(?:-XX){1,2}", re.ASCII)
LAST_MONTH = 12
OPEN = ("", "..")
DOUBTS = {
    "?": english("possibly {date}"),
    "~": english("about {date}"),
    "%": english("possibly about {date}"),
}
SEASONS = {
    **dict.fromkeys(("21", "25", "32"), english("spring {year}")),
    **dict.fromkeys(("22", "26", "29"), english("summer {year}")),
    **dict.fromkeys(("23", "27", "31"), english("autumn {year}")),
    **dict.fromkeys(("24", "28", "30"), english("winter {year}")),
}
QUARTERS = {"33": "I", "34": "II", "35": "III", "36": "IV"}
SEMESTERS = {"40": "I", "41": "II"}
ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


class When(NamedTuple):
    """An uncertain date as a page shows it."""

    mark: Mark
    words: str


def when(edtf: str | None, language: str) -> When:
    """A date in EDTF, or none, as mark and words. Never more certain than what is stored."""
    return When(mark(edtf), said(edtf, language))


def said(edtf: str | None, language: str) -> str:
    """A date in EDTF in words: "March 2025", "27 July 2023 at the latest"; none is not known."""
    if edtf is None:
        return say(language, "date not known")
    start, divided, end = edtf.partition("/")
    if not divided:
        return _single(edtf, language) or _between(bounds(edtf), language)
    if start in OPEN:
        return say(language, "{date} at the latest", {"date": said(end, language)})
    if end in OPEN:
        return say(language, "{date} at the earliest", {"date": said(start, language)})
    return say(language, "{start} to {end}", {"start": said(start, language), "end": said(end, language)})


def mark(edtf: str | None) -> Mark:
    """Which mark fits: a point for a certain day, a stretch for some day within, arrows for open ends."""
    if edtf is None:
        return "unknown"
    days = bounds(edtf)
    if days.earliest == ANY_DAY.earliest:
        return "by"
    if days.latest == ANY_DAY.latest:
        return "from"
    doubtful = any(sign in edtf for sign in "?~%")
    if days.earliest == days.latest:
        return "vague" if doubtful else "day"
    return "vague-stretch" if doubtful else "stretch"


def day(when: date, language: str, *, short: bool = False) -> str:
    """A calendar day: "27 July 2023", or shorter "27 Jul 2023"."""
    return format_date(when, "d MMM y" if short else "d MMMM y", language)


def month(when: date, language: str) -> str:
    """A month of a year: "September 2025"."""
    return format_date(when, "MMMM y", language)


def with_weekday(when: date, language: str) -> str:
    """A day with its weekday: "Tuesday, 30 October 2018"."""
    return format_date(when, "EEEE, d MMMM y", language)


def weekday_name(when: date, language: str) -> str:
    """The short name of a weekday: "Tue"."""
    return format_date(when, "EEE", language)


def moment(when: datetime, zone: ZoneInfo, language: str) -> str:
    """A day and the time in a zone: "2 April 2025, 14:31 WIB"."""
    here = when.astimezone(zone)
    clock = here.strftime("%H.%M" if language == "id" else "%H:%M")
    return f"{day(here.date(), language, short=True)}, {clock} {zone_name(here, zone)}"


def zone_name(when: datetime, zone: ZoneInfo) -> str:
    """What people call a zone: WIB, WITA or WIT; elsewhere its own abbreviation at that time."""
    return ZONES.get(zone.key) or when.astimezone(zone).tzname() or zone.key


def _single(text: str, language: str) -> str | None:
    """One date, if it is of a form that has words of its own."""
    if written := WRITTEN_OUT.fullmatch(text):
        return _single(written[1], language)
    if text.endswith("X") and text[:3].isdigit() and len(text) == len("201X"):
        return say(language, "the {decade}s", {"decade": f"{text[:3]}0"})
    match = SINGLE.fullmatch(text)
    if match is None:
        return None
    year, part, _, doubt = match.groups()
    words = _plain(text.rstrip("?~%"), year, part, language)
    if words is None or not doubt:
        return words
    return say(language, DOUBTS[doubt], {"date": words})


def _plain(text: str, year: str, part: str | None, language: str) -> str | None:
    if part is None:
        return str(int(year))
    if part in SEASONS:
        return say(language, SEASONS[part], {"year": str(int(year))})
    if part in QUARTERS:
        return say(language, "quarter {number} of {year}", {"number": QUARTERS[part], "year": year})
    if part in SEMESTERS:
        return say(language, "semester {number} of {year}", {"number": SEMESTERS[part], "year": year})
    if int(part) > LAST_MONTH:
        return None
    days = bounds(text)
    return day(days.earliest, language) if days.earliest == days.latest else month(days.earliest, language)


def _between(days: Span, language: str) -> str:
    if days.earliest == ANY_DAY.earliest:
        return say(language, "{date} at the latest", {"date": day(days.latest, language)})
    if days.latest == ANY_DAY.latest:
        return say(language, "{date} at the earliest", {"date": day(days.earliest, language)})
    between = {"start": day(days.earliest, language), "end": day(days.latest, language)}
    return say(language, "some day from {start} to {end}", between)
