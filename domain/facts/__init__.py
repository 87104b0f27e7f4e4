"""Every fact that can be recorded: one class per event type, and the one union of them all."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from domain.facts.context import DirectiveIssued, EngagementHeld, InitiativeProposed, StatementRecorded
from domain.facts.corrections import Corrected, LifecycleFact, OriginalFact, Retracted
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
    Signed,
    Succeeded,
    Suspended,
    Terminated,
    Turn,
    Withdrawn,
)
from domain.facts.parties import PartyJoined, PartyLeft
from domain.facts.record_keeping import (
    AnnotationAdded,
    EvidenceAttached,
    Granted,
    HandedOver,
    Revoked,
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

LaterFact = Annotated[LifecycleFact | Corrected | Retracted, Field(discriminator="type")]
Fact = Annotated[Proposed | LifecycleFact | Corrected | Retracted, Field(discriminator="type")]

FACT: TypeAdapter[Fact] = TypeAdapter(Fact)
LATER_FACT: TypeAdapter[LaterFact] = TypeAdapter(LaterFact)
PROPOSED: TypeAdapter[Proposed] = TypeAdapter(Proposed)
