"""The figures of a day. A number that nobody can know is None, never 0."""

from bisect import bisect_right
from itertools import accumulate
from typing import Any, get_args

from domain.agreement.access import Actor
from domain.agreement.state import AgreementStanding, Realisation
from domain.agreement.transitions import INSTRUMENTS, RUNGS
from domain.values import AgreementKind
from projections.figures import Figures, figures
from projections.tallies import BY, MARKS
from projections.turning import Figure
from projections.views import View

KINDS = tuple(kind for kind in get_args(AgreementKind) if kind != "network")
VALUES = (RUNGS, INSTRUMENTS, get_args(AgreementStanding), KINDS, get_args(Realisation))
OTHERS = ("counted", "networks", "uncertain", "old", "old and evidenced", "signed", "signed and held", "lag")


def summary(view: View, actor: Actor | None) -> dict[str, Any]:
    """Counts over what somebody may see. Networks and voids are in none of them."""
    found = figures(view, actor, (*BY, *MARKS, *OTHERS))
    plain = {name: found.get(Figure(name), 0) for name in (*MARKS, *OTHERS)}
    by = {
        name: {value: found.get(Figure(name, value), 0) for value in values}
        for name, values in zip(BY, VALUES, strict=True)
    }
    return {
        "as_of": view.day.isoformat(),
        "position": view.position,
        "agreements": plain["counted"],
        "networks": plain["networks"],
        **{f"by_{name}": numbers for name, numbers in by.items()},
        "overdue_follow_ups": plain["overdue"],
        **{name: plain[name] for name in ("stalled", "dormant", "no_next_step")},
        "expiring": {days: plain[f"expiring_{days}"] for days in ("30", "90", "180")},
        "uncertain": plain["uncertain"],
        "shares": {
            "realisation_rate": _share(plain["old and evidenced"], plain["old"]),
            "follow_up_held_rate": _share(plain["signed and held"], plain["signed"]),
            "loi_to_mou_median_days": _median_days(view, actor, found),
        },
    }


def _share(held: int, cases: int) -> float | None:
    return round(held / cases, 4) if cases else None


def _median_days(view: View, actor: Actor | None, found: Figures) -> float | None:
    """Of the days between letter and memorandum: first of stretches of days, then of the days in two."""
    stretches = _sorted(found, "lag")
    cases = sum(number for _, number in stretches)
    if not cases:
        return None
    middle = ((cases - 1) // 2, cases // 2)
    buckets = {f"lag {int(_at(stretches, place))}" for place in middle}
    exact = figures(view, actor, sorted(buckets))
    days = sorted(each for bucket in buckets for each in _sorted(exact, bucket))
    before = sum(number for value, number in stretches if value < min(int(b.split()[1]) for b in buckets))
    low, high = (_at(days, place - before) for place in middle)
    return (low + high) / 2


def _sorted(found: Figures, name: str) -> list[tuple[float, int]]:
    return sorted((float(f.value), number) for f, number in found.items() if f.name == name and number)


def _at(numbers: list[tuple[float, int]], place: int) -> float:
    """The value at a place in the order of values, each as often as it occurs."""
    ranks = list(accumulate(number for _, number in numbers))
    return numbers[bisect_right(ranks, place)][0]
