"""The figures of a day. A number that nobody can know is None, never 0."""

from statistics import median
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


def summary(view: View, actor: Actor | None) -> dict[str, Any]:
    """Counts over what somebody may see. Networks and voids are in none of them."""
    seen = sa.and_(on(register, view.day), visible(actor))
    counted = sa.and_(seen, register.c.status.is_not(None))
    flags = {name: _count(view, counted, register.c[name]) for name in ("stalled", "dormant", "no_next_step")}
    network = sa.and_(seen, register.c.kind == "network", register.c.begun)
    return {
        "as_of": view.day.isoformat(),
        "position": view.position,
        "agreements": _count(view, counted),
        "networks": _count(view, network),
        "by_status": _by(view, counted, "status", RUNGS),
        "by_instrument": _by(view, counted, "instrument", INSTRUMENTS),
        "by_standing": _by(view, counted, "standing", get_args(AgreementStanding)),
        "by_kind": _by(view, counted, "kind", KINDS),
        "by_realisation": _by(view, counted, "realisation", get_args(Realisation)),
        "overdue_follow_ups": _count(view, counted, register.c.overdue),
        **flags,
        "expiring": {
            days: _count(view, counted, register.c[f"expiring_{days}"]) for days in ("30", "90", "180")
        },
        "uncertain": view.connection.scalar(
            sa.select(sa.func.coalesce(sa.func.sum(register.c.uncertain), 0)).where(seen)
        ),
        "shares": _shares(view, counted),
    }


def _count(view: View, *conditions: sa.ColumnElement[bool]) -> int:
    count = view.connection.scalar(sa.select(sa.func.count()).select_from(register).where(*conditions))
    return int(count or 0)


def _by(view: View, counted: sa.ColumnElement[bool], name: str, values: tuple[str, ...]) -> dict[str, int]:
    column = register.c[name]
    rows = view.connection.execute(sa.select(column, sa.func.count()).where(counted).group_by(column))
    found = {value: int(count) for value, count in rows}
    return {value: found.get(value, 0) for value in values}


def _shares(view: View, counted: sa.ColumnElement[bool]) -> dict[str, float | None]:
    # The youngest memorandum that is old enough to have brought results by the day.
    old = sa.and_(
        counted,
        register.c.instrument == "mou",
        register.c.mou_by <= months_after(view.day, -OLD_ENOUGH_MONTHS).isoformat(),
    )
    signed = sa.and_(counted, register.c.instrument != "none")
    days = view.connection.scalars(
        sa.select(register.c.loi_to_mou_days).where(counted, register.c.loi_to_mou_days.is_not(None))
    ).all()
    return {
        "realisation_rate": _share(view, old, register.c.evidenced),
        "follow_up_held_rate": _share(view, signed, register.c.follow_up_held),
        "loi_to_mou_median_days": float(median(days)) if days else None,
    }


def _share(view: View, cases: sa.ColumnElement[bool], held: sa.ColumnElement[bool]) -> float | None:
    total = _count(view, cases)
    return round(_count(view, cases, held) / total, 4) if total else None
