"""How commitments stand: open, overdue, kept or given up."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from domain.agreement.standing import WHEN, Facts, Standing, types_of
from domain.agreement.state import Commitment, CommitmentState
from domain.agreement.today import ONE_DAY, Today
from domain.facts import CommitmentDropped, CommitmentMade, CommitmentRealised, ProgressReported
from domain.values import field_name, party_name

REPORTS = types_of(ProgressReported, CommitmentRealised, CommitmentDropped)
TELLING_OF_COMMITMENTS = REPORTS | types_of(CommitmentMade)


def commitments(facts: Facts) -> tuple[Commitment, ...]:
    """Every commitment that the facts tell of, in the order in which it was made.

    None is overdue yet: that depends on the day (see `on_day`).
    """
    reports: dict[str, list[Standing]] = {}
    for standing in facts.of_types(REPORTS):
        match standing.fact:
            case (
                ProgressReported(commitment=name)
                | CommitmentRealised(commitment=name)
                | CommitmentDropped(commitment=name)
            ):
                reports.setdefault(name, []).append(standing)
    return tuple(
        _commitment(standing, made, sorted(reports.get(made.commitment, ()), key=WHEN))
        for standing, made in facts.of(CommitmentMade)
    )


def on_day(promise: Commitment, today: Today) -> Commitment:
    """A commitment as it is on a day: overdue if it was still open when its time was up."""
    if promise.overdue_from is None or promise.state != "open" or not today.reached(promise.overdue_from):
        return promise
    return replace(promise, state="overdue", days_overdue=(today.day - promise.overdue_from).days + 1)


def _commitment(made: Standing, fact: CommitmentMade, reports: Iterable[Standing]) -> Commitment:
    state: CommitmentState = "open"
    percent: float | None = None
    outcome: str | None = None
    for standing in reports:
        match standing.fact:
            case ProgressReported(percent=reported) if reported is not None:
                percent = reported
            case CommitmentRealised(outcome=told):
                state, outcome = "realised", told
            case CommitmentDropped(reason=told):
                state, outcome = "dropped", told
    last = fact.due.last if fact.due else date.max
    return Commitment(
        commitment=fact.commitment,
        version=made.version,
        text=fact.text,
        by=party_name(fact.by) if fact.by else None,
        to=party_name(fact.to) if fact.to else None,
        field=field_name(fact.field) if fact.field else None,
        due=fact.due.edtf if fact.due else None,
        percent=percent,
        state=state,
        outcome=outcome,
        days_overdue=None,
        overdue_from=last + ONE_DAY if last != date.max else None,
    )
