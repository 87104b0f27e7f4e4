"""How visits stand: planned, moved, confirmed, called off, held, overdue."""

from collections.abc import Iterable, Sequence
from datetime import date

from domain.agreement.history import Standing
from domain.agreement.state import FollowUp, Visit, VisitState
from domain.agreement.today import ONE_DAY, Today
from domain.facts import (
    FollowUpVisitScheduled,
    Signed,
    VisitCancelled,
    VisitConfirmed,
    VisitHeld,
    VisitRescheduled,
)
from domain.uncertain_date import Span, UncertainDate
from domain.values import Party, party_name

Change = VisitConfirmed | VisitRescheduled | VisitCancelled


def first_signature(facts: Iterable[Standing]) -> Span | None:
    """When the first paper was signed: no earlier, and certainly by then."""
    spans = [standing.span for standing in facts if isinstance(standing.fact, Signed)]
    return Span(min(s.earliest for s in spans), min(s.latest for s in spans)) if spans else None


def visits(facts: Sequence[Standing], today: Today) -> tuple[Visit, ...]:
    """Every visit that the facts tell of, in the order in which it was first planned or held."""
    signed = first_signature(facts)
    plans: dict[str, Standing] = {}
    for standing in facts:
        if isinstance(standing.fact, FollowUpVisitScheduled):
            plans.setdefault(standing.fact.visit, standing)
    found = []
    for standing in facts:
        match standing.fact:
            case FollowUpVisitScheduled(visit=name) if plans[name] is standing:
                found.append(_planned(name, standing, facts, signed, today))
            case VisitHeld(visit=held) if held is None or held not in plans:
                found.append(_held(standing, signed))
    return tuple(found)


def follow_up(found: Sequence[Visit]) -> FollowUp:
    """The overdue visit that waits longest, else the next open one, else the last follow-up held."""
    open_visits = [v for v in found if v.state in ("tentative", "scheduled", "confirmed", "overdue")]
    held = [v for v in found if v.state == "held" and v.follow_up]
    if open_visits:
        chosen = min(open_visits, key=lambda v: (v.state != "overdue", v.overdue_from or date.max))
    elif held:
        chosen = held[-1]
    else:
        return FollowUp()
    state = chosen.state
    assert state != "cancelled"
    return FollowUp(state, chosen.visit, chosen.window, chosen.days_overdue)


def _planned(
    name: str, plan: Standing, facts: Sequence[Standing], signed: Span | None, today: Today
) -> Visit:
    fact = plan.fact
    assert isinstance(fact, FollowUpVisitScheduled)
    changes = [s for s in facts if isinstance(s.fact, Change) and s.fact.visit == name]
    state, window = _after_changes(fact, sorted(changes, key=_when))
    held = [s for s in facts if isinstance(s.fact, VisitHeld) and s.fact.visit == name]
    scheduled_after = signed is not None and not plan.span.certainly_before(signed)
    held_after = signed is not None and any(s.span.certainly_after(signed) for s in held)
    last = window.last
    days = None
    if held:
        state = "held"
    elif state != "cancelled" and (days := today.days_past(last)) is not None:
        state = "overdue"
    latest = held[-1].fact if held else None
    told = latest if isinstance(latest, VisitHeld) else fact
    return Visit(
        visit=name,
        version=plan.version,
        visitor=_name(told.visitor or fact.visitor),
        host=_name(told.host or fact.host),
        place=told.place or fact.place,
        purpose=told.purpose or fact.purpose,
        window=window.edtf,
        state=state,
        held=_edtf(held[-1]) if held else None,
        follow_up=scheduled_after or held_after,
        days_overdue=days,
        overdue_from=last + ONE_DAY if last != date.max else None,
    )


def _after_changes(
    plan: FollowUpVisitScheduled, changes: Sequence[Standing]
) -> tuple[VisitState, UncertainDate]:
    state: VisitState = plan.certainty or "scheduled"
    settled, window = state, plan.window
    for change in changes:
        match change.fact:
            case VisitRescheduled(window=moved):
                state, window = settled, moved
            case VisitConfirmed():
                state = settled = "confirmed"
            case VisitCancelled():
                state = "cancelled"
    return state, window


def _when(change: Standing) -> tuple[date, int]:
    """A change of unknown day is taken to have happened when it was recorded."""
    return (change.span.latest if change.span.earliest == date.min else change.span.earliest, change.version)


def _held(standing: Standing, signed: Span | None) -> Visit:
    fact = standing.fact
    assert isinstance(fact, VisitHeld)
    return Visit(
        visit=fact.visit,
        version=standing.version,
        visitor=_name(fact.visitor),
        host=_name(fact.host),
        place=fact.place,
        purpose=fact.purpose,
        window=None,
        state="held",
        held=_edtf(standing),
        follow_up=signed is not None and standing.span.certainly_after(signed),
        days_overdue=None,
        overdue_from=None,
    )


def _edtf(standing: Standing) -> str | None:
    return standing.fact.occurred.edtf if standing.fact.occurred else None


def _name(ref: Party | str | None) -> str | None:
    return party_name(ref) if ref is not None else None
