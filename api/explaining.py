"""What is wrong with a field: where it is, and why, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from api.language import say
from domain.uncertain_date import EDTF_ERRORS

# What pydantic finds wrong, in words that can be translated. {names} are pydantic's own context.
EXPLANATIONS = {
    "missing": "is required",
    "extra_forbidden": "is not a field that is known here",
    "none_required": "is not a field that is known here",
    "string_type": "must be text",
    "string_unicode": "must be text in UTF-8",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "does not have the expected form: {pattern}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of fewer digits",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "literal_error": "must be one of {expected}",
    "union_tag_invalid": "must be one of {expected_tags}",
    "union_tag_not_found": "is required",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "finite_number": "must be a finite number",
    "date_from_datetime_parsing": "must be a day, such as 2026-11-21",
    "date_parsing": "must be a day, such as 2026-11-21",
    "date_type": "must be a day, such as 2026-11-21",
    "uuid_type": "must be the id of an agreement",
    "uuid_parsing": "must be the id of an agreement",
    **EDTF_ERRORS,
}


class FieldError(BaseModel):
    """A field that is wrong: `pointer` into the body (RFC 6901), or the name of a parameter."""

    pointer: str | None = Field(None, examples=["/occurred"])
    parameter: str | None = None
    detail: str


def explain(language: str, error: Mapping[str, Any]) -> str:
    """One of pydantic's errors in a sentence."""
    kind = error["type"]
    context = {name: str(value) for name, value in error.get("ctx", {}).items()}
    if kind == "literal_error":
        context["expected"] = context["expected"].replace(" or ", ", ")
    if kind in EXPLANATIONS:
        return say(language, EXPLANATIONS[kind], context)
    message = str(error["msg"]).removeprefix("Value error, ")
    return say(language, message)


def wrong_fields(language: str, error: ValidationError, body: Any) -> list[FieldError]:
    """Each wrong field of a body, once, with a pointer to it.

    Of a value that may be one of several things pydantic says for each why it is not that: what is said of
    a part of the value tells more than what is said of the whole.
    """
    found: dict[str, FieldError] = {}
    for item in error.errors(include_url=False):
        where = pointer(item["loc"], body, item["type"])
        found.setdefault(where, FieldError(pointer=where, detail=explain(language, item)))
    wholes = {where[:end] for where in found for end, letter in enumerate(where) if letter == "/"}
    return [wrong for where, wrong in found.items() if where not in wholes]


def pointer(location: Sequence[int | str], body: Any, kind: str = "") -> str:
    """A JSON pointer (RFC 6901) for where pydantic found an error.

    Pydantic's location also names the members of unions, which are not in the body: they are left out.
    """
    steps: list[str] = []
    here = body
    for place, part in enumerate(location):
        if (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        ):
            here = here[part]  # type: ignore[index]  # the part is what such a body is indexed by
        elif not (kind == "missing" and place == len(location) - 1):
            continue
        steps.append(str(part).replace("~", "~0").replace("/", "~1"))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        steps.append("type")
    return "".join(f"/{step}" for step in steps)
