"""What needs attention: standstill, a missing next step, an end that comes near."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

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


class Marks(NamedTuple):
    """The days on which flags go up: of standstill, unless a step is ahead; and before the paper ends."""

    stalled: date
    dormant: date
    steps: tuple[date, ...]
    expiring: tuple[tuple[date, Flag], ...]


def marks(
    certain: Facts, found: Sequence[Visit], promised: Sequence[Commitment], until: UncertainDate | None
) -> Marks:
    """What facts, visits and commitments that count mean for the flags, whatever the day."""
    moved = certain.latest(MOVES)
    return Marks(
        days_after(moved, STALLED_AFTER_DAYS),
        months_after(moved, DORMANT_AFTER_MONTHS),
        tuple(_steps(found, promised)),
        tuple(_expiring(certain, last_day(until))),
    )


def stalled_from(moved: date, found: Sequence[Visit], promised: Sequence[Commitment]) -> date:
    """The day from which on it stands still: so long after the last move, and after every dated step."""
    after_steps = (days_after(step, 1) for step in _steps(found, promised))
    return max(days_after(moved, STALLED_AFTER_DAYS), *after_steps, date.min)


def flags(known: Marks, standing: AgreementStanding, today: Today) -> tuple[Flag, ...]:
    """Those that hold on the day."""
    up = list(_standstill(known, today)) if standing == "active" else []
    if standing in ("active", "suspended"):
        up += [flag for day, flag in known.expiring if today.reached(day)]
    return tuple(up)


def _steps(found: Sequence[Visit], promised: Sequence[Commitment]) -> Iterator[date]:
    """The last day of every open visit and commitment that has one. What is overdue is still a step."""
    windows = [v.window for v in found if v.state not in ("held", "cancelled")]
    dues = [c.due for c in promised if c.state not in ("realised", "dropped")]
    for planned in (*windows, *dues):
        if planned and (span := bounds(planned)) != ANY_DAY:
            yield span.latest


def _standstill(known: Marks, today: Today) -> Iterator[Flag]:
    stalled, dormant = today.reached(known.stalled), today.reached(known.dormant)
    if all(today.passed(step) for step in known.steps):
        if stalled:
            yield "stalled"
        if dormant:
            yield "dormant"
    if not known.steps:
        yield "no_next_step"


def _expiring(certain: Facts, end: date | None) -> Iterator[tuple[date, Flag]]:
    if end is None:
        return
    for days, flag in EXPIRY_HORIZONS:
        yield days_before(end, days), flag
    notices = [signed.notice_days for _, signed in certain.of(Signed) if signed.notice_days is not None]
    if notices:
        yield days_before(end, notices[-1]), "notice_due"
