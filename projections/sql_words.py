"""What each engine calls the same thing, for the public views."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa

Text = sa.ColumnElement[str]
Number = sa.ColumnElement[int]
YEARS_AHEAD = 10


class Words(Protocol):
    """What the views need and SQL has no common word for."""

    def today(self, zone: ZoneInfo) -> Text:
        """The day that it is in a zone, whenever the view is read."""
        ...

    def id(self, column: sa.Column[Any]) -> Text:
        """An id as the API writes it."""
        ...

    def told(self, document: sa.Column[str], *path: str) -> Text:
        """A text within a JSON document."""
        ...

    def days(self, since: Text, until: Text) -> Number:
        """Days from one day to another."""
        ...


class Postgresql:
    """PostgreSQL knows zones, ids and days by itself."""

    def today(self, zone: ZoneInfo) -> Text:
        """See `Words`."""
        return sa.func.to_char(sa.func.timezone(zone.key, sa.func.now()), "YYYY-MM-DD", type_=sa.Text)

    def id(self, column: sa.Column[Any]) -> Text:
        """See `Words`."""
        return sa.cast(column, sa.Text)

    def told(self, document: sa.Column[str], *path: str) -> Text:
        """See `Words`."""
        return sa.func.json_extract_path_text(sa.cast(document, sa.JSON), *path, type_=sa.Text)

    def days(self, since: Text, until: Text) -> Number:
        """See `Words`."""
        return sa.type_coerce(sa.cast(until, sa.Date) - sa.cast(since, sa.Date), sa.Integer)


class Sqlite:
    """SQLite knows UTC and the zone of the machine, which is not the record's: the clock is moved by hand."""

    def today(self, zone: ZoneInfo, moment: str = "now") -> Text:
        """See `Words`. `moment` is SQLite's word for a time in UTC."""
        begun = datetime(datetime.now(UTC).year, 1, 1, tzinfo=UTC)
        *earlier, (_, last) = offsets(zone, begun, begun + timedelta(days=366 * YEARS_AHEAD))
        shift: Any = sa.literal(_minutes(last))
        if earlier:
            cases = [
                (sa.func.datetime(moment) < ends.strftime("%Y-%m-%d %H:%M:%S"), _minutes(offset))
                for ends, offset in earlier
            ]
            shift = sa.case(*cases, else_=_minutes(last))
        return sa.func.date(moment, shift, type_=sa.Text)

    def id(self, column: sa.Column[Any]) -> Text:
        """See `Words`. It is stored as 32 digits."""
        plain = sa.type_coerce(column, sa.Text)
        groups = [sa.func.substr(plain, start, size) for start, size in ((1, 8), (9, 4), (13, 4), (17, 4))]
        dashed: Text = sa.func.substr(plain, 21, 12, type_=sa.Text)
        for group in reversed(groups):
            dashed = sa.type_coerce(group, sa.Text) + "-" + dashed
        return dashed

    def told(self, document: sa.Column[str], *path: str) -> Text:
        """See `Words`."""
        return sa.func.json_extract(document, ".".join(("$", *path)), type_=sa.Text)

    def days(self, since: Text, until: Text) -> Number:
        """See `Words`."""
        return sa.cast(sa.func.julianday(until) - sa.func.julianday(since), sa.Integer)


@cache
def offsets(zone: ZoneInfo, start: datetime, end: datetime) -> tuple[tuple[datetime, timedelta], ...]:
    """How far a zone's clocks are from UTC, and until when; the last of them until `end`."""
    found, here, offset = [], start, _offset(zone, start)
    while here < end:
        there = min(here + timedelta(days=1), end)
        if (changed := _offset(zone, there)) != offset:
            found.append((_turn(zone, here, there), offset))
        here, offset = there, changed
    return (*found, (end, offset))


def _turn(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The minute between two moments at which a zone's clocks are changed."""
    before = _offset(zone, low)
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high.replace(second=0, microsecond=0)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _minutes(offset: timedelta) -> str:
    return f"{offset // timedelta(minutes=1):+d} minutes"
