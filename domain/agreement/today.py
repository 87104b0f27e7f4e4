"""The day on which a question is asked."""

from calendar import monthrange
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


class Today:
    """A day that remembers the next one on which an answer would be different.

    Every comparison of a fact with the day goes through `reached`; that is what makes it safe to
    keep an answer until `turns`.
    """

    def __init__(self, day: date) -> None:
        self.day = day
        self.turns: date | None = None

    def reached(self, threshold: date) -> bool:
        """Whether the day is the threshold or later."""
        if threshold <= self.day:
            return True
        if self.turns is None or threshold < self.turns:
            self.turns = threshold
        return False

    def passed(self, last: date) -> bool:
        """Whether the day is later than the last day of something."""
        return last != date.max and self.reached(last + ONE_DAY)

    def days_past(self, last: date) -> int | None:
        """Days since the last day of something, or None if that is still to come."""
        return (self.day - last).days if self.passed(last) else None


def days_before(day: date, days: int) -> date:
    """So many days before a day, but not before the calendar begins."""
    return date.fromordinal(max(1, day.toordinal() - days))


def days_after(day: date, days: int) -> date:
    """So many days after a day, but not after the calendar ends."""
    return date.fromordinal(min(date.max.toordinal(), day.toordinal() + days))


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the month's last day; within the calendar."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.max if months > 0 else date.min
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
