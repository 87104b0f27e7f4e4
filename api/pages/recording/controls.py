"""What a form asks for a fact, told from the fact's own schema: no fact has a form of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from domain.agreement.transitions import TRANSITIONS
from domain.facts import Fact, Proposed
from domain.facts.common import FactBase
from domain.facts.paper import AgreementId
from domain.uncertain_date import UncertainDate
from domain.values import Evidence, FieldOfCooperation, Party, Person
from domain.words import ShortId

Kind = Literal[
    "line", "text", "code", "number", "truth", "date", "choice", "version", "agreement", "id", "ids",
    "lines", "pairs", "rows", "group", "whole", "party", "person", "actor", "field", "evidence", "fact",
]  # fmt: skip
LONGEST_LINE = 500  # characters; what may be longer gets room for several lines
NEVER_ASKED = {"type", "public"}  # the form is of one type, and only office holders can be recorded
# Asked only of who wants to say more.
RARE = {
    *("numbers", "languages", "notice_days", "effective", "strength", "proposer", "learns", "reference"),
    *("region", "code", "role", "aliases", "on_behalf_of", "session", "presented", "topics", "purpose"),
    *("number", "authority", "reply", "possibly_same_as", "ground"),
}


@dataclass(frozen=True, slots=True)
class Control:
    """One question of a form. `inside` are its parts; of rows, the one part that each row is."""

    name: str
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()
    default: str = ""
    inside: tuple["Control", ...] = ()
    rare: bool = False


EARLIER: Mapping[str, Sequence[str]] = {"proposed": ("kind", "parties", "title")}
PAIR = Control("pair", "group", inside=(Control("key", "line"), Control("value", "line")))


def kind_of_fact(name: str) -> type[FactBase] | None:
    """The class of a type of fact, or None if there is no such type."""
    return _classes().get(name)


@cache
def asked_of(name: str) -> tuple[Control, ...]:
    """What is asked of a type of fact: when, then what is its own, then evidence and a note."""
    found = {control.name: control for control in controls(_classes()[name])}
    if TRANSITIONS[name].subject == "record":
        found["occurred"] = replace(found["occurred"], rare=True)
    if name in ("corrected", "retracted"):
        found |= {part: replace(found[part], rare=True) for part in ("evidence", "note")}
    # A title follows from who works with whom: it can be suggested once that is known.
    found = {part: found[part] for part in EARLIER.get(name, ())} | found
    first, last = [found.pop("occurred")], [found.pop(part) for part in ("evidence", "note")]
    return (*first, *found.values(), *last)


@cache
def controls(model: type[BaseModel]) -> tuple[Control, ...]:
    """What is asked of a model, in its own order."""
    return tuple(
        replace(
            _control(field.alias or name, field.annotation, field.metadata),
            required=field.is_required(),
            default=field.default if isinstance(field.default, str) else "",
            rare=name in RARE and not field.is_required(),
        )
        for name, field in model.model_fields.items()
        if name not in NEVER_ASKED
    )


@cache
def _classes() -> dict[str, type[FactBase]]:
    members: tuple[type[FactBase], ...] = get_args(get_args(Fact)[0])
    return {member.model_fields["type"].default: member for member in members}


def _control(name: str, annotation: Any, metadata: Sequence[Any] = ()) -> Control:
    annotation, metadata = _bare(annotation, metadata)
    origin = get_origin(annotation)
    if origin is tuple:
        return _several(name, _control(name, get_args(annotation)[0]))
    if origin is dict:
        return Control(name, "pairs", inside=(PAIR,))
    if origin is Literal:
        return Control(name, "choice", choices=get_args(annotation))
    if origin in (Union, UnionType):
        return _one_of(name, [_bare(member)[0] for member in get_args(annotation)])
    return _single(name, annotation, metadata)


def _single(name: str, annotation: Any, metadata: Sequence[Any]) -> Control:
    if annotation is UncertainDate:
        return Control(name, "date")
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Control(name, KINDS.get(annotation, "group"), inside=controls(annotation))
    return Control(name, _plain(name, annotation, metadata))


def _several(name: str, one: Control) -> Control:
    """A list: of words one a line, of ids to be chosen among, of anything else row by row."""
    if one.kind in ("line", "code"):
        return Control(name, "lines")
    return Control(name, "ids" if one.kind == "id" else "rows", inside=(one,))


def _one_of(name: str, members: Sequence[Any]) -> Control:
    """A value that may be one of several things: what can say the most is asked."""
    if Proposed in members:
        return Control(name, "fact")
    if Person in members:
        return Control(name, "actor", inside=controls(Person))
    if Party in members:
        return Control(name, "party", inside=controls(Party))
    if FieldOfCooperation in members:
        return Control(name, "field", inside=controls(FieldOfCooperation))
    return Control(name, "number")


def _plain(name: str, annotation: Any, metadata: Sequence[Any]) -> Kind:
    if annotation is bool:
        return "truth"
    if annotation in (int, float):
        return "version" if name == "version" else "number"
    pattern = next((m.pattern for m in metadata if hasattr(m, "pattern")), None)
    if pattern is not None:
        return PATTERNS.get(pattern, "code")
    longest = next((m.max_length for m in metadata if isinstance(m, MaxLen)), LONGEST_LINE)
    return "text" if longest > LONGEST_LINE else "line"


def _bare(annotation: Any, metadata: Sequence[Any] = ()) -> tuple[Any, list[Any]]:
    """A type without what only annotates it, and without None beside it."""
    found = list(metadata)
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            found += [m for item in more for m in (item.metadata if isinstance(item, FieldInfo) else [item])]
        elif get_origin(annotation) in (Union, UnionType) and NoneType in get_args(annotation):
            annotation = Union[tuple(m for m in get_args(annotation) if m is not NoneType)]  # noqa: UP007  # made
        else:
            return annotation, found


def _pattern_of(annotated: Any) -> str:
    return str(next(m.pattern for m in _bare(annotated)[1] if hasattr(m, "pattern")))


KINDS: Mapping[Any, Kind] = {
    Party: "whole",
    Person: "person",
    Evidence: "evidence",
}
PATTERNS: Mapping[str, Kind] = {_pattern_of(ShortId): "id", _pattern_of(AgreementId): "agreement"}
# The fields that are dates in whatever fact has them.
DATES = frozenset(one.name for each in _classes().values() for one in controls(each) if one.kind == "date")
