"""What recording a fact would bring, tried on the history in memory. Nothing is stored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from api.explaining import pointer, wrong_fields
from api.language import english, say
from api.pages.steps import warning_sentence
from domain.agreement import History, Recorded, Refused, State, admit, derive
from domain.agreement.admit import REFUSALS
from domain.facts import FACT, Fact

# Refusals as a form puts them: it knows more than the journal of what can be done about them.
AT_A_FORM: Mapping[str, str] = {
    "in_the_future": english("This has not happened yet: a fact can be no later than tomorrow, {tomorrow}."),
    "loi_after_mou": english(
        "The letter of intent would follow every memorandum. If that is right, say why."
    ),
    "realised_unsigned": english(
        "Nothing is signed that could be realised. If it was all the same, say why."
    ),
    "visit_exists": english("Somebody has just planned a visit with the same id. Send it again."),
    "commitment_exists": english("Somebody has just recorded a commitment with the same id. Send it again."),
}
FIELD_OF: Mapping[str, str] = {
    "in_the_future": "occurred",
    "ended": "occurred",
    "unknown_version": "version",
    "not_an_original": "version",
    "already_retracted": "version",
    "unknown_field": "says",
    "loi_after_mou": "override_reason",
    "realised_unsigned": "override_reason",
    "unknown_visit": "visit",
    "unknown_commitment": "commitment",
    "reference_taken": "reference",
}
# What must have a certain form, in words for people.
FORMS: Mapping[str, str] = {
    "url": english("must be a web address that begins with https:// or http://"),
    "country": english("must be two capital letters, such as ID or CN"),
    "organisation": english("must be a short name in small letters, such as provinsi-jawa-barat"),
    "by": english("must be the address of an agreement"),
    "languages": english("must be codes of languages, such as id, en or zh"),
}
LIFTED = frozenset({"loi_after_mou", "realised_unsigned"})  # by a reason


@dataclass(frozen=True)
class Trial:
    """How things would stand. `warnings` are those that the facts bring, with their sentences."""

    before: State | None = None
    after: State | None = None
    warnings: Sequence[Mapping[str, Any]] = ()
    refusal: Refused | None = None

    @property
    def codes(self) -> str:
        """The warnings' codes, to be sent along by whoever has seen them."""
        return " ".join(sorted({str(warned["code"]) for warned in self.warnings}))


def stated(
    body: Mapping[str, Any], language: str, adapter: TypeAdapter[Any] = FACT
) -> tuple[Any | None, dict[str, str]]:
    """The fact that the JSON of a form states; else what is wrong, by name of the input."""
    try:
        return adapter.validate_json(json.dumps(body)), {}
    except ValidationError as error:
        wrong = {_input(item.pointer or ""): item.detail for item in wrong_fields(language, error, body)}
        shapes = [pointer(e["loc"], body) for e in error.errors() if e["type"] == "string_pattern_mismatch"]
        for name in map(_input, shapes):
            field = next((part for part in reversed(name.split(".")) if not part.isdigit()), "")
            if name in wrong and field in FORMS:
                wrong[name] = say(language, FORMS[field])
        return None, wrong


def _input(where: str) -> str:
    """The name of the input for a JSON pointer."""
    return where.strip("/").replace("/", ".")


def tried(history: History, facts: Sequence[Fact], today: date, organisation: str, language: str) -> Trial:
    """Add facts to a history, and see how the agreement would stand today."""
    before = derive(history, today) if history.entries else None
    warned: list[Any] = []
    for fact in facts:
        entry = Recorded(history.version + 1, fact, today, organisation)
        try:
            history, brought = admit(history, entry)
        except Refused as refusal:
            return Trial(before, refusal=refusal)
        warned += brought
    told = [
        {"code": w.code, "version": w.version, "text": warning_sentence(w.code, dict(w.params), language)}
        for w in warned
    ]
    return Trial(before, derive(history, today), told)


def sentence_of(refusal: Refused, language: str, tomorrow: str) -> str:
    """Why a fact is refused, as a form says it."""
    sentence = AT_A_FORM.get(refusal.code) or REFUSALS[refusal.code]
    return say(language, sentence, {**refusal.params, "tomorrow": tomorrow})
