"""What the doors send: entries, agreements and answers as JSON, with sentences in the reader's language."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from api.language import say
from domain.agreement import State, Warned
from domain.agreement.state import Commitment, FieldStanding, Flag, FollowUp, Uncertain, Visit
from domain.agreement.warnings import WARNINGS
from domain.journal import Answer, Entry
from domain.values import Party

STATE: TypeAdapter[State] = TypeAdapter(State)
INSIDE = {"voided", "begun"}


class WarningDocument(BaseModel):
    """Something unusual: recorded all the same, and said for as long as it holds."""

    code: str
    version: int
    text: str


class AnswerDocument(BaseModel):
    """What became of a command."""

    agreement: UUID
    version: int
    position: int
    warnings: list[WarningDocument]


class BatchAnswerDocument(BaseModel):
    """What became of a batch, in the order of its commands."""

    correlation_id: str | None
    results: list[AnswerDocument]


class AgreementSummary(BaseModel):
    """An agreement as lists show it. Dates are EDTF."""

    agreement: UUID
    version: int
    title: str
    kind: str
    strength: str | None
    owner: str
    visibility: str
    reference: str | None
    parties: list[Party]
    fields: list[FieldStanding]
    status: str | None
    milestones: dict[str, str | None]
    instrument: str
    standing: str
    valid_until: str | None
    realisation: str
    realisation_basis: str | None
    follow_up: FollowUp
    flags: list[Flag]
    warnings: list[WarningDocument]
    uncertain: list[Uncertain]
    position: int


class AgreementDocument(AgreementSummary):
    """An agreement on a day, as known at a time."""

    as_of: date
    voided: bool
    visits: list[Visit]
    commitments: list[Commitment]


def answer_document(answer: Answer) -> BatchAnswerDocument:
    """An answer in the language in which it was first given."""
    return BatchAnswerDocument(
        correlation_id=answer.correlation_id,
        results=[
            AnswerDocument(
                agreement=result.agreement,
                version=result.version,
                position=result.position,
                warnings=[WarningDocument(**w) for w in warning_documents(result.warnings, answer.language)],
            )
            for result in answer.results
        ],
    )


def warning_documents(warnings: Iterable[Warned], language: str) -> list[dict[str, Any]]:
    """Warnings with their sentences."""
    return [
        {"code": w.code, "version": w.version, "text": say(language, WARNINGS[w.code], dict(w.params))}
        for w in warnings
    ]


def agreement_document(
    agreement: UUID, state: State, day: date, position: int, language: str, *, again: bool
) -> dict[str, Any]:
    """An agreement as JSON; `again` says that the same owner had recorded its like before."""
    warnings = (*state.warnings, *((Warned("possible_duplicate", 1),) if again else ()))
    document: dict[str, Any] = STATE.dump_python(state, mode="json", exclude={"warnings", "begun"})
    for item in (*document["visits"], *document["commitments"]):
        del item["overdue_from"]
    return {
        "agreement": str(agreement),
        **document,
        "warnings": warning_documents(warnings, language),
        "as_of": day.isoformat(),
        "position": position,
    }


def entry_document(entry: Entry) -> dict[str, Any]:
    """An entry as JSON."""
    return entry.model_dump(mode="json")
