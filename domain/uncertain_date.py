"""When something happened, as exactly as anyone knows: in EDTF (ISO 8601-2:2019) or in a source's words."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from domain.date_words import understand
from domain.edtf_days import ANY_DAY, DATE_ERRORS, NotADate, Span, bounds, certain_bounds

__all__ = ["ANY_DAY", "EDTF_ERRORS", "EdtfText", "Span", "UncertainDate", "bounds", "certain_bounds"]

EDTF_ERRORS = {**DATE_ERRORS, "edtf_suggestion": "'{text}' is not EDTF; did you mean {meant}?"}


def _checked(text: str) -> str:
    try:
        certain_bounds(text)
    except NotADate as error:
        if meant := understand(text):
            raise _told("edtf_suggestion", text=text, meant=meant) from None
        raise _told(error.kind, **error.params) from None
    return text


def _told(kind: str, **params: str) -> PydanticCustomError:
    """The error as pydantic passes it on: its sentence can be looked up by its kind, and filled again."""
    return PydanticCustomError(kind, EDTF_ERRORS[kind], params)


EdtfText = Annotated[
    str,
    AfterValidator(_checked),
    Field(
        description="A date as exact as it is known, in EDTF (ISO 8601-2): a day, month, year, season or "
        "interval; open (..), approximate (~), uncertain (?), both (%), or with digits left open (X).",
        examples=["2023-07-27", "2025-09", "../2023-07-27", "2025-03-25?"],
    ),
]
"""EDTF of levels 0 to 2 that stands for days of the years 1 to 9999. What is refused gets a sentence, with a
suggestion where the words are understood. Spaces are not trimmed: what is stored is what was sent."""


class UncertainDate(BaseModel):
    """A date with where it comes from: the source's own words and what the EDTF value rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edtf: EdtfText | None = None
    as_stated: str | None = Field(default=None, min_length=1, description="The words of the source.")
    basis: Literal["stated", "inferred", "external", "unknown"] | None = Field(
        default=None,
        description="The source states it, it was inferred, another source has it, or it is unknown.",
    )

    @property
    def stated(self) -> Span:
        """The days as written, qualifiers left aside."""
        return bounds(self.edtf) if self.edtf else ANY_DAY

    @property
    def certain(self) -> Span:
        """The days among which it certainly lies; every day, where no EDTF is known."""
        return certain_bounds(self.edtf) if self.edtf else ANY_DAY

    @property
    def first(self) -> date:
        return self.stated.earliest

    @property
    def last(self) -> date:
        return self.stated.latest

    @property
    def earliest(self) -> date:
        return self.certain.earliest

    @property
    def latest(self) -> date:
        return self.certain.latest

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"edtf": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.edtf is None and self.as_stated is None and self.basis != "unknown":
            raise ValueError("give edtf or as_stated, or say that the basis is unknown")
        return self

    @model_serializer
    def _as_given(self) -> str | dict[str, str | None]:
        if self.edtf and self.as_stated is None and self.basis is None:
            return self.edtf
        return {"edtf": self.edtf, "as_stated": self.as_stated, "basis": self.basis}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        # Both forms in both directions, so that OpenAPI shows one UncertainDate. The object is described by
        # its fields, also for answers, where the serialiser would hide them.
        written_out = handler.resolve_ref_schema(handler(_without_serialiser(schema)))
        text = written_out["properties"]["edtf"]["anyOf"][0]
        return {"title": cls.__name__, "anyOf": [text, written_out]}


def _without_serialiser(schema: Any) -> Any:
    inner = {"schema": _without_serialiser(schema["schema"])} if "schema" in schema else {}
    return {key: value for key, value in schema.items() if key != "serialization"} | inner
