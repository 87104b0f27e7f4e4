"""What the doors send: entries, agreements and answers as JSON, with sentences in the reader's language."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from api.language import say
from api.shapes import AnswerDocument, BatchAnswerDocument, WarningDocument
from domain.agreement import State, Warned
from domain.agreement.warnings import WARNINGS
from domain.journal import Answer, Entry

STATE: TypeAdapter[State] = TypeAdapter(State)


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
