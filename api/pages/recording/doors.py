"""Doors for recording by hand: a new agreement, and whatever happens to one."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.identity import writer
from api.pages.frame import page
from api.pages.recording.asking import NEW_IDS
from api.pages.recording.controls import asked_of, kind_of_fact
from api.pages.recording.likely import GROUPS, likeliest, others
from api.pages.recording.offering import entry_words, pressing
from api.pages.recording.places import Place, new_place, place_of
from api.pages.recording.reading import filled
from api.pages.recording.sending import sent
from api.pages.recording.sent_forms import SentForm, sent_form
from api.pages.recording.showing import UNSEEN, Draft, drafted, evaluated, fresh, shown, unseen
from api.pages.recording.trial import Trial, tried
from api.problems import Problem
from domain.agreement.access import Actor
from domain.facts import Corrected, Retracted
from domain.journal import Step

router = APIRouter(include_in_schema=False)
Writer = Annotated[Actor, Depends(writer)]
Sent = Annotated[SentForm, Depends(sent_form)]
FORM = "recording/form.html"


@router.get("/record")
def propose(request: Request, actor: Writer) -> Response:
    """The form that opens an agreement."""
    place = new_place(request, actor)
    return _begun(request, place, "proposed", {})


@router.post("/record")
def proposed(request: Request, actor: Writer, form: Sent) -> Response:
    """Open an agreement, or show what that would bring."""
    return _answered(request, new_place(request, actor), "proposed", form)


@router.get("/agreements/{agreement}/record")
def choose(request: Request, agreement: str, actor: Writer) -> Response:
    """What happened? The likeliest first."""
    place = place_of(request, agreement, actor)
    assert place.state is not None
    rest = {GROUPS[subject]: kinds for subject, kinds in others(place.state).items() if kinds}
    return page(request, "recording/choose.html", place=place, likely=likeliest(place.state), others=rest)


@router.get("/agreements/{agreement}/record/{kind}")
def ask(
    request: Request,
    agreement: str,
    kind: str,
    actor: Writer,
    version: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """The form of a type of fact."""
    place = _known(request, agreement, kind, actor)
    if kind == "corrected":
        if version is None:
            return _which(request, place)
        return _begun(request, place, kind, _as_stated(place, version))
    known = {} if version is None else {"version": str(version)}
    names = {control.name for control in asked_of(kind) if control.kind == "id"} - {"possibly_same_as"}
    if (kind, *names) not in NEW_IDS:
        known |= {name: found for name, found in pressing(place.state).items() if name in names}
    return _begun(request, place, kind, known)


@router.post("/agreements/{agreement}/record/{kind}")
def answer(request: Request, agreement: str, kind: str, actor: Writer, form: Sent) -> Response:
    """Record a fact, or show what it would bring."""
    return _answered(request, _known(request, agreement, kind, actor), kind, form)


def _begun(request: Request, place: Place, kind: str, form: Mapping[str, str]) -> Response:
    """A new form, with what it would bring already as it is."""
    draft = evaluated(fresh(kind, asked_of(kind), place, form), place, fixed={"type": kind})
    _try(place, draft)
    waits = draft.trial.after is not None and not form.get("occurred")
    return shown(request, place, draft, quiet=True, untouched=waits)


def _answered(request: Request, place: Place, kind: str, form: SentForm) -> Response:
    draft = drafted(kind, asked_of(kind), form, place, fixed={"type": kind})
    legible = draft.fact is not None and not draft.errors
    _try(place, draft)
    if form.do != "record":
        return shown(request, place, draft, quiet=form.do != "check")
    # What was sent for another version was perhaps recorded already: the journal knows.
    for_now = draft.expected in (None, place.version)
    if not legible or (for_now and (draft.trial.refusal or unseen(draft))):
        return shown(request, place, draft, UNSEEN)
    draft.refused.clear()  # it is tried again on what the journal holds
    step = Step(place.agreement, (draft.fact,), draft.expected if place.agreement else None)
    return sent(request, place, draft, [step], FORM)


def _try(place: Place, draft: Draft) -> None:
    """See what the fact would bring."""
    if draft.fact is None:
        draft.trial = Trial(before=place.state)
        return
    today, organisation = place.running.journal.today(), place.actor.organisation
    draft.trial = tried(place.history, [draft.fact], today, organisation, place.language)
    if draft.trial.refusal:
        draft.refuse(draft.trial.refusal, place)


def _known(request: Request, agreement: str, kind: str, actor: Actor) -> Place:
    if kind_of_fact(kind) is None or kind == "proposed":
        raise Problem("not_found", 404)
    return place_of(request, agreement, actor)


def _which(request: Request, place: Place) -> Response:
    """Which entry is to be corrected? Those that can be, newest first."""
    entries = [
        (entry.version, entry_words(entry, place.history, place.language))
        for entry in reversed(place.trail)
        if not isinstance(entry.fact, Corrected | Retracted) and not place.history.is_struck(entry.version)
    ]
    likely = likeliest(place.state) if place.state else []
    return page(request, "recording/which.html", place=place, entries=entries, likely=likely)


def _as_stated(place: Place, version: int) -> Mapping[str, str]:
    """A correction that says what is recorded, to be changed where it is wrong."""
    if version > place.version or isinstance(place.trail[version - 1].fact, Corrected | Retracted):
        raise Problem("not_found", 404)
    fact: dict[str, Any] = place.history.stated(version)[1].model_dump(mode="json")
    right = filled(fact["type"], fact, "fact.")
    return {"version": str(version), "fact.type": fact["type"], **right}
