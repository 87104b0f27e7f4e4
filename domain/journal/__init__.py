"""The append-only record. The only rooms that know the eventsourcing library."""

from domain.journal.commands import (
    Answer,
    Busy,
    Command,
    Declined,
    KeyReused,
    NotAllowed,
    Result,
    Stale,
    Step,
    Unavailable,
    UnknownAgreement,
)
from domain.journal.entry import Entry, RecordedBy
from domain.journal.journal import Journal

__all__ = [
    "Answer",
    "Busy",
    "Command",
    "Declined",
    "Entry",
    "Journal",
    "KeyReused",
    "NotAllowed",
    "RecordedBy",
    "Result",
    "Stale",
    "Step",
    "Unavailable",
    "UnknownAgreement",
]
