"""Who takes part, and in what fields."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from domain.agreement.history import History
from domain.agreement.standing import Facts, kinds_of, types_of
from domain.agreement.state import FieldStanding
from domain.facts import (
    Amended,
    Fact,
    PartyJoined,
    PartyLeft,
    Proposed,
    Realised,
    Signed,
)
from domain.facts.common import FactBase
from domain.values import FieldOfCooperation, Party, Person, Presentation
from domain.values import Standing as FieldAgreed
from domain.words import fold

REFERRING = ("by", "to", "from_", "visitor", "host", "learns", "proposer", "invitee", "said_by")
PEOPLE = ("signatories", "participants", "speakers", "presented")
COMING_AND_GOING = types_of(PartyJoined, PartyLeft)
TELLING_OF_PARTIES = COMING_AND_GOING | types_of(Proposed)
NAMING_FIELDS = types_of(Proposed, Realised, Signed, Amended)


def parties(facts: Facts, history: History) -> tuple[Party, ...]:
    """The parties as proposed, with those who joined and without those who left."""
    opening = history.proposed
    present = {party.key: party for party in (opening.parties if opening else ())}
    for standing in facts.of_types(COMING_AND_GOING):
        match standing.fact:
            case PartyJoined(party=ref):
                party = ref if isinstance(ref, Party) else Party(name=ref)
                present.setdefault(party.key, party)
            case PartyLeft(party=ref):
                for key, party in list(present.items()):
                    if party.is_called(ref) if isinstance(ref, str) else ref.key == key:
                        del present[key]
    return tuple(present.values())


def fields(facts: Facts, history: History) -> tuple[FieldStanding, ...]:
    """The fields of cooperation, each as the latest paper that names it puts it."""
    opening = history.standing.get(1)
    counted = facts.of_types(NAMING_FIELDS)
    if opening is not None and opening not in counted:
        counted = (opening, *counted)
    found: dict[str, FieldStanding] = {}
    for standing in counted:
        match standing.fact:
            case Proposed(fields=refs) | Realised(fields=refs):
                default: FieldAgreed | None = None
            case Signed(fields=refs) | Amended(fields=refs):
                default = "agreed"
            case _:
                continue
        for ref in refs:
            _name_field(found, ref, default)
    return tuple(found.values())


def _name_field(
    found: dict[str, FieldStanding], ref: FieldOfCooperation | str, default: FieldAgreed | None
) -> None:
    name, stated = (ref, None) if isinstance(ref, str) else (ref.name, ref.standing)
    known = found.get(key := fold(name))
    standing = stated or default or (known.standing if known else None)
    found[key] = FieldStanding(known.name if known else name, standing)


def named_parties(fact: Fact) -> Iterator[str]:
    """The names by which a fact refers to parties of its agreement."""
    if fact.type == "party_left" and isinstance(fact.party, str):
        yield fact.party
    referring, people = _references(type(fact))
    for name in referring:
        if (ref := getattr(fact, name)) is not None:
            yield from _names(ref)
    for name in people:
        for person in getattr(fact, name):
            yield from _names(person)


@cache
def _references(kind: type[FactBase]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which fields of a type of fact refer to parties: a model is slow to say that it lacks one."""
    known = kind.model_fields
    return tuple(n for n in REFERRING if n in known), tuple(n for n in PEOPLE if n in known)


NAMING_PARTIES = types_of(PartyLeft, *(kind for kind in kinds_of(FactBase) if any(_references(kind))))


def _names(ref: Any) -> Iterator[str]:
    match ref:
        case str():
            yield ref
        case Person(party=party) | Presentation(party=party):
            yield from _names(party)
