"""The shapes of what the doors send, for the documentation and for whoever writes a client."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from domain.agreement.state import (
    CommitmentState,
    FieldStanding,
    Flag,
    FollowUp,
    Uncertain,
    VisitState,
)
from domain.facts import Fact
from domain.journal import Entry
from domain.values import Party


class WarningDocument(BaseModel):
    """Something unusual: recorded all the same, and said for as long as it holds."""

    code: str
    version: int
    text: str


class AnswerDocument(BaseModel):
    """What became of a command."""

    agreement: UUID
    version: int
    position: int
    warnings: list[WarningDocument]


class BatchAnswerDocument(BaseModel):
    """What became of a batch, in the order of its commands."""

    correlation_id: str | None
    results: list[AnswerDocument]


class AgreementSummary(BaseModel):
    """An agreement as lists show it. Dates are EDTF."""

    agreement: UUID
    version: int
    title: str
    kind: str
    strength: str | None
    owner: str
    visibility: str
    reference: str | None
    parties: list[Party]
    fields: list[FieldStanding]
    status: str | None
    milestones: dict[str, str | None]
    instrument: str
    standing: str
    valid_until: str | None
    realisation: str
    realisation_basis: str | None
    follow_up: FollowUp
    flags: list[Flag]
    warnings: list[WarningDocument]
    uncertain: list[Uncertain]
    position: int


class VisitDocument(BaseModel):
    """A visit, planned or held. Dates are EDTF."""

    version: int
    visit: str | None
    visitor: str | None
    host: str | None
    place: str | None
    purpose: str | None
    window: str | None
    held: str | None
    state: VisitState
    follow_up: bool
    days_overdue: int | None


class CommitmentDocument(BaseModel):
    """A promise and what became of it. `due` is EDTF."""

    version: int
    commitment: str
    text: str
    by: str | None
    to: str | None
    field: str | None
    due: str | None
    percent: float | None
    state: CommitmentState
    outcome: str | None
    days_overdue: int | None


class AgreementDocument(AgreementSummary):
    """An agreement on a day, as known at a time."""

    as_of: date
    voided: bool
    visits: list[VisitDocument]
    commitments: list[CommitmentDocument]


class Listed(BaseModel):
    """A page; `next` is the path of the next one, `position` what the answer reflects."""

    next: str | None
    position: int


class AgreementList(Listed):
    """A page of the register."""

    items: list[AgreementSummary]


class TrailEntry(Entry):
    """An entry with the versions that correct or retract it."""

    corrected_by: list[int]
    retracted_by: list[int]


class EntryList(Listed):
    """A page of an audit trail."""

    items: list[TrailEntry]


class Feed(Listed):
    """A page of the journal."""

    items: list[Entry]


class Happened(BaseModel):
    """A fact that stands; `earliest` and `latest` day are null where nobody knows."""

    agreement: UUID
    version: int
    position: int
    recorded_at: str
    corrected_in: int | None
    earliest: date | None
    latest: date | None
    fact: Fact


class TimelineList(Listed):
    """A page of a timeline."""

    items: list[Happened]


class VisitItem(VisitDocument):
    """A visit and the agreement that it belongs to."""

    agreement: UUID
    title: str
    owner: str


class VisitList(Listed):
    """A page of visits."""

    items: list[VisitItem]


class CommitmentItem(CommitmentDocument):
    """A commitment and the agreement that it belongs to."""

    agreement: UUID
    title: str
    owner: str


class CommitmentList(Listed):
    """A page of commitments."""

    items: list[CommitmentItem]


class PartyItem(BaseModel):
    """A party and the number of its agreements."""

    name: str
    kind: str | None
    country: str | None
    region: str | None
    code: str | None
    agreements: int


class PartyList(Listed):
    """A page of parties."""

    items: list[PartyItem]


class FieldItem(BaseModel):
    """A field of cooperation and the number of agreements that name it, by standing."""

    name: str
    agreements: int
    agreed: int
    exploring: int
    mentioned: int


class FieldList(Listed):
    """A page of fields."""

    items: list[FieldItem]


class Shares(BaseModel):
    """Ratios between 0 and 1, and days; null where there is no case."""

    realisation_rate: float | None
    follow_up_held_rate: float | None
    loi_to_mou_median_days: float | None


class SummaryDocument(BaseModel):
    """The figures of a day."""

    as_of: date
    position: int
    agreements: int
    networks: int
    by_status: dict[str, int]
    by_instrument: dict[str, int]
    by_standing: dict[str, int]
    by_kind: dict[str, int]
    by_realisation: dict[str, int]
    overdue_follow_ups: int
    stalled: int
    dormant: int
    no_next_step: int
    expiring: dict[str, int]
    uncertain: int
    shares: Shares
