"""The transition table, as data: what each type of fact means for the lifecycle.

The reasons behind each line: facts are recorded rather than policed, so nothing here forbids a
stage to be skipped; only signing, prolonging and scheduling cannot follow an end.
"""

from typing import Literal, NamedTuple

from domain.facts import Fact

Rung = Literal[
    "proposed", "loi_signed", "mou_signed", "follow_up_visit_scheduled", "follow_up_visit_held", "realised"
]
Instrument = Literal["none", "loi", "arrangement", "mou"]
Subject = Literal["lifecycle", "paper", "visits", "delivery", "context", "record"]

RUNGS: tuple[Rung, ...] = (
    "proposed",
    "loi_signed",
    "mou_signed",
    "follow_up_visit_scheduled",
    "follow_up_visit_held",
    "realised",
)
INSTRUMENTS: tuple[Instrument, ...] = ("none", "loi", "arrangement", "mou")


class Transition(NamedTuple):
    """One line of the table.

    `order` breaks ties between facts of one day; `after_end` says whether a fact that certainly
    happened after the agreement ended is refused, accepted with a warning, or simply accepted.
    """

    order: int
    subject: Subject
    after_end: Literal["refused", "warned", "accepted"] = "warned"
    rung: Rung | None = None
    instrument: Instrument | None = None


TRANSITIONS: dict[str, Transition] = {
    "proposed": Transition(0, "lifecycle", rung="proposed"),
    "party_joined": Transition(5, "lifecycle"),
    "approval_recorded": Transition(10, "paper"),
    "loi_signed": Transition(20, "paper", "refused", rung="loi_signed", instrument="loi"),
    "arrangement_signed": Transition(25, "paper", "refused", instrument="arrangement"),
    "mou_signed": Transition(30, "paper", "refused", rung="mou_signed", instrument="mou"),
    "entered_into_force": Transition(35, "paper"),
    "amended": Transition(36, "paper"),
    "extended": Transition(37, "paper", "refused"),
    "invitation_received": Transition(40, "visits"),
    "follow_up_visit_scheduled": Transition(41, "visits", "refused", rung="follow_up_visit_scheduled"),
    "visit_confirmed": Transition(42, "visits"),
    "visit_rescheduled": Transition(43, "visits", "refused"),
    "visit_cancelled": Transition(44, "visits"),
    "visit_held": Transition(50, "visits", rung="follow_up_visit_held"),
    "commitment_made": Transition(60, "delivery"),
    "progress_reported": Transition(61, "delivery"),
    "commitment_realised": Transition(62, "delivery"),
    "commitment_dropped": Transition(63, "delivery"),
    "replication_recorded": Transition(64, "delivery"),
    "realised": Transition(70, "delivery", rung="realised"),
    "suspended": Transition(80, "lifecycle"),
    "resumed": Transition(81, "lifecycle"),
    "party_left": Transition(82, "lifecycle"),
    "terminated": Transition(90, "lifecycle"),
    "withdrawn": Transition(91, "lifecycle"),
    "succeeded": Transition(92, "lifecycle"),
    "engagement_held": Transition(100, "context"),
    "initiative_proposed": Transition(101, "context"),
    "directive_issued": Transition(102, "context"),
    "statement_recorded": Transition(103, "context"),
    "evidence_attached": Transition(110, "record"),
    "annotated": Transition(111, "record"),
    "granted": Transition(112, "record"),
    "revoked": Transition(113, "record"),
    "handed_over": Transition(114, "record"),
    "visibility_changed": Transition(115, "record"),
    "corrected": Transition(120, "record"),
    "retracted": Transition(121, "record"),
}
ENDS = frozenset({"terminated", "withdrawn", "succeeded"})


def transition(fact: Fact) -> Transition:
    """The line of the table for a fact."""
    return TRANSITIONS[fact.type]
