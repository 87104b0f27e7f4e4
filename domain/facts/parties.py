"""Facts about who takes part."""

from typing import Literal

from domain.facts.common import FactBase, example
from domain.uncertain_date import UncertainDate
from domain.values import PartyRef


class PartyJoined(FactBase):
    """A party joined the agreement."""

    model_config = example(
        type="party_joined",
        occurred="2020-01-15",
        party={"name": "Kabupaten Bandung", "kind": "regency", "country": "ID"},
    )
    type: Literal["party_joined"] = "party_joined"
    party: PartyRef
    effective: UncertainDate | None = None


class PartyLeft(FactBase):
    """A party left; the agreement goes on without it."""

    model_config = example(
        type="party_left", occurred="2022-06", party="Kabupaten Bandung", effective="2022-12-31"
    )
    type: Literal["party_left"] = "party_left"
    party: PartyRef
    effective: UncertainDate | None = None
