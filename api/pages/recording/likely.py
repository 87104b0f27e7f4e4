"""What is likely to be recorded next, told from how an agreement stands."""

from collections.abc import Iterator, Mapping

from api.language import english
from domain.agreement import State
from domain.agreement.transitions import TRANSITIONS

FIRST = 4
GROUPS: Mapping[str, str] = {
    "paper": english("Paper"),
    "visits": english("Visits"),
    "delivery": english("Delivery"),
    "lifecycle": english("Parties and standing"),
    "context": english("Around the agreement"),
    "record": english("The record itself"),
}


def likeliest(state: State) -> list[str]:
    """The four types of fact that make most sense now, the likeliest first."""
    return list(dict.fromkeys(_candidates(state)))[:FIRST]


def others(state: State) -> dict[str, list[str]]:
    """All other types of fact, by subject."""
    first = likeliest(state)
    found: dict[str, list[str]] = {subject: [] for subject in GROUPS}
    for name, line in TRANSITIONS.items():
        if name not in first and name != "proposed":
            found[line.subject].append(name)
    return found


def _candidates(state: State) -> Iterator[str]:
    if state.voided:
        yield "retracted"
    elif state.standing == "suspended":
        yield from ("resumed", "terminated")
    elif state.standing not in ("active", "expired"):
        yield from ("realised", "succeeded")
    else:
        yield from _of_a_living_one(state)
    yield from ("evidence_attached", "annotated", "corrected", "retracted")


def _of_a_living_one(state: State) -> Iterator[str]:
    if state.kind == "network":
        yield from ("party_joined", "engagement_held", "party_left")
        return
    if state.standing == "expired":
        yield "extended"
    visits = {visit.state for visit in state.visits}
    if visits & {"overdue", "tentative", "scheduled", "confirmed"}:
        yield from ("visit_held", "visit_rescheduled")
    yield from {
        "none": ("loi_signed", "mou_signed"),
        "loi": ("mou_signed",),
        "arrangement": ("mou_signed",),
        "mou": ("realised", "commitment_made"),
    }[state.instrument]
    if any(promise.state in ("open", "overdue") for promise in state.commitments):
        yield from ("commitment_realised", "progress_reported")
    yield from ("follow_up_visit_scheduled", "visit_held", "commitment_made", "realised")
