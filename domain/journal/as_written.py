"""Reads quickly what today's classes wrote: an entry that has each of their fields, in their very form.

What words may hold, and what a fact must say, was asked before it was stored. Types, names, kinds and
dates are asked all the same. Whatever has another form, such as an entry from before a field was added, is
refused here.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic_core import SchemaValidator

from domain.agreement.access import Role
from domain.facts import Fact
from domain.journal.entry import Entry, RecordedBy
from domain.uncertain_date import UncertainDate

REMEMBERED = 1 << 16
ASKED_BEFORE = frozenset({"pattern", "min_length", "max_length"})
FACT = b',"fact":'
AS_THEY_ARE = frozenset({"metadata", "serialization", "cls", "function", "config", "default"})


def read(state: bytes, position: int | None, agreement: UUID, *, with_text: bool = False) -> Entry:
    """An entry that today's classes wrote; if asked for, with the text that they would write for its fact.

    Raises:
        ValueError, TypeError, LookupError: they did not, or not of that agreement.
    """
    entry: Entry = _validator(Entry).validate_json(state)
    told = vars(entry)  # to fill in what is known is faster than to have it read
    if told["agreement"] != _text(agreement):
        raise ValueError(f"the bytes are of {told['agreement']}")
    told["agreement"], told["position"] = agreement, position
    if with_text:
        # A quotation mark that follows a comma is in no text: there it has a backslash before it.
        told["written"] = state[state.index(FACT) + len(FACT) : -1].decode()
    return entry


class By(BaseModel):
    """Who recorded an entry."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    actor: str
    role: Role
    organisation: str


class Told(BaseModel):
    """An entry of which hardly more is made than a history needs: its fact."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    agreement: str
    version: int
    recorded_at: datetime
    recorded_by: By
    command_id: str
    correlation_id: str | None
    software: str
    schema_version: int = 1
    fact: Fact


def told(state: bytes, agreement: UUID, version: int, topic: str) -> Told:
    """What today's classes wrote of an entry.

    Raises:
        ValueError, TypeError, LookupError: they did not, or not in that row.
    """
    entry: Told = _validator(Told).validate_json(state)
    if (entry.agreement, entry.version, entry.fact.type) != (_text(agreement), version, topic):
        raise ValueError("the bytes are of another row")
    return entry


@cache
def _validator(model: type[Entry | Told]) -> SchemaValidator:
    # Validators that were built with the classes would be used instead.
    return SchemaValidator(_lean(model.__pydantic_core_schema__), _use_prebuilt=False)


def _lean(schema: Any) -> Any:
    """A schema of pydantic-core without defaults and without what was asked before."""
    if isinstance(schema, list | tuple):
        return type(schema)(map(_lean, schema))
    if not isinstance(schema, dict):
        return schema
    model = _model_in(schema)
    if model is not None and model in READ_BY_NAME:
        return _named(schema, _plain(READ_BY_NAME[model]))
    if schema.get("type") in ("default", "function-after"):
        return _named(schema, _lean(schema["schema"]))
    if schema.get("model_name") in (Entry.__name__, Told.__name__):
        return schema | {"fields": {name: _of_entry(name, field) for name, field in schema["fields"].items()}}
    return _leaf(schema) or {
        name: value if name in AS_THEY_ARE else _lean(value) for name, value in schema.items()
    }


def _leaf(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    match schema.get("type"):
        case "uuid":
            return {"type": "str"}
        case "datetime":
            return _plain(_moment)
        case "str":
            return {name: value for name, value in schema.items() if name not in ASKED_BEFORE}
    return None


def _of_entry(name: str, field: Mapping[str, Any]) -> Any:
    # One lies in the row, the other is 1 where it is not said.
    return field if name in ("position", "schema_version") else _lean(field)


def _model_in(schema: Mapping[str, Any]) -> type[BaseModel] | None:
    """The model that a schema and the functions around it are for."""
    while str(schema.get("type")).startswith("function-"):
        schema = schema.get("schema", {})
    return schema["cls"] if schema.get("type") == "model" else None


def _plain(read: Callable[[Any], object]) -> dict[str, Any]:
    return {"type": "function-plain", "function": {"type": "no-info", "function": read}}


def _named(schema: Mapping[str, Any], lean: dict[str, Any]) -> dict[str, Any]:
    return lean | {"ref": schema["ref"]} if "ref" in schema else lean


_text = lru_cache(maxsize=1 << 12)(str)


def _moment(stored: str) -> datetime:
    if not stored.endswith("Z"):
        raise ValueError("a time that is not in UTC")
    return datetime.fromisoformat(stored)


def _date(stored: str | Mapping[str, str | None]) -> UncertainDate:
    return _of_text(stored) if isinstance(stored, str) else _told(**stored)


@lru_cache(maxsize=REMEMBERED)
def _of_text(edtf: str) -> UncertainDate:
    return UncertainDate.model_validate(edtf)


@lru_cache(maxsize=REMEMBERED)
def _told(*, edtf: str | None, as_stated: str | None, basis: str | None) -> UncertainDate:
    return UncertainDate.model_validate({"edtf": edtf, "as_stated": as_stated, "basis": basis})


@lru_cache(maxsize=REMEMBERED)
def _recorder(actor: str, role: str, organisation: str) -> RecordedBy:
    return RecordedBy.model_validate({"actor": actor, "role": role, "organisation": organisation})


def _recorded_by(stored: Mapping[str, str]) -> RecordedBy:
    return _recorder(stored["actor"], stored["role"], stored["organisation"])


READ_BY_NAME: Mapping[type[BaseModel], Callable[[Any], BaseModel]] = {
    UncertainDate: _date,
    RecordedBy: _recorded_by,
}
