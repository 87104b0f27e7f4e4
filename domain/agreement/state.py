"""What can be said of an agreement on a given day."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.agreement.transitions import Instrument, Rung
from domain.values import AgreementKind, Party, Standing, Visibility

VisitState = Literal["tentative", "scheduled", "confirmed", "overdue", "held", "cancelled"]
CommitmentState = Literal["open", "overdue", "realised", "dropped"]
AgreementStanding = Literal["active", "suspended", "expired", "terminated", "withdrawn", "succeeded"]
Realisation = Literal["none", "partly", "fully"]
Basis = Literal["claimed", "evidenced"]
Flag = Literal[
    "stalled", "dormant", "no_next_step", "expiring_30", "expiring_90", "expiring_180", "notice_due"
]


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning, the version of the entry that it is about, and the words for its sentence."""

    code: str
    version: int
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FieldStanding:
    """A field of cooperation and how firmly it is agreed."""

    name: str
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit, planned or held. Dates are EDTF; `overdue_from` is the day after its window."""

    visit: str | None
    version: int
    visitor: str | None
    host: str | None
    place: str | None
    purpose: str | None
    window: str | None
    state: VisitState
    held: str | None
    follow_up: bool
    days_overdue: int | None
    overdue_from: date | None


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise and what became of it. `due` is EDTF; `overdue_from` is the day after it."""

    commitment: str
    version: int
    text: str
    by: str | None
    to: str | None
    field: str | None
    due: str | None
    percent: float | None
    state: CommitmentState
    outcome: str | None
    days_overdue: int | None
    overdue_from: date | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The most pressing open visit, else the last follow-up that was held."""

    state: VisitState | Literal["none"] = "none"
    visit: str | None = None
    window: str | None = None
    days_overdue: int | None = None


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A fact that may or may not have occurred by the day asked for."""

    version: int
    type: str
    occurred: str | None


@dataclass(frozen=True, slots=True)
class State:
    """Every answer for one day. `milestones` and `valid_until` are EDTF, as stated."""

    version: int
    voided: bool
    begun: bool
    title: str
    kind: AgreementKind
    strength: Literal["interest", "formal"] | None
    owner: str
    visibility: Visibility
    reference: str | None
    parties: tuple[Party, ...]
    fields: tuple[FieldStanding, ...]
    status: Rung | None
    milestones: dict[Rung, str | None]
    instrument: Instrument
    standing: AgreementStanding
    valid_until: str | None
    realisation: Realisation
    realisation_basis: Basis | None
    follow_up: FollowUp
    visits: tuple[Visit, ...]
    commitments: tuple[Commitment, ...]
    flags: tuple[Flag, ...]
    warnings: tuple[Warned, ...]
    uncertain: tuple[Uncertain, ...]
