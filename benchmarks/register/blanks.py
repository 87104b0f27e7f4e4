"""Facts and their parts with every field that Pakta writes, in its order: made so, they need no validation.

The tests see that what is made from them is byte for byte what Pakta would store.
"""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from domain.agreement.standing import kinds_of
from domain.facts.common import FactBase
from domain.values import Evidence, FieldOfCooperation, Party, Person

Made = dict[str, Any]


def _blank(model: type[BaseModel]) -> Made:
    """A model with nothing in it; what is required stands there as null until it is filled."""
    fields = model.model_fields.items()
    return {
        field.alias or name: None
        if field.is_required()
        else list(field.default)
        if isinstance(field.default, tuple)
        else field.default
        for name, field in fields
    }


_FACTS = {
    kind.model_fields["type"].default: _blank(kind)
    for kind in kinds_of(FactBase)
    if not kind.model_fields["type"].is_required()
}
_PARTY, _PERSON, _EVIDENCE, _FIELD = (_blank(m) for m in (Party, Person, Evidence, FieldOfCooperation))


def fact(type: str, occurred: Any, fields: Made) -> Made:  # noqa: A002  # the contract's own word
    """A fact. Its fields are named as in JSON."""
    return {**_FACTS[type], "occurred": occurred, **fields}


def party(name: str, kind: str, country: str, aliases: Iterable[str] = (), **more: str) -> Made:
    """A party."""
    return {**_PARTY, "name": name, "kind": kind, "country": country, "aliases": list(aliases), **more}


def person(name: str | None, office: str | None, party: str) -> Made:
    """Somebody in office, for a party that is named."""
    return {**_PERSON, "name": name, "office": office, "party": party}


def evidence(
    title: str, publisher: str, grade: str | None, published_on: str | None, url: str | None
) -> Made:
    """A source."""
    return {
        **_EVIDENCE,
        "title": title,
        "publisher": publisher,
        "published_on": published_on,
        "url": url,
        "grade": grade,
    }


def field(name: str, standing: str) -> Made:
    """A field of cooperation with its standing."""
    return {**_FIELD, "name": name, "standing": standing}
