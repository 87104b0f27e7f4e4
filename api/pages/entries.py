"""An entry's permanent page: what it says, who recorded it and why, what mends it, and its very bytes."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.agreements import readable
from api.asking import DayQuery, Reading, as_position, looking
from api.identity import reader
from api.language import chosen, english, say
from api.pages.audit import said
from api.pages.citing import Card, Citation, at_home, cited
from api.pages.frame import page
from api.pages.happenings import as_stated, reason_of
from api.pages.names import FACTS
from api.pages.telling import Line, line, told
from api.problems import Problem
from api.running import Running
from domain.agreement import History, derive
from domain.agreement.access import Actor
from domain.facts import Corrected, EvidenceAttached, Fact
from domain.journal import Entry
from domain.journal.reader import Stored
from domain.values import Evidence
from projections import trail

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor | None, Depends(reader)]
BESIDE = {"type", "evidence", "fact", "says"}  # fields that have a place of their own on the page
GROUP = 8  # digits of a hash that stand together
BASES = {
    "stated": english("the source states it"),
    "inferred": english("it was inferred"),
    "external": english("another source has it"),
    "unknown": english("nobody knows what it rests on"),
}


class Field(NamedTuple):
    """A field of a fact: its label, its name in the contract, and what it holds, one line for each thing."""

    label: str
    name: str
    lines: Sequence[Line]
    stated: str | None = None
    basis: str | None = None


class Changed(NamedTuple):
    """A field that a correction changed: what it was, what it became."""

    old: Field
    new: Field


@router.get("/entries/{position}.json")
def raw(request: Request, position: str, actor: Reader) -> Response:
    """The bytes that are stored, as they are stored: what the fingerprint is of."""
    stored, _ = _found(request, position, actor)
    return Response(
        stored.state,
        media_type="application/json",
        headers={
            "Content-Disposition": f'inline; filename="entry-{stored.entry.position}.json"',
            # What is stored never changes; who may read it does.
            "Cache-Control": "private, no-cache",
        },
    )


@router.get("/entries/{position}")
def entry(request: Request, position: str, actor: Reader) -> Response:
    """An entry."""
    running: Running = request.app.state.running
    stored, recorded = _found(request, position, actor)
    language, history = chosen(request), running.journal.history(recorded)
    one = stored.entry
    state = derive(history, running.journal.today())
    digest = hashlib.sha256(stored.state).hexdigest()
    says = told(one.fact, language)
    inner = told(said(one.fact), language)
    heading = inner.title if isinstance(one.fact, Corrected) else says.about
    title = f"{says.title}: {heading}" if heading else says.title
    address = at_home(request, f"/entries/{one.position}")
    return page(
        request,
        "entry.html",
        entry=one,
        title=title,
        about=state.title,
        shape=says.shape,
        fields=fields(said(one.fact), language),
        sources=_sources(one.fact),
        states=_states(one.fact, history, language),
        reason=reason_of(one.fact),
        changed=list(_changed(history, one, language)),
        links=_links(history, recorded, one),
        together=_together(running, actor, one),
        fact_names=FACTS,
        bases=BASES,
        text=stored.state.decode(),
        size=len(stored.state),
        digest=[digest[start : start + GROUP] for start in range(0, len(digest), GROUP)],
        newest=recorded[-1],
        cite=cited(
            request,
            Citation(f"{title}. {state.title}", one.version, one.position or 0, address),
        ),
        card=Card(f"{title} · {state.title}", _described(one, says.lines, language), address),
    )


def fields(fact: Fact, language: str) -> list[Field]:
    """Every field of a fact that says something, each thing of a list on a line of its own."""
    return [
        found
        for name, info in type(fact).model_fields.items()
        if name not in BESIDE and (found := _field(info.alias or name, getattr(fact, name), language))
    ]


def _field(name: str, value: object, language: str) -> Field | None:
    if value in (None, (), {}):
        # Nothing is said of most fields; of when it occurred that is an answer.
        return Field(line(name, None, language).label, name, ()) if name == "occurred" else None
    several = value if isinstance(value, tuple) else (value,)
    lines = [line(name, each, language) for each in several]
    basis = getattr(value, "basis", None)
    return Field(lines[0].label, name, lines, getattr(value, "as_stated", None), basis)


def _found(request: Request, position: str, actor: Actor | None) -> tuple[Stored, Sequence[Entry]]:
    """What is stored at a position, and the whole trail of its agreement.

    Raises:
        Problem: 404, there is nothing or it is hidden.
    """
    running: Running = request.app.state.running
    number = as_position(position)
    stored = running.journal.stored([number]).get(number) if number is not None else None
    if stored is None:
        raise Problem("not_found", 404)
    _, recorded = readable(running, str(stored.entry.agreement), actor, Reading())
    return stored, recorded


def _sources(fact: Fact) -> Sequence[Evidence]:
    return said(fact).evidence or fact.evidence


def _states(fact: Fact, history: History, language: str) -> list[Line]:
    """What a source that was attached states of an earlier entry, field by field."""
    if not isinstance(fact, EvidenceAttached):
        return []
    _, about = history.stated(fact.version)
    return [line(name, as_stated(about, name, value), language) for name, value in fact.says.items()]


def _changed(history: History, one: Entry, language: str) -> Iterator[Changed]:
    """Each field that a correction changed, against what stood before it."""
    if not isinstance(one.fact, Corrected):
        return
    before = _before(history, one.fact.version, one.version)
    old, new = ({each.name: each for each in fields(fact, language)} for fact in (before, one.fact.fact))
    if before.type != one.fact.fact.type:
        yield Changed(*(_type_of(fact, language) for fact in (before, one.fact.fact)))
    for name in dict.fromkeys((*old, *new)):
        label = (old.get(name) or new[name]).label
        pair = [side.get(name) or Field(label, name, ()) for side in (old, new)]
        if pair[0] != pair[1]:
            yield Changed(*pair)


def _before(history: History, version: int, by: int) -> Fact:
    """What an original said before a correction: what it was corrected to last, or itself."""
    for earlier in reversed(history.corrections.get(version, ())):
        fact = history.entries[earlier].fact
        if earlier < by and isinstance(fact, Corrected) and not history.is_struck(earlier):
            return fact.fact
    return history.entries[version].fact


def _type_of(fact: Fact, language: str) -> Field:
    return Field(
        say(language, english("Type of fact")), "type", [Line("", say(language, FACTS[fact.type][1]))]
    )


def _links(history: History, recorded: Sequence[Entry], one: Entry) -> dict[str, list[Entry]]:
    """The entry that this one is about, and those that are about this one."""
    target = getattr(one.fact, "version", None)
    attached = [
        each.version
        for each in recorded
        if isinstance(each.fact, EvidenceAttached) and each.fact.version == one.version
    ]
    return {
        "about": [recorded[target - 1]] if isinstance(target, int) and target <= len(recorded) else [],
        "corrected_by": [recorded[by - 1] for by in history.corrections.get(one.version, ())],
        "retracted_by": [recorded[by - 1] for by in history.retractions.get(one.version, ())],
        "evidence_in": [recorded[by - 1] for by in attached],
    }


def _together(running: Running, actor: Actor | None, one: Entry) -> Sequence[Any]:
    """The other entries that were recorded in one go with this one."""
    if one.correlation_id is None:
        return ()
    with looking(running, DayQuery(), "entries", "register") as view:
        found = trail.together(view.connection, actor, one.correlation_id)
    return [row for row in found if row["position"] != one.position]


def _described(one: Entry, lines: Sequence[Line], language: str) -> str:
    """An entry in a line, for a card."""
    where = say(
        language,
        "Entry {position}, recorded by {organisation}.",
        {"position": str(one.position), "organisation": one.recorded_by.organisation},
    )
    words = " · ".join(f"{each.label}: {each.words}" for each in lines if each.words)
    return f"{where} {words}".strip()
