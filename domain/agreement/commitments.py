"""How commitments stand: open, overdue, kept or given up."""

from collections.abc import Sequence
from datetime import date

from domain.agreement.history import Standing, of_type
from domain.agreement.state import Commitment, CommitmentState
from domain.agreement.today import ONE_DAY, Today
from domain.facts import CommitmentDropped, CommitmentMade, CommitmentRealised, ProgressReported
from domain.values import field_name, party_name


def commitments(facts: Sequence[Standing], today: Today) -> tuple[Commitment, ...]:
    """Every commitment that the facts tell of, in the order in which it was made."""
    return tuple(
        _commitment(standing, made, facts, today) for standing, made in of_type(facts, CommitmentMade)
    )


def _commitment(made: Standing, fact: CommitmentMade, facts: Sequence[Standing], today: Today) -> Commitment:
    state: CommitmentState = "open"
    percent: float | None = None
    outcome: str | None = None
    for standing in sorted(facts, key=lambda s: s.when):
        match standing.fact:
            case ProgressReported(commitment=fact.commitment, percent=reported) if reported is not None:
                percent = reported
            case CommitmentRealised(commitment=fact.commitment, outcome=told):
                state, outcome = "realised", told
            case CommitmentDropped(commitment=fact.commitment, reason=told):
                state, outcome = "dropped", told
    last = fact.due.last if fact.due else date.max
    days = None
    if state == "open" and (days := today.days_past(last)) is not None:
        state = "overdue"
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
        days_overdue=days,
        overdue_from=last + ONE_DAY if last != date.max else None,
    )
