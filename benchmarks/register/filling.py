"""Ways to get the register into Pakta: straight into an empty store, as lines to import, or by every rule."""

from collections import deque
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from api.exports.journal_lines import TOLD_EVERY, Manifest
from benchmarks.register.heads import Heads
from benchmarks.register.recording import recordings, state
from domain.agreement.access import Actor
from domain.databases import Databases
from domain.facts import FACT
from domain.journal import Answer, Command, Journal, Step
from domain.journal.appending import EventRow, Rows, append, lock
from domain.journal.copying import Figures, NotEmpty, Tally, Tell, pages
from domain.journal.reader import Reader

ZONE = "Asia/Jakarta"
PAGE = 5000
IN_FLIGHT = 256  # commands that wait for their answer


class Register(NamedTuple):
    """How large a register, and which one of that size."""

    agreements: int
    seed: int = 0


def fill(databases: Databases, register: Register, tell: Tell = lambda _: None) -> int:
    """Store it as it is, page by page, and give how many facts there are. No rule is asked.

    Raises:
        NotEmpty: something is recorded there.
    """
    reader, heads, stored = Reader(databases, ZoneInfo(ZONE)), Heads(), 0
    try:
        if reader.head():
            raise NotEmpty
        for page in pages(recordings(*register), PAGE):
            events = [EventRow(t.agreement, t.version, t.fact["type"], state(t)) for t in page]
            with reader.recorder.appender.begin() as connection:
                lock(connection)
                append(connection, Rows(events, heads=heads.after(page, stored)))
            stored += len(page)
            tell(stored)
    finally:
        reader.engine.dispose()
    return stored


def write(out: BinaryIO, register: Register, tell: Tell = lambda _: None) -> Figures:
    """Write what `pakta export --journal` would, for `pakta import --journal`."""
    # The first line says how many there are, so they are told twice: that is faster than to keep them.
    head = sum(1 for _ in recordings(*register))
    now = datetime.now(UTC)
    manifest = Manifest(software="0.1.0", exported_at=now, head=head, timezone=ZONE)
    out.write(manifest.model_dump_json().encode() + b"\n")
    tally = Tally()
    for position, entry in enumerate(map(state, recordings(*register)), 1):
        tally.entry(entry)
        out.write(b'{"position":%d,"entry":%b}\n' % (position, entry))
        if position % TOLD_EVERY == 0:
            tell(position)
    figures = tally.figures()
    out.write(figures.model_dump_json().encode() + b"\n")
    return figures


def pour(journal: Journal, register: Register, tell: Tell = lambda _: None) -> int:
    """Record it fact by fact, each a command of its own by which every rule is checked; gives how many.

    Raises:
        Refused: a fact cannot be true, which would be a mistake of the register.
        Declined: it was not carried out.
    """
    opened: dict[int, Future[Answer]] = {}
    waiting: deque[Future[Answer]] = deque()
    poured = 0
    for told in recordings(*register):
        agreement: UUID | None = None
        if told.version > 1:
            agreement = opened[told.number].result().results[0].agreement
        step = Step(agreement, (FACT.validate_python(told.fact, strict=False),))
        actor = Actor(f"{told.organisation}-1", "coordinator", told.organisation)
        key = f"{register.seed}-{told.number:x}-{told.version}"
        future = journal.submit(Command(actor, key, key.encode(), (step,)))
        if told.version == 1:
            opened[told.number] = future
        waiting.append(future)
        if len(waiting) >= IN_FLIGHT:
            waiting.popleft().result()
        poured += 1
        if poured % TOLD_EVERY == 0:
            tell(poured)
    for future in waiting:
        future.result()
    return poured
