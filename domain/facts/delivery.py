"""Facts about delivery: what was promised, how far it got, what became of the agreement."""

from typing import Annotated, Literal

from pydantic import Field

from domain.facts.common import FactBase, example
from domain.uncertain_date import UncertainDate
from domain.values import FieldRef, PartyRef
from domain.words import Name, ShortId, Text


class Realised(FactBase):
    """The agreement brought results, in part or in full."""

    model_config = example(
        type="realised",
        occurred="2026-02",
        extent="partly",
        fields=["waste technology"],
        commitments=["compost-plant"],
        outcome="Compost plant at Gedebage runs since February",
        evidence=[{"title": "Berita acara serah terima", "grade": "primary"}],
    )
    type: Literal["realised"] = "realised"
    extent: Literal["partly", "fully"]
    fields: tuple[FieldRef, ...] = ()
    commitments: tuple[ShortId, ...] = ()
    outcome: Text | None = None
    override_reason: Text | None = Field(None, description="Why it is realised though nothing was signed")


class CommitmentMade(FactBase):
    """A party promised something."""

    model_config = example(
        type="commitment_made",
        occurred="2023-07-29",
        commitment="support-ikn",
        text="Support planning and building of the new capital",
        by="Kota Shenzhen",
        to="Otorita Ibu Kota Nusantara",
        due="2024-01",
    )
    type: Literal["commitment_made"] = "commitment_made"
    commitment: ShortId
    text: Text
    by: PartyRef | None = None
    to: PartyRef | None = None
    field: FieldRef | None = None
    due: UncertainDate | None = None


class ProgressReported(FactBase):
    """Somebody reported how far a commitment is."""

    model_config = example(type="progress_reported", occurred="2024-03", commitment="support-ikn", percent=40)
    type: Literal["progress_reported"] = "progress_reported"
    commitment: ShortId
    text: Text | None = None
    percent: Annotated[int | float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None


class CommitmentRealised(FactBase):
    """A commitment was kept."""

    model_config = example(
        type="commitment_realised",
        occurred="2024-06",
        commitment="support-ikn",
        outcome="Masterplan handed over",
    )
    type: Literal["commitment_realised"] = "commitment_realised"
    commitment: ShortId
    outcome: Text | None = None


class CommitmentDropped(FactBase):
    """A commitment was given up."""

    model_config = example(
        type="commitment_dropped", occurred="2024-06", commitment="support-ikn", reason="Programme closed"
    )
    type: Literal["commitment_dropped"] = "commitment_dropped"
    commitment: ShortId
    reason: Text | None = None


class ReplicationRecorded(FactBase):
    """An application of one party is planned, in use or no longer in use at another."""

    model_config = example(
        type="replication_recorded",
        occurred="2019",
        application="Sabilulungan",
        **{"from": "Kota Bandung", "to": "Kabupaten Kerinci", "state": "in_use"},
    )
    type: Literal["replication_recorded"] = "replication_recorded"
    application: Name
    from_: PartyRef | None = Field(None, alias="from")
    to: PartyRef | None = None
    state: Literal["planned", "in_use", "ended"] | None = None
