"""How visits stand: planned, moved, confirmed, called off, held, overdue."""

from collections.abc import Iterable, Sequence
from datetime import date

from domain.agreement.history import Standing, of_type
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
from domain.uncertain_date import ANY_DAY, Span, UncertainDate, certain_bounds
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
    for standing, plan in of_type(facts, FollowUpVisitScheduled):
        plans.setdefault(plan.visit, standing)
    found = []
    for standing in facts:
        match standing.fact:
            case FollowUpVisitScheduled() as plan if plans[plan.visit] is standing:
                found.append(_planned(standing, plan, facts, signed, today))
            case VisitHeld() as held if held.visit is None or held.visit not in plans:
                found.append(_unplanned(standing, held, signed))
    return tuple(found)


def follow_up(found: Sequence[Visit]) -> FollowUp:
    """The overdue visit that waits longest, else the next open one, else the last follow-up held."""
    waiting = [visit for visit in found if visit.state not in ("held", "cancelled")]
    held = [visit for visit in found if visit.state == "held" and visit.follow_up]
    if waiting:
        chosen = min(waiting, key=lambda v: (v.state != "overdue", v.overdue_from or date.max))
    elif held:
        chosen = max(reversed(held), key=lambda v: certain_bounds(v.held) if v.held else ANY_DAY)
    else:
        return FollowUp()
    return FollowUp(chosen.state, chosen.visit, chosen.window, chosen.days_overdue)


def _planned(
    standing: Standing,
    plan: FollowUpVisitScheduled,
    facts: Sequence[Standing],
    signed: Span | None,
    today: Today,
) -> Visit:
    changes = [s for s in facts if isinstance(s.fact, Change) and s.fact.visit == plan.visit]
    state, window = _after_changes(plan, sorted(changes, key=lambda s: s.when))
    held = [(s, fact) for s, fact in of_type(facts, VisitHeld) if fact.visit == plan.visit]
    scheduled_after = signed is not None and not standing.span.certainly_before(signed)
    held_after = signed is not None and any(s.span.certainly_after(signed) for s, _ in held)
    last = window.last
    days = None
    if held:
        state = "held"
    elif state != "cancelled" and (days := today.days_past(last)) is not None:
        state = "overdue"
    told = held[-1][1] if held else plan
    return Visit(
        visit=plan.visit,
        version=standing.version,
        visitor=_name(told.visitor or plan.visitor),
        host=_name(told.host or plan.host),
        place=told.place or plan.place,
        purpose=told.purpose or plan.purpose,
        window=window.edtf,
        state=state,
        held=_edtf(told) if held else None,
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


def _unplanned(standing: Standing, held: VisitHeld, signed: Span | None) -> Visit:
    return Visit(
        visit=held.visit,
        version=standing.version,
        visitor=_name(held.visitor),
        host=_name(held.host),
        place=held.place,
        purpose=held.purpose,
        window=None,
        state="held",
        held=_edtf(held),
        follow_up=signed is not None and standing.span.certainly_after(signed),
        days_overdue=None,
        overdue_from=None,
    )


def _edtf(fact: VisitHeld | FollowUpVisitScheduled) -> str | None:
    return fact.occurred.edtf if fact.occurred else None


def _name(ref: Party | str | None) -> str | None:
    return party_name(ref) if ref is not None else None
