"""Facts about visits: planned, moved, called off, held, invited to."""

from typing import Literal

from domain.facts.common import FactBase, example
from domain.uncertain_date import UncertainDate
from domain.values import PartyRef, Person
from domain.words import Name, ShortId, Text


class FollowUpVisitScheduled(FactBase):
    """A visit was planned. `occurred` is the day of planning, `window` the time of the visit."""

    model_config = example(
        type="follow_up_visit_scheduled",
        occurred="2025-03",
        visit="return-visit",
        visitor="Kota Bandung",
        host="Kota Nanning",
        window={"edtf": "2025-09", "as_stated": "bulan September 2025", "basis": "stated"},
        certainty="tentative",
    )
    type: Literal["follow_up_visit_scheduled"] = "follow_up_visit_scheduled"
    visit: ShortId
    visitor: PartyRef | None = None
    host: PartyRef | None = None
    window: UncertainDate
    place: Name | None = None
    purpose: Text | None = None
    certainty: Literal["tentative", "confirmed"] | None = None


class VisitConfirmed(FactBase):
    """A planned visit was confirmed."""

    model_config = example(type="visit_confirmed", occurred="2025-08-20", visit="return-visit")
    type: Literal["visit_confirmed"] = "visit_confirmed"
    visit: ShortId
    reason: Text | None = None


class VisitRescheduled(FactBase):
    """A planned visit got another window."""

    model_config = example(
        type="visit_rescheduled",
        occurred="2025-09-01",
        visit="return-visit",
        window="2025-11",
        reason="Elections",
    )
    type: Literal["visit_rescheduled"] = "visit_rescheduled"
    visit: ShortId
    window: UncertainDate
    reason: Text | None = None


class VisitCancelled(FactBase):
    """A planned visit was called off."""

    model_config = example(
        type="visit_cancelled", occurred="2025-09-01", visit="return-visit", reason="No budget"
    )
    type: Literal["visit_cancelled"] = "visit_cancelled"
    visit: ShortId
    reason: Text | None = None


class VisitHeld(FactBase):
    """A visit took place. Without `visit` it had not been scheduled."""

    model_config = example(
        type="visit_held",
        occurred="2023-07-29",
        visitor="Otorita Ibu Kota Nusantara",
        host="Kota Shenzhen",
        place="Shenzhen",
        participants=[{"name": "Qin Weizhong", "office": "Wali Kota Shenzhen", "party": "Kota Shenzhen"}],
        topics=["city planning"],
    )
    type: Literal["visit_held"] = "visit_held"
    visit: ShortId | None = None
    visitor: PartyRef | None = None
    host: PartyRef | None = None
    place: Name | None = None
    purpose: Text | None = None
    participants: tuple[Person, ...] = ()
    topics: tuple[Name, ...] = ()


class InvitationReceived(FactBase):
    """A party was invited. It may be the same trip as a visit that is known already."""

    model_config = example(
        type="invitation_received",
        occurred="2025-03",
        title="KTT China-ASEAN",
        invitee="Kota Bandung",
        host="Kota Nanning",
        window="2025-09",
        possibly_same_as="return-visit",
    )
    type: Literal["invitation_received"] = "invitation_received"
    title: Name
    invitee: PartyRef | None = None
    host: PartyRef | None = None
    window: UncertainDate | None = None
    place: Name | None = None
    reply: Text | None = None
    possibly_same_as: ShortId | None = None
