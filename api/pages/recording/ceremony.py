"""A signing ceremony: one day and place, many partners, and all of it recorded together or not at all."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import Field, TypeAdapter

from api.identity import writer
from api.pages.recording.controls import controls
from api.pages.recording.places import Place, new_place
from api.pages.recording.sending import sent
from api.pages.recording.sent_forms import SentForm, sent_form
from api.pages.recording.showing import UNSEEN, Draft, drafted, fresh, shown, unseen
from api.pages.recording.trial import Trial, tried
from domain.agreement import EMPTY
from domain.agreement.access import Actor
from domain.facts import FACT, Fact
from domain.journal import Step
from domain.uncertain_date import ANY_DAY, UncertainDate
from domain.values import AgreementKind, Evidence, FieldRef, Party, PartyKind, Person, Value
from domain.words import Name, Text

router = APIRouter(include_in_schema=False)
Writer = Annotated[Actor, Depends(writer)]
Sent = Annotated[SentForm, Depends(sent_form)]
TEMPLATE = "recording/ceremony.html"
TITLE = "{us} – {partner}"


class Side(Value):
    """A party at the table, and who signs for it."""

    name: Name
    kind: PartyKind | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    region: Name | None = None
    code: Name | None = None
    signatory: Name | None = None
    office: Name | None = None

    @property
    def party(self) -> Party:
        """The party alone."""
        return Party(**self.model_dump(exclude={"signatory", "office"}))

    @property
    def person(self) -> Person | None:
        """Who signed, if anything is known of that."""
        if not (self.signatory or self.office):
            return None
        return Person(name=self.signatory, office=self.office, party=self.name)


class Ceremony(Value):
    """What the form asks: once what is common, and a row for each partner."""

    paper: Literal["mou_signed", "loi_signed", "arrangement_signed"]
    occurred: UncertainDate | None = None
    place: Name | None = None
    local_title: Name | None = None
    kind: AgreementKind
    us: Side
    partners: Annotated[tuple[Side, ...], Field(min_length=1)]
    title: Name = TITLE
    fields: tuple[FieldRef, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    note: Text | None = None

    def facts(self, partner: Side) -> tuple[Fact, Fact]:
        """What is recorded with one partner: the proposal, which was there by then, and the signature."""
        title = self.title.replace("{us}", self.us.name).replace("{partner}", partner.name)
        common = {"evidence": self.evidence, "note": self.note, "fields": self.fields}
        opening = {
            "type": "proposed",
            "occurred": self._by_then(),
            "title": title,
            "kind": self.kind,
            "parties": [self.us.party, partner.party],
        }
        signature = {
            "type": self.paper,
            "occurred": self.occurred,
            "place": self.place,
            "local_title": self.local_title,
            "signatories": [person for person in (self.us.person, partner.person) if person],
        }
        return _fact(opening | common), _fact(signature | common)

    def _by_then(self) -> UncertainDate | None:
        if self.occurred is None or self.occurred.latest == ANY_DAY.latest:
            return None
        return UncertainDate(edtf=f"../{self.occurred.latest}", basis="inferred")


CEREMONY: TypeAdapter[Ceremony] = TypeAdapter(Ceremony)
BLANK: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


def _fact(values: dict[str, Any]) -> Fact:
    return FACT.validate_json(BLANK.dump_json(values))


@router.get("/record/ceremony")
def prepare(request: Request, actor: Writer) -> Response:
    """The form of a ceremony."""
    place = new_place(request, actor)
    return shown(request, place, fresh("ceremony", controls(Ceremony), place), 200, TEMPLATE, count=0)


@router.post("/record/ceremony")
def hold(request: Request, actor: Writer, form: Sent) -> Response:
    """Record all agreements of a ceremony, or show what that would bring."""
    place = new_place(request, actor)
    draft = drafted("ceremony", controls(Ceremony), form, place, adapter=CEREMONY)
    legible = draft.fact is not None and not draft.errors
    steps = _steps(draft)
    draft.trial = _tried(place, steps)
    if draft.trial.refusal:
        draft.refuse(draft.trial.refusal, place)
    count = len(draft.body.get("partners", ()))
    if form.do != "record":
        return shown(request, place, draft, 200, TEMPLATE, quiet=form.do != "check", count=count)
    if not legible or draft.trial.refusal or unseen(draft):
        return shown(request, place, draft, UNSEEN, TEMPLATE, count=count)
    return sent(request, place, draft, steps, TEMPLATE, count=count)


def _steps(draft: Draft) -> list[Step]:
    ceremony: Ceremony | None = draft.fact
    if ceremony is None:
        return []
    return [Step(None, ceremony.facts(partner)) for partner in ceremony.partners]


def _tried(place: Place, steps: list[Step]) -> Trial:
    """Try each agreement by itself: they are new, and nothing of one bears on another."""
    today, organisation, found = place.running.journal.today(), place.actor.organisation, Trial()
    warned: dict[str, Any] = {}
    for step in steps:
        found = tried(EMPTY, step.facts, today, organisation, place.language)
        if found.refusal:
            return found
        warned |= {str(warning["text"]): warning for warning in found.warnings}
    return Trial(None, found.after, list(warned.values()))
