"""How visits stand: planned, moved, confirmed, called off, held, overdue."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from domain.agreement.standing import WHEN, Facts, Standing, types_of
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

CHANGES = types_of(VisitConfirmed, VisitRescheduled, VisitCancelled)
TELLING_OF_VISITS = CHANGES | types_of(FollowUpVisitScheduled, VisitHeld, Signed)


class Story(NamedTuple):
    """What is told of a visit that was planned, in order of occurrence."""

    planned: Standing
    plan: FollowUpVisitScheduled
    changes: list[Standing]
    held: list[tuple[Standing, VisitHeld]]


def first_signature(facts: Facts) -> Span | None:
    """When the first paper was signed: no earlier, and certainly by then."""
    spans = [standing.span for standing, _ in facts.of(Signed)]
    return Span(min(s.earliest for s in spans), min(s.latest for s in spans)) if spans else None


def visits(facts: Facts) -> tuple[Visit, ...]:
    """Every visit that the facts tell of, in the order in which it was first planned or held.

    None is overdue yet: that depends on the day (see `on_day`).
    """
    signed = first_signature(facts)
    stories: dict[str, Story] = {}
    for standing, plan in facts.of(FollowUpVisitScheduled):
        stories.setdefault(plan.visit, Story(standing, plan, [], []))
    for standing in facts.of_types(CHANGES):
        match standing.fact:
            case VisitConfirmed(visit=name) | VisitRescheduled(visit=name) | VisitCancelled(visit=name):
                if name in stories:
                    stories[name].changes.append(standing)
    unplanned = []
    for standing, held in facts.of(VisitHeld):
        if held.visit is not None and held.visit in stories:
            stories[held.visit].held.append((standing, held))
        else:
            unplanned.append((standing, _unplanned(standing, held, signed)))
    planned = [(story.planned, _planned(story, signed)) for story in stories.values()]
    return tuple(visit for _, visit in sorted(planned + unplanned, key=lambda found: found[0].order))


def on_day(visit: Visit, today: Today) -> Visit:
    """A visit as it is on a day: overdue once its window is over."""
    if visit.overdue_from is None or visit.state in ("held", "cancelled"):
        return visit
    if not today.reached(visit.overdue_from):
        return visit
    return replace(visit, state="overdue", days_overdue=(today.day - visit.overdue_from).days + 1)


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


def _planned(story: Story, signed: Span | None) -> Visit:
    standing, plan, changes, held = story
    state, window = _after_changes(plan, sorted(changes, key=WHEN))
    scheduled_after = signed is not None and not standing.span.certainly_before(signed)
    held_after = signed is not None and any(s.span.certainly_after(signed) for s, _ in held)
    last = window.last
    told = held[-1][1] if held else plan
    return Visit(
        visit=plan.visit,
        version=standing.version,
        visitor=_name(told.visitor or plan.visitor),
        host=_name(told.host or plan.host),
        place=told.place or plan.place,
        purpose=told.purpose or plan.purpose,
        window=window.edtf,
        state="held" if held else state,
        held=_edtf(told) if held else None,
        follow_up=scheduled_after or held_after,
        days_overdue=None,
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
