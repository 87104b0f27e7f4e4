"""What needs attention: standstill, a missing next step, an end that comes near."""

from collections.abc import Iterator, Sequence
from datetime import date

from domain.agreement.ends import last_day
from domain.agreement.standing import Facts
from domain.agreement.state import AgreementStanding, Commitment, Flag, Visit
from domain.agreement.today import Today, days_after, days_before, months_after
from domain.agreement.transitions import TRANSITIONS
from domain.facts import Signed
from domain.uncertain_date import ANY_DAY, UncertainDate, bounds

STALLED_AFTER_DAYS = 180
DORMANT_AFTER_MONTHS = 24
MOVES = frozenset(name for name, line in TRANSITIONS.items() if line.subject not in ("context", "record"))
EXPIRY_HORIZONS: tuple[tuple[int, Flag], ...] = (
    (30, "expiring_30"),
    (90, "expiring_90"),
    (180, "expiring_180"),
)


def flags(
    *,
    certain: Facts,
    moved: date,
    found: Sequence[Visit],
    promised: Sequence[Commitment],
    standing: AgreementStanding,
    until: UncertainDate | None,
    today: Today,
) -> tuple[Flag, ...]:
    """Those that hold on the day. `moved` is the last day on which anything did."""
    return (
        *(_standstill(moved, list(_steps(found, promised)), today) if standing == "active" else ()),
        *(_expiry(certain, last_day(until), today) if standing in ("active", "suspended") else ()),
    )


def stalled_from(moved: date, found: Sequence[Visit], promised: Sequence[Commitment]) -> date:
    """The day from which on it stands still: so long after the last move, and after every dated step."""
    after_steps = (days_after(step, 1) for step in _steps(found, promised))
    return max(days_after(moved, STALLED_AFTER_DAYS), *after_steps, date.min)


def _steps(found: Sequence[Visit], promised: Sequence[Commitment]) -> Iterator[date]:
    """The last day of every open visit and commitment that has one. What is overdue is still a step."""
    windows = [v.window for v in found if v.state not in ("held", "cancelled")]
    dues = [c.due for c in promised if c.state not in ("realised", "dropped")]
    for planned in (*windows, *dues):
        if planned and (span := bounds(planned)) != ANY_DAY:
            yield span.latest


def _standstill(last: date, steps: list[date], today: Today) -> Iterator[Flag]:
    stalled = today.reached(days_after(last, STALLED_AFTER_DAYS))
    dormant = today.reached(months_after(last, DORMANT_AFTER_MONTHS))
    if all(today.passed(step) for step in steps):
        if stalled:
            yield "stalled"
        if dormant:
            yield "dormant"
    if not steps:
        yield "no_next_step"


def _expiry(certain: Facts, end: date | None, today: Today) -> Iterator[Flag]:
    if end is None:
        return
    for days, flag in EXPIRY_HORIZONS:
        if today.reached(days_before(end, days)):
            yield flag
    notices = [signed.notice_days for _, signed in certain.of(Signed) if signed.notice_days is not None]
    if notices and today.reached(days_before(end, notices[-1])):
        yield "notice_due"
