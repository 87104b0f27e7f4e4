"""The figures of a day. A number that nobody can know is None, never 0."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, get_args

import sqlalchemy as sa

from domain.agreement.access import Actor
from domain.agreement.state import AgreementStanding, Realisation
from domain.agreement.today import months_after
from domain.agreement.transitions import INSTRUMENTS, RUNGS
from domain.values import AgreementKind
from projections.change import on
from projections.listing import visible
from projections.register import register
from projections.views import View

OLD_ENOUGH_MONTHS = 24
KINDS = tuple(kind for kind in get_args(AgreementKind) if kind != "network")


BY = ("status", "instrument", "standing", "kind", "realisation")
FLAGS = ("overdue", "stalled", "dormant", "no_next_step", "expiring_30", "expiring_90", "expiring_180")
Groups = Sequence[sa.RowMapping]


def summary(view: View, actor: Actor | None) -> dict[str, Any]:
    """Counts over what somebody may see. Networks and voids are in none of them."""
    seen = sa.and_(on(register, view.day), visible(actor))
    groups = _groups(view, seen)
    counted = [group for group in groups if group["status"] is not None]
    flags = {name: _total(counted, name) for name in FLAGS}
    return {
        "as_of": view.day.isoformat(),
        "position": view.position,
        "agreements": _total(counted, "agreements"),
        "networks": _total([group for group in groups if group["kind"] == "network"], "begun"),
        "by_status": _by(counted, "status", RUNGS),
        "by_instrument": _by(counted, "instrument", INSTRUMENTS),
        "by_standing": _by(counted, "standing", get_args(AgreementStanding)),
        "by_kind": _by(counted, "kind", KINDS),
        "by_realisation": _by(counted, "realisation", get_args(Realisation)),
        "overdue_follow_ups": flags["overdue"],
        **{name: flags[name] for name in ("stalled", "dormant", "no_next_step")},
        "expiring": {days: flags[f"expiring_{days}"] for days in ("30", "90", "180")},
        "uncertain": _total(groups, "uncertain"),
        "shares": {
            "realisation_rate": _share(counted, "evidenced", "old"),
            "follow_up_held_rate": _share(
                [group for group in counted if group["instrument"] != "none"], "held", "agreements"
            ),
            "loi_to_mou_median_days": _median_days(view, seen),
        },
    }


def _groups(view: View, seen: sa.ColumnElement[bool]) -> Groups:
    """How many there are of each sort, and of these how many are what else is counted."""
    c = register.c
    # The youngest memorandum that is old enough to have brought results by the day.
    youngest = months_after(view.day, -OLD_ENOUGH_MONTHS).isoformat()
    old = sa.and_(c.instrument == "mou", c.mou_by <= youngest)
    cases = {"begun": c.begun, "old": old, "evidenced": sa.and_(old, c.evidenced), "held": c.follow_up_held}
    cases |= {name: c[name] for name in FLAGS}
    columns = [c[name] for name in BY]
    query = sa.select(
        *columns,
        sa.func.count().label("agreements"),
        sa.func.sum(c.uncertain).label("uncertain"),
        *(sa.func.sum(sa.case((case, 1), else_=0)).label(name) for name, case in cases.items()),
    )
    return view.connection.execute(query.where(seen).group_by(*columns)).mappings().all()


def _total(groups: Groups, name: str) -> int:
    return sum(int(group[name]) for group in groups)


def _by(groups: Groups, name: str, values: tuple[str, ...]) -> dict[str, int]:
    return {
        value: _total([group for group in groups if group[name] == value], "agreements") for value in values
    }


def _share(groups: Groups, held: str, cases: str) -> float | None:
    total = _total(groups, cases)
    return round(_total(groups, held) / total, 4) if total else None


def _median_days(view: View, seen: sa.ColumnElement[bool]) -> float | None:
    """Of the days between letter and memorandum. Each number of days comes once, with how often it occurs."""
    days = register.c.loi_to_mou_days
    query = sa.select(days, sa.func.count()).where(seen, register.c.status.is_not(None), days.is_not(None))
    found = [(float(value), int(count)) for value, count in view.connection.execute(query.group_by(days))]
    ranks = list(accumulate(count for _, count in sorted(found)))
    if not ranks:
        return None
    middle = ((ranks[-1] - 1) // 2, ranks[-1] // 2)
    low, high = (sorted(found)[bisect_right(ranks, place)][0] for place in middle)
    return (low + high) / 2
