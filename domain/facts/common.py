"""What every fact has."""

from typing import Any, ClassVar

from pydantic import ConfigDict

from domain.uncertain_date import UncertainDate
from domain.values import Evidence, Value
from domain.words import Text


class FactBase(Value):
    """Something that happened in the world, as somebody stated it.

    `occurred` says when it happened, as precisely as is known; plans have fields of their own.
    """

    schema_version: ClassVar[int] = 1
    type: str
    occurred: UncertainDate | None = None
    evidence: tuple[Evidence, ...] = ()
    note: Text | None = None


def example(**fact: Any) -> ConfigDict:
    """The example that documentation shows for a fact type."""
    return ConfigDict(json_schema_extra={"examples": [fact]})
