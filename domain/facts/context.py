"""Facts around an agreement: engagements, initiatives, directives, and what was said."""

from typing import Literal, Self

from pydantic import model_validator

from domain.facts.common import FactBase, example
from domain.values import PartyRef, Person, Presentation, StatedFigure
from domain.words import Name, Text


class EngagementHeld(FactBase):
    """A conference, a panel, a meeting of leaders."""

    model_config = example(
        type="engagement_held",
        occurred="2024-07-31",
        title="ASCN Discussion Conference",
        place="Luang Prabang",
        session="Panel 3",
        speakers=[{"name": "Amran", "office": "Plh. Dirjen Bina Administrasi Kewilayahan"}],
        presented=[{"party": "Kota Makassar", "programme": "Lorong Wisata"}],
    )
    type: Literal["engagement_held"] = "engagement_held"
    title: Name
    place: Name | None = None
    session: Name | None = None
    speakers: tuple[Person, ...] = ()
    presented: tuple[Presentation, ...] = ()


class InitiativeProposed(FactBase):
    """Something was suggested that is not an agreement."""

    model_config = example(
        type="initiative_proposed",
        occurred="2025-03",
        title="China–ASEAN AI cooperation centre",
        proposer="Kota Nanning",
    )
    type: Literal["initiative_proposed"] = "initiative_proposed"
    title: Name
    text: Text | None = None
    proposer: PartyRef | None = None


class DirectiveIssued(FactBase):
    """Somebody in office told somebody what to do."""

    model_config = example(
        type="directive_issued",
        occurred="2018-10-30",
        text="Do not stop at the signature; show results",
        by={"name": "Adirozal", "office": "Bupati Kerinci", "party": "Kabupaten Kerinci"},
    )
    type: Literal["directive_issued"] = "directive_issued"
    text: Text
    by: Person | PartyRef | None = None
    to: PartyRef | None = None


class StatementRecorded(FactBase):
    """A claim, kept as it was stated and never counted as a fact of its own."""

    model_config = example(
        type="statement_recorded",
        occurred="2025-03",
        figures=[{"value": 15, "unit": "sister cities of Bandung, this one included", "approximate": False}],
        said_by={"name": "Muhammad Farhan", "office": "Wali Kota Bandung", "party": "Kota Bandung"},
    )
    type: Literal["statement_recorded"] = "statement_recorded"
    figures: tuple[StatedFigure, ...] = ()
    text: Text | None = None
    said_by: Person | PartyRef | None = None
    about: Text | None = None

    @model_validator(mode="after")
    def _states_something(self) -> Self:
        if not (self.figures or self.text):
            raise ValueError("a statement needs figures or a text")
        return self
