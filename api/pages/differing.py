"""What differs between the page as it was asked for and today's, for people: old, new, and by which entry."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from babel.numbers import format_decimal

from api.language import english, say
from api.pages.names import NAMES
from api.pages.steps import warning_sentence
from domain.agreement import Difference
from domain.journal import Entry

ANSWERS: Mapping[str, str] = {
    "voided": english("Void"),
    "title": english("Title"),
    "kind": english("Kind"),
    "strength": english("Strength"),
    "owner": english("Owner"),
    "visibility": english("Visibility"),
    "reference": english("Reference"),
    "status": english("Furthest rung"),
    "milestones": english("Rung"),
    "instrument": english("Paper"),
    "standing": english("Standing"),
    "valid_until": english("Valid until"),
    "realisation": english("Realisation"),
    "realisation_basis": english("Evidence for it"),
    "parties": english("Party"),
    "fields": english("Field"),
    "visits": english("Visit"),
    "commitments": english("Commitment"),
    "flags": english("Attention"),
    "warnings": english("Warning"),
}
PARTS: Mapping[str, str] = {
    "window": english("Window"),
    "held": english("Held"),
    "state": english("State"),
    "days_overdue": english("Days overdue"),
    "due": english("Due"),
    "percent": english("Percent"),
    "outcome": english("Outcome"),
    "place": english("Place"),
    "host": english("Host"),
    "visitor": english("Visitor"),
    "purpose": english("Purpose"),
    "text": english("In words"),
    "standing": english("Standing"),
    "by": english("By"),
    "to": english("To"),
    "field": english("Field"),
    "name": english("Name"),
    "role": english("Role"),
    "aliases": english("Other names"),
}
DATES = {"milestones", "valid_until", "window", "held", "due"}
INSIDE = {"version", "follow_up", "visit", "commitment"}  # parts that tell people nothing new


class Value(NamedTuple):
    """One side: words, or a date (EDTF); neither where there is none."""

    words: str | None = None
    edtf: str | None = None


class Differing(NamedTuple):
    """A row: what it is about, both sides, and the entry that changed it."""

    label: str
    old: Value
    new: Value
    entry: Entry | None


def differing(found: Iterable[Difference], trail: Sequence[Entry], language: str) -> list[Differing]:
    """The differences that tell people something, in the order of the answers."""
    return [
        Differing(
            _label(each.path, language),
            _value(each.path, each.old, language),
            _value(each.path, each.new, language),
            trail[each.version - 1] if each.version else None,
        )
        for each in found
        if each.path[-1] not in INSIDE and (_says(each.old) or _says(each.new))
    ]


def _label(path: tuple[str, ...], language: str) -> str:
    return " · ".join(_parts(path, language))


def _parts(path: tuple[str, ...], language: str) -> Iterator[str]:
    yield say(language, ANSWERS[path[0]])
    match path:
        case ("milestones" | "flags", name):
            yield say(language, NAMES[name])
        case ("visits" | "commitments", name, *rest):
            if not name.startswith("#"):
                yield name
            yield from (say(language, PARTS[part]) if part in PARTS else part for part in rest)
        case (_, _, *rest):
            yield from (say(language, PARTS[part]) if part in PARTS else part for part in rest)


def _says(value: Any) -> bool:
    """Whether there is something; before the first entry not even an empty list is there."""
    return value is not None and value is not False and value not in ({}, [], ())


def _value(path: tuple[str, ...], value: Any, language: str) -> Value:
    if not _says(value):
        return Value()
    if path[0] in DATES or path[-1] in DATES:
        return Value(edtf=value if isinstance(value, str) else None)
    if isinstance(value, Mapping):
        return _thing(path[0], value, language)
    return Value(_words(value, language))


def _thing(which: str, value: Mapping[str, Any], language: str) -> Value:
    if which == "warnings":
        return Value(warning_sentence(value["code"], value["params"], language))
    if which == "visits":
        return (
            Value(edtf=value["held"] or value["window"]) if value["held"] or value["window"] else Value("✓")
        )
    return Value(str(value.get("text") or value.get("name") or "✓"))


def _words(value: Any, language: str) -> str:
    if value is True:
        return say(language, "yes")
    if isinstance(value, int | float):
        return str(format_decimal(value, locale=language))
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return say(language, NAMES[value]) if value in NAMES else str(value)
