"""How mistakes are mended: by a new entry that names the wrong one and says why."""

from typing import Annotated, Literal

from pydantic import Field

from domain.facts.common import FactBase, example
from domain.facts.context import DirectiveIssued, EngagementHeld, InitiativeProposed, StatementRecorded
from domain.facts.delivery import (
    CommitmentDropped,
    CommitmentMade,
    CommitmentRealised,
    ProgressReported,
    Realised,
    ReplicationRecorded,
)
from domain.facts.paper import (
    Amended,
    ApprovalRecorded,
    ArrangementSigned,
    EnteredIntoForce,
    Extended,
    LoiSigned,
    MouSigned,
    Proposed,
    Resumed,
    Succeeded,
    Suspended,
    Terminated,
    Withdrawn,
)
from domain.facts.parties import PartyJoined, PartyLeft
from domain.facts.record_keeping import (
    AnnotationAdded,
    EvidenceAttached,
    Granted,
    HandedOver,
    Revoked,
    TargetVersion,
    VisibilityChanged,
)
from domain.facts.visits import (
    FollowUpVisitScheduled,
    InvitationReceived,
    VisitCancelled,
    VisitConfirmed,
    VisitHeld,
    VisitRescheduled,
)
from domain.words import Text

LifecycleFact = (
    LoiSigned
    | MouSigned
    | ArrangementSigned
    | FollowUpVisitScheduled
    | VisitConfirmed
    | VisitRescheduled
    | VisitCancelled
    | VisitHeld
    | InvitationReceived
    | Realised
    | CommitmentMade
    | ProgressReported
    | CommitmentRealised
    | CommitmentDropped
    | ReplicationRecorded
    | ApprovalRecorded
    | EnteredIntoForce
    | Amended
    | Extended
    | Suspended
    | Resumed
    | Terminated
    | Withdrawn
    | Succeeded
    | PartyJoined
    | PartyLeft
    | EngagementHeld
    | InitiativeProposed
    | DirectiveIssued
    | StatementRecorded
    | EvidenceAttached
    | AnnotationAdded
    | Granted
    | Revoked
    | HandedOver
    | VisibilityChanged
)
OriginalFact = Annotated[Proposed | LifecycleFact, Field(discriminator="type")]


class Corrected(FactBase):
    """An earlier entry was wrong; `fact` is the whole right one. The entry itself stays as it is."""

    model_config = example(
        type="corrected",
        version=2,
        reason="The article's date was taken for the day of signing",
        fact={"type": "loi_signed", "occurred": "2025-03-25"},
    )
    type: Literal["corrected"] = "corrected"
    version: TargetVersion
    reason: Text
    fact: OriginalFact


class Retracted(FactBase):
    """An earlier entry should not stand at all."""

    model_config = example(type="retracted", version=4, reason="Recorded on the wrong agreement")
    type: Literal["retracted"] = "retracted"
    version: TargetVersion
    reason: Text
