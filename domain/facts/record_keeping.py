"""Facts about the record itself: evidence added, remarks, who may see and who is in charge.

They are in force as soon as they are recorded; `occurred` says nothing about when they count.
"""

from math import isfinite
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue

from domain.facts.common import FactBase, example
from domain.values import Evidence
from domain.values import Visibility as VisibilityValue
from domain.words import Name, Organisation, Text, printable


def _storable_throughout(value: JsonValue) -> JsonValue:
    """A source's statement is held to the same rules as all other text, and to what JSON can write."""
    match value:
        case str():
            printable(value)
        case float() if not isfinite(value):
            raise ValueError("must be a finite number")
        case list():
            for item in value:
                _storable_throughout(item)
        case dict():
            for name, item in value.items():
                _storable_throughout(name)
                _storable_throughout(item)
    return value


Said = Annotated[JsonValue, AfterValidator(_storable_throughout)]
TargetVersion = Annotated[int, Field(ge=1, description="The version of the entry that this is about")]


class EvidenceAttached(FactBase):
    """A source for a fact that is recorded already. `says` holds what this source states, by field."""

    model_config = example(
        type="evidence_attached",
        version=3,
        evidence=[{"title": "Bandung dan Nanning jajaki kerja sama", "publisher": "merdeka.com"}],
        says={"occurred": "2024-03-25"},
    )
    type: Literal["evidence_attached"] = "evidence_attached"
    version: TargetVersion
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    says: dict[Name, Said] = Field({}, description="By field: what this source states")


class AnnotationAdded(FactBase):
    """A remark."""

    model_config = example(type="annotated", note="The original hangs in the mayor's office")
    type: Literal["annotated"] = "annotated"
    note: Text


class Granted(FactBase):
    """Another organisation may read an agreement that is not public."""

    model_config = example(type="granted", organisation="provinsi-jawa-barat")
    type: Literal["granted"] = "granted"
    organisation: Organisation


class Revoked(FactBase):
    """A grant ended."""

    model_config = example(type="revoked", organisation="provinsi-jawa-barat")
    type: Literal["revoked"] = "revoked"
    organisation: Organisation


class HandedOver(FactBase):
    """Another organisation owns the agreement from now on."""

    model_config = example(type="handed_over", organisation="otorita-ikn")
    type: Literal["handed_over"] = "handed_over"
    organisation: Organisation


class VisibilityChanged(FactBase):
    """The agreement was opened to the public, or closed."""

    model_config = example(type="visibility_changed", visibility="organisation")
    type: Literal["visibility_changed"] = "visibility_changed"
    visibility: VisibilityValue
