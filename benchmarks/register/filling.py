"""Ways to get the register into Pakta: as lines to import, straight into an empty store, or by every rule."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from typing import BinaryIO, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from api.exports.journal_lines import TOLD_EVERY, Manifest
from benchmarks.register.recording import recordings, state
from domain.agreement.access import Actor
from domain.databases import Databases
from domain.facts import FACT
from domain.journal import Answer, Command, Journal, Step
from domain.journal.copying import Figures, Receipt, Tally, Tell, loading
from domain.journal.reader import Reader

ZONE = "Asia/Jakarta"
IN_FLIGHT = 256  # commands that wait for their answer


class Register(NamedTuple):
    """A register as a source that a journal is filled from; it holds no receipts."""

    agreements: int
    seed: int = 0

    def entries(self) -> Iterator[tuple[int, bytes]]:
        """Each position with the bytes to be stored there."""
        return enumerate(map(state, recordings(self.agreements, self.seed)), 1)

    def receipts(self) -> Iterator[Receipt]:
        """None: nobody would send these commands again."""
        return iter(())


def fill(databases: Databases, register: Register, tell: Tell = lambda _: None) -> Figures:
    """Fill an empty store in one transaction. Versions and days are as they would be; no rule is asked.

    Raises:
        NotEmpty: something is recorded there.
    """
    reader = Reader(databases, ZoneInfo(ZONE))
    try:
        with loading(reader) as load:
            load.take(register, tell)
            return load.tally.figures()
    finally:
        reader.engine.dispose()


def write(out: BinaryIO, register: Register, tell: Tell = lambda _: None) -> Figures:
    """Write what `pakta export --journal` would, for `pakta import --journal`."""
    # The first line says how many there are, so they are told twice: that is faster than to keep them.
    head = sum(1 for _ in recordings(*register))
    now = datetime.now(UTC)
    manifest = Manifest(software="0.1.0", exported_at=now, head=head, timezone=ZONE)
    out.write(manifest.model_dump_json().encode() + b"\n")
    tally = Tally()
    for position, entry in register.entries():
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
