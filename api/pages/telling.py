"""A fact in words: what happened, and what else is told of it, each under its own name."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from babel.numbers import format_decimal

from api.language import english, say
from api.pages.names import FACTS, NAMES
from domain.facts import Fact
from domain.uncertain_date import UncertainDate
from domain.values import (
    Evidence,
    FieldOfCooperation,
    Party,
    Person,
    Presentation,
    StatedFigure,
    field_name,
    party_name,
)

LABELS: Mapping[str, str] = {
    "about": english("About"),
    "authority": english("Authority in charge"),
    "by": english("By"),
    "certainty": english("Certainty"),
    "commitments": english("Commitments"),
    "due": english("Due"),
    "effective": english("In effect from"),
    "extent": english("Extent"),
    "field": english("Field"),
    "fields": english("Fields"),
    "figures": english("As stated"),
    "from": english("From"),
    "gate": english("Gate"),
    "ground": english("Ground"),
    "host": english("Host"),
    "invitee": english("Invited"),
    "kind": english("Kind"),
    "languages": english("Languages"),
    "learns": english("Mostly learns"),
    "local_title": english("The paper calls itself"),
    "notice_days": english("Days of notice"),
    "number": english("Number"),
    "numbers": english("Numbers"),
    "organisation": english("Organisation"),
    "outcome": english("Outcome"),
    "override_reason": english("Why this order is right"),
    "participants": english("Taking part"),
    "parties": english("Parties"),
    "party": english("Party"),
    "percent": english("Percent"),
    "place": english("Place"),
    "possibly_same_as": english("Perhaps the same as visit"),
    "presented": english("Presented"),
    "proposer": english("Proposer"),
    "purpose": english("Purpose"),
    "reason": english("Reason"),
    "reference": english("Reference"),
    "reply": english("Reply"),
    "said_by": english("Said by"),
    "session": english("Session"),
    "signatories": english("Signed by"),
    "speakers": english("Speakers"),
    "state": english("State"),
    "strength": english("Strength"),
    "summary": english("Summary"),
    "text": english("In words"),
    "title": english("Title"),
    "to": english("To"),
    "topics": english("Topics"),
    "valid_until": english("Valid until"),
    "visibility": english("Visibility"),
    "visit": english("Visit"),
    "visitor": english("Visitor"),
    "window": english("Window"),
    "occurred": english("When"),
    "evidence": english("Evidence"),
    "note": english("Note"),
    "application": english("Application"),
    "commitment": english("Commitment"),
    "type": english("Kind of fact"),
    "version": english("Version"),
    "says": english("States"),
}
"""What a field of a fact is called."""

WORDS: Mapping[str, str] = {
    "interest": english("interest"),
    "formal": english("formal"),
    "dprd": english("council (DPRD)"),
    "kemendagri": english("Ministry of Home Affairs"),
    "kemlu": english("Ministry of Foreign Affairs"),
    "full_powers": english("full powers"),
    "cpaffc": english("CPAFFC of China"),
    "granted": english("granted"),
    "refused": english("refused"),
    "planned": english("planned"),
    "in_use": english("in use"),
    "ended": english("no longer in use"),
    "agreed_procedure": english("procedure agreed in the paper"),
    "purpose_achieved": english("purpose achieved"),
    "fundamental_change": english("fundamental change"),
    "breach": english("breach"),
    "superseded": english("superseded"),
    "new_norm": english("new norm of international law"),
    "object_lost": english("object lost"),
    "national_interest": english("national interest"),
}
"""Words of the contract that stand in facts alone."""

HEADLINES: Mapping[str, str] = {
    "invitation_received": "title",
    "engagement_held": "title",
    "initiative_proposed": "title",
    "commitment_made": "text",
    "directive_issued": "text",
    "replication_recorded": "application",
    "party_joined": "party",
    "party_left": "party",
}
"""The field that says best what a fact is about; it stands beside the fact's name."""

SAID_IF_UNKNOWN = {
    "proposed": ("proposer",),
    "visit_held": ("place",),
    "invitation_received": ("reply",),
    "loi_signed": ("signatories",),
    "mou_signed": ("signatories",),
    "arrangement_signed": ("signatories",),
}
"""Fields that are missed where they are empty."""

ELSEWHERE = {"type", "occurred", "evidence", "note", "parties", "visibility", "visit", "commitment", "title"}
NAMED_BY_CODE = {"certainty", "extent", "gate", "ground", "kind", "outcome", "state", "strength"}


class Line(NamedTuple):
    """One thing told: its label, and words or a date (EDTF). Without either, nobody knows."""

    label: str
    words: str | None = None
    edtf: str | None = None

    @property
    def unknown(self) -> bool:
        """Whether nobody knows."""
        return self.words is None and self.edtf is None


class Told(NamedTuple):
    """A fact in words."""

    shape: str
    title: str
    about: str | None
    lines: list[Line]


def told(fact: Fact, language: str) -> Told:
    """A fact in words; its own words are never translated."""
    shape, name = FACTS[fact.type]
    headline = HEADLINES.get(fact.type)
    about = words_of(getattr(fact, headline), language, headline) if headline else None
    return Told(shape, say(language, name), about, list(_lines(fact, language, headline)))


def _lines(fact: Fact, language: str, headline: str | None) -> Iterator[Line]:
    missed = SAID_IF_UNKNOWN.get(fact.type, ())
    for name, field in type(fact).model_fields.items():
        value = getattr(fact, name)
        called = field.alias or name
        if called == headline or (called in ELSEWHERE and (called, fact.type) != ("title", "proposed")):
            continue
        if value not in (None, (), {}) or called in missed:
            yield line(called, value, language)


def line(name: str, value: object, language: str) -> Line:
    """A field of a fact with its label."""
    label = say(language, LABELS[name]) if name in LABELS else name
    if isinstance(value, UncertainDate):
        return Line(label, value.as_stated if value.edtf is None else None, value.edtf)
    return Line(label, words_of(value, language, name))


def words_of(value: object, language: str, name: str | None = None) -> str | None:
    """A value in words; None where it says nothing."""
    match value:
        case None | () | {} | []:
            return None
        case str():
            return _coded(value, language) if name in NAMED_BY_CODE else value
        case int() | float():
            return str(format_decimal(value, locale=language))
        case dict():
            return ", ".join(f"{key}: {words_of(each, language)}" for key, each in value.items())
        case tuple() | list():
            return " · ".join(filter(None, (words_of(each, language, name) for each in value)))
        case _:
            return _thing(value, language)


def _thing(value: object, language: str) -> str:
    """One of the values that facts are made of."""
    match value:
        case Person():
            return _person(value, language)
        case Party() | FieldOfCooperation():
            return _named(value, language)
        case StatedFigure(value=number, unit=unit, approximate=approximate):
            return f"{'± ' if approximate else ''}{format_decimal(number, locale=language)} {unit}"
        case Presentation(party=party, programme=programme, text=text):
            owner = f" ({party_name(party)})" if party else ""
            return f"{programme}{owner}{': ' + text if text else ''}"
        case Evidence():
            return value.title or value.publisher or value.url or value.sha256 or ""
        case _:
            return str(value)


def _coded(word: str, language: str) -> str:
    sentence = WORDS.get(word) or NAMES.get(word)
    return say(language, sentence) if sentence else word


def _named(value: Party | FieldOfCooperation, language: str) -> str:
    if isinstance(value, Party):
        return value.name
    standing = f" ({say(language, NAMES[value.standing]).lower()})" if value.standing else ""
    return field_name(value) + standing


def _person(person: Person, language: str) -> str:
    """ "Muhammad Farhan, Wali Kota Bandung"; what nobody knows of a person is said."""
    parts = [person.name or say(language, "name unknown")]
    if person.office:
        parts.append(person.office)
    elif person.on_behalf_of:
        parts.append(say(language, "on behalf of {whom}", {"whom": person.on_behalf_of}))
    elif person.name:
        parts.append(say(language, "office unknown"))
    if not person.office and not person.name and person.party:
        parts.append(party_name(person.party))
    return ", ".join(parts)
