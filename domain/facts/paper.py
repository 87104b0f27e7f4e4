"""Facts about the paper: proposals, signatures, approvals, and how long an agreement stands."""

from typing import Annotated, Literal

from pydantic import Field

from domain.facts.common import FactBase, example
from domain.uncertain_date import UncertainDate
from domain.values import AgreementKind, FieldRef, Party, PartyRef, Person, Visibility
from domain.words import Name, Text

Language = Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="ISO 639 or BCP 47")]
AgreementId = Annotated[
    str,
    Field(
        pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", description="An agreement"
    ),
]
Ground = Literal[
    "agreed_procedure",
    "purpose_achieved",
    "fundamental_change",
    "breach",
    "superseded",
    "new_norm",
    "object_lost",
    "national_interest",
]


class Proposed(FactBase):
    """Parties want to work together. It opens the agreement."""

    model_config = example(
        type="proposed",
        occurred="../2025-03",
        title="Bandung – Nanning",
        kind="sister_city",
        parties=[
            {"name": "Kota Bandung", "kind": "city", "country": "ID"},
            {"name": "Kota Nanning", "kind": "city", "country": "CN", "aliases": ["南宁"]},
        ],
        strength="formal",
        fields=[{"name": "artificial intelligence", "standing": "exploring"}],
    )
    type: Literal["proposed"] = "proposed"
    title: Name
    kind: AgreementKind
    parties: tuple[Party, ...]
    strength: Literal["interest", "formal"] | None = None
    fields: tuple[FieldRef, ...] = ()
    proposer: PartyRef | None = None
    learns: PartyRef | None = Field(None, description="The party that mostly learns from the other")
    reference: Name | None = Field(None, description="The owner's own number; unique within the owner")
    visibility: Visibility = "public"


class Signed(FactBase):
    """What the three kinds of signature have in common."""

    signatories: tuple[Person, ...] = ()
    place: Name | None = None
    local_title: Name | None = Field(None, description="What the paper calls itself")
    numbers: dict[Name, Name] = Field({}, description="Each party's own number for the document")
    languages: tuple[Language, ...] = ()
    fields: tuple[FieldRef, ...] = ()
    effective: UncertainDate | None = None
    valid_until: UncertainDate | None = Field(None, description="The last day on which it stands")
    notice_days: Annotated[int, Field(ge=0, le=36_500)] | None = None
    override_reason: Text | None = Field(None, description="Why an order that is normally refused is right")


class LoiSigned(Signed):
    """A letter of intent was signed."""

    model_config = example(
        type="loi_signed",
        occurred={"edtf": "2025-03", "as_stated": None, "basis": "external"},
        signatories=[{"name": "Muhammad Farhan", "office": "Wali Kota Bandung", "party": "Kota Bandung"}],
        fields=["agriculture", {"name": "digital economy", "standing": "mentioned"}],
        evidence=[{"title": "Bandung–Nanning L.I.O", "grade": "secondary"}],
    )
    type: Literal["loi_signed"] = "loi_signed"


class MouSigned(Signed):
    """A memorandum of understanding was signed, whatever its local title."""

    model_config = example(
        type="mou_signed",
        occurred="2018-10-30",
        local_title="Kesepakatan Bersama",
        place="Pendopo, Jalan Dalem Kaum, Bandung",
        signatories=[{"name": "Oded M. Danial", "office": "Walikota Bandung", "party": "Kota Bandung"}],
        fields=["smart city", "e-government"],
    )
    type: Literal["mou_signed"] = "mou_signed"


class ArrangementSigned(Signed):
    """An implementing arrangement was signed: a PKS, an MoA, a plan of action."""

    model_config = example(
        type="arrangement_signed",
        occurred="2019-02",
        local_title="Perjanjian Kerja Sama",
        valid_until="2022-02-28",
    )
    type: Literal["arrangement_signed"] = "arrangement_signed"


class ApprovalRecorded(FactBase):
    """A gate on the way to signature gave its answer."""

    model_config = example(
        type="approval_recorded",
        occurred="2023-03-30",
        gate="dprd",
        outcome="granted",
        authority="DPRD Kota Bandung",
    )
    type: Literal["approval_recorded"] = "approval_recorded"
    gate: Literal["dprd", "kemendagri", "kemlu", "full_powers", "cpaffc", "other"]
    outcome: Literal["granted", "refused"] = "granted"
    authority: Name | None = None
    number: Name | None = None


class EnteredIntoForce(FactBase):
    """The agreement took effect."""

    model_config = example(type="entered_into_force", occurred="2019-06-26", effective="2019-07-01")
    type: Literal["entered_into_force"] = "entered_into_force"
    effective: UncertainDate | None = None


class Amended(FactBase):
    """The parties changed what they had agreed."""

    model_config = example(
        type="amended", occurred="2021-05", summary="Waste technology added", fields=["waste"]
    )
    type: Literal["amended"] = "amended"
    summary: Text | None = None
    fields: tuple[FieldRef, ...] = ()
    valid_until: UncertainDate | None = None
    effective: UncertainDate | None = None


class Extended(FactBase):
    """The parties prolonged the agreement."""

    model_config = example(type="extended", occurred="2025-08-11", valid_until="2030-08-11")
    type: Literal["extended"] = "extended"
    valid_until: UncertainDate | None = None
    effective: UncertainDate | None = None


class Turn(FactBase):
    """What changes of standing have in common: from when, and why."""

    effective: UncertainDate | None = None
    reason: Text | None = None


class Suspended(Turn):
    """The agreement was put on hold."""

    model_config = example(type="suspended", occurred="2020-03", reason="Borders closed")
    type: Literal["suspended"] = "suspended"


class Resumed(Turn):
    """A suspended agreement was taken up again."""

    model_config = example(type="resumed", occurred="2023-03-15")
    type: Literal["resumed"] = "resumed"


class Terminated(Turn):
    """The agreement was ended. Grounds: UU 24/2000 on international treaties, article 18."""

    model_config = example(
        type="terminated", occurred="2024-02-01", effective="2024-08-01", ground="superseded"
    )
    type: Literal["terminated"] = "terminated"
    ground: Ground | None = None


class Withdrawn(Turn):
    """A side withdrew, or the proposal was taken back."""

    model_config = example(type="withdrawn", occurred="2024-02-01", reason="Council refused")
    type: Literal["withdrawn"] = "withdrawn"


class Succeeded(Turn):
    """Another agreement took this one's place."""

    model_config = example(type="succeeded", occurred="2025-08-11", by="0d3adb33-0000-4000-8000-00000000cafe")
    type: Literal["succeeded"] = "succeeded"
    by: AgreementId
