"""The page of one agreement: where it stands, its two lines of time, and everything recorded of it."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from babel import Locale
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.agreements import known_version, readable
from api.asking import Day, Reading
from api.comparing import differences
from api.identity import reader
from api.language import chosen, say
from api.pages.agreement_parts import PARTY_ROLES, chips, ended_on, figures, ladder, people
from api.pages.citing import Card, Citation, at_home, cited
from api.pages.differing import differing
from api.pages.frame import page
from api.pages.happenings import happenings, reason_of
from api.pages.names import FACTS
from api.pages.standing_sentence import standing_sentence
from api.pages.steps import next_steps, notes
from api.problems import of_parameter
from api.running import Running
from domain.agreement import History, Look, State, Warned, derive
from domain.agreement.access import Actor, access, may
from domain.journal import Entry

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor | None, Depends(reader)]
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MOST_SHOWN = 200  # entries, unless all are asked for


class TimeQuery(BaseModel):
    """On which day, and as known when: a version, a day, a time or a position. Left out: now."""

    model_config = ConfigDict(extra="ignore")
    as_of: Day | None = None
    known_at: str | None = None
    version: Annotated[int, Field(ge=1)] | None = None
    all: bool = False

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, values: Any) -> Any:
        return {name: value for name, value in dict(values).items() if value not in ("", None)}


class Seen(NamedTuple):
    """An agreement as it is looked at."""

    running: Running
    trail: Sequence[Entry]
    known: Sequence[Entry]
    history: History
    state: State
    day: date
    today: date
    language: str

    @property
    def agreement(self) -> str:
        """Its id."""
        return str(self.trail[0].agreement)

    @property
    def off_today(self) -> bool:
        """Whether the page shows something else than now."""
        return self.day != self.today or len(self.known) < len(self.trail)


@router.get("/agreements/{agreement}")
def agreement(
    request: Request, agreement: str, actor: Reader, query: Annotated[TimeQuery, Query()]
) -> Response:
    """How an agreement stands, on a day and as known at a time."""
    running: Running = request.app.state.running
    position, trail = readable(running, agreement, actor, Reading())
    version = _version(query, trail, running)
    language, today = chosen(request), running.journal.today()
    day = query.as_of or today
    shared = {"agreement": str(trail[0].agreement), "trail": trail, "as_of": day, "version": version}
    whole = running.journal.history(trail)
    if version == 0:
        return page(request, "agreement_before.html", **shared, title=derive(whole, today).title)
    known = trail[:version]
    history = running.journal.history(known) if version < len(trail) else whole
    seen = Seen(running, trail, known, history, derive(history, day), day, today, language)
    standing = _standing(seen)
    records = may(actor, "record", access(whole)) and not seen.off_today
    return page(
        request,
        "agreement.html",
        **shared,
        **standing,
        **_told(seen, everything=query.all),
        **_machine(seen, query),
        records=records,
        steps=next_steps(seen.state, language) if records else [],
        position=position,
        everything=query.all,
        zone=running.settings.zone,
        fact_names=FACTS,
        party_roles=PARTY_ROLES,
        **_for_others(request, seen, standing["standing"].sentence, position),
    )


def _for_others(request: Request, seen: Seen, sentence: Markup, position: int) -> dict[str, Any]:
    """How it is cited, and the card that is shown where somebody links to it."""
    address, title = at_home(request, f"/agreements/{seen.agreement}"), seen.state.title
    what = Citation(title, len(seen.known), position, address, seen.day)
    return {"cite": cited(request, what), "card": Card(title, sentence.striptags(), address)}


def _version(query: TimeQuery, trail: Sequence[Entry], running: Running) -> int:
    """The newest version that fits all that the question says; 0 before the first."""
    version = trail[-1].version
    if query.version is not None:
        if query.version > version:
            raise of_parameter("version", "there is no such version yet")
        version = query.version
    if query.known_at is None:
        return version
    return min(version, known_version(_moment(query.known_at, running), trail))


def _moment(known_at: str, running: Running) -> str:
    """A day stands for its end."""
    try:
        day = datetime.strptime(known_at, "%Y-%m-%d").date()  # noqa: DTZ007  # a day has no zone
    except ValueError:
        return known_at
    after = datetime.combine(day, time.max, running.settings.zone)
    return after.isoformat()


def _asked_day(query: TimeQuery) -> str | None:
    return query.known_at if query.known_at and DAY.fullmatch(query.known_at) else None


def _standing(seen: Seen) -> dict[str, Any]:
    """What stands on top: the sentence, the chips, the ladder, the warnings."""
    state, language = seen.state, seen.language
    again = seen.running.journal.twins([seen.trail[0].agreement]) and not state.voided
    warnings = (*state.warnings, *((Warned("possible_duplicate", 1),) if again else ()))
    ended = ended_on(seen.history, state)
    return {
        "state": state,
        "standing": standing_sentence(state, seen.day, seen.today, language, ended),
        "chips": chips(state, seen.history, seen.day, language),
        "ladder": ladder(state, seen.history),
        "notes": notes(warnings, seen.history, language),
        "countries": Locale(language).territories,
        "people": people(state, seen.history),
    }


def _told(seen: Seen, *, everything: bool) -> dict[str, Any]:
    """What is recorded: in order of occurrence, on the two lines, and in order of recording."""
    happened = happenings(seen.history, seen.known, seen.day, seen.language)
    most = None if everything else MOST_SHOWN
    documents = {
        source.evidence.sha256: (source.evidence, each)
        for each in happened
        for source in each.sources
        if source.evidence.sha256
    }
    return {
        "happened": happened[:most],
        "entries": seen.known[-MOST_SHOWN:] if most else seen.known,
        "hidden": 0 if everything else max(0, len(seen.known) - MOST_SHOWN),
        "reason_of": reason_of,
        "struck": {entry.version for entry in seen.known if seen.history.is_struck(entry.version)},
        "mended_by": seen.history.corrections | seen.history.retractions,
        "documents": documents,
        "figures": figures(happened, seen.history, seen.state, seen.day, seen.language),
    }


def _machine(seen: Seen, query: TimeQuery) -> dict[str, Any]:
    """The time machine: where its sliders stand, and what differs from now."""
    found = []
    if seen.off_today:
        was, now = Look(len(seen.known), seen.day), Look(len(seen.trail), seen.today)
        found = differing(differences(seen.running, seen.trail, was, now), seen.trail, seen.language)
    asked = {"as_of": seen.day.isoformat(), "version": str(len(seen.known))}
    return {
        "off_today": seen.off_today,
        "known": seen.known[-1],
        "known_day": _asked_day(query) or seen.history.entries[len(seen.known)].recorded_on,
        "differing": found,
        "cited": f"/agreements/{seen.agreement}?{urlencode(asked)}",
        "known_words": say(seen.language, "version {version}", {"version": str(len(seen.known))}),
    }
