"""A form as a page: with what it would bring, what is wrong, and what was recorded meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from fastapi import Request
from fastapi.responses import Response
from pydantic import TypeAdapter

from api.language import english, say
from api.pages.dates import day
from api.pages.frame import page
from api.pages.names import NAMES
from api.pages.recording.asking import Asking, Way
from api.pages.recording.controls import Control
from api.pages.recording.likely import likeliest
from api.pages.recording.places import Place
from api.pages.recording.reading import read_in, tidy, unclear
from api.pages.recording.sent_forms import SentForm
from api.pages.recording.titles import suggested
from api.pages.recording.trial import FIELD_OF, LIFTED, Trial, sentence_of, stated
from api.pages.standing_sentence import Standing, standing_sentence
from domain.agreement import Refused
from domain.facts import FACT
from domain.journal import Entry

NOT_UNDERSTOOD = english(
    "These words name no date that is understood. Write it another way, or keep the words alone."
)
UNSEEN = 422  # what was sent is not recorded: something is wrong, or was not seen yet
KEEP_WORDS = english("Keep the words, without a date")
# What a button calls the paper that it records.
SHORT = {"loi_signed": NAMES["loi"], "mou_signed": NAMES["mou"], "arrangement_signed": NAMES["arrangement"]}
AS_PLAN = english("Record it as a plan")


@dataclass
class Draft:
    """A form as somebody wrote it, the fact that it states if it states one, and what is wrong."""

    kind: str
    controls: Sequence[Control]
    form: dict[str, str]
    key: str
    expected: int | None
    body: dict[str, Any] = field(default_factory=dict)
    fact: Any = None
    errors: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    ways: dict[str, list[Way]] = field(default_factory=dict)
    trial: Trial = field(default_factory=Trial)
    seen: str = ""
    adding: str = ""
    meanwhile: Sequence[Entry] = ()
    note: str = ""

    def asking(self, place: Place, *, quiet: bool = False) -> Asking:
        """What its template needs. `quiet` leaves out what is only not written yet."""
        return Asking(
            self.kind,
            self.controls,
            self.form,
            place.offer,
            place.language,
            place.running.journal.today(),
            self.refused if quiet else self.errors | self.refused,
            self.ways,
            self.adding,
            lifted=self.trial.refusal is not None and self.trial.refusal.code in LIFTED,
        )

    def refuse(self, refusal: Refused, place: Place) -> None:
        """Say at its field why the fact is refused, with the ways out."""
        tomorrow = place.running.journal.today() + timedelta(days=1)
        where = FIELD_OF.get(refusal.code, "")
        inside = "fact." if self.kind == "corrected" and where not in ("version", "") else ""
        self.refused[inside + where] = sentence_of(refusal, place.language, day(tomorrow, place.language))
        if refusal.code == "in_the_future" and self.kind == "visit_held":
            plan = Way("plan", say(place.language, AS_PLAN), "follow_up_visit_scheduled")
            self.ways[where] = [plan]


def fresh(kind: str, controls: Sequence[Control], place: Place, form: Mapping[str, str] = {}) -> Draft:
    """An empty form, or one that is filled in beforehand. Its key is new."""
    return Draft(kind, controls, dict(form), f"form-{uuid4()}", place.version or None)


def drafted(
    kind: str,
    controls: Sequence[Control],
    sent: SentForm,
    place: Place,
    *,
    adapter: TypeAdapter[Any] = FACT,
    fixed: Mapping[str, Any] | None = None,
) -> Draft:
    """A form that was sent. `fixed` is what the fact has besides what is asked."""
    wrong = sent.keep_files(place.running, place.actor)
    adding, today = sent.obey(), place.running.journal.today()
    form = tidy(controls, sent.texts, today)
    draft = Draft(kind, controls, form, sent.key or f"form-{uuid4()}", sent.expected, adding=adding)
    draft.seen = sent.texts.get("seen", "")
    evaluated(draft, place, adapter, fixed)
    draft.errors |= {name: say(place.language, text) for name, text in wrong.items()}
    return draft


def evaluated(
    draft: Draft, place: Place, adapter: TypeAdapter[Any] = FACT, fixed: Mapping[str, Any] | None = None
) -> Draft:
    """The form with the fact that it states, and what is wrong with it."""
    today = place.running.journal.today()
    draft.body = {**(fixed or {}), **read_in(draft.controls, draft.form, today, "")}
    draft.fact, draft.errors = stated(draft.body, place.language, adapter)
    if draft.kind == "proposed" and not draft.form.get("title") and (title := suggested(draft.form)):
        draft.ways["title"] = [Way(f"fill:title:{title}", title)]
    for path in unclear(draft.controls, draft.form, today):
        draft.errors[path] = say(place.language, NOT_UNDERSTOOD)
        draft.ways[path] = [Way(f"words:{path}", say(place.language, KEEP_WORDS))]
    return draft


def unseen(draft: Draft) -> bool:
    """Whether the fact brings a warning that whoever sent the form has not seen."""
    return not set(draft.trial.codes.split()) <= set(draft.seen.split())


def shown(
    request: Request,
    place: Place,
    draft: Draft,
    status: int = 200,
    template: str = "recording/form.html",
    *,
    quiet: bool = False,
    **more: Any,
) -> Response:
    """The page of a form."""
    likely = likeliest(place.state) if place.state else []
    asking = draft.asking(place, quiet=quiet)
    return page(
        request,
        template,
        status,
        **{
            "place": place,
            "draft": draft,
            "ask": asking,
            "trial": draft.trial,
            "likely": likely,
            "untouched": False,
            "problems": summary(asking),
            "standing": _standing(place, draft),
            "action": request.url.path,
            "short": say(place.language, SHORT[draft.kind]) if draft.kind in SHORT else "",
            **more,
        },
    )


def _standing(place: Place, draft: Draft) -> Standing | None:
    """The sentence as it will read."""
    today = place.running.journal.today()
    after = draft.trial.after
    return standing_sentence(after, today, today, place.language) if after else None


def summary(asking: Asking) -> list[tuple[str, str, str]]:
    """What is wrong, for the top of the page: the input, its label, and why."""
    found = []
    order = [control.name for control in asking.controls]
    in_order = sorted(asking.errors, key=lambda path: [*order, path.split(".")[0]].index(path.split(".")[0]))
    for path in in_order:
        text = asking.errors[path]
        names = [name for name in path.split(".") if not name.isdigit()]
        found.append((path, asking.label(names[-1]) if names and _asked(asking, names[-1]) else "", text))
    return found


def _asked(asking: Asking, name: str) -> bool:
    try:
        return bool(asking.label(name))
    except KeyError:  # a part of a date, or a file
        return False
