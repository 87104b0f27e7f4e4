"""Takes the journal out as it is stored, and into an empty one: the same positions, the same bytes."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

import sqlalchemy as sa
from eventsourcing.persistence import MapperDeserialisationError
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.engine import Connection, Engine

from domain.journal.appending import EventRow, Rows, Taken, append, lock
from domain.journal.commands import ANSWER
from domain.journal.entry import Entry
from domain.journal.heads import head_of
from domain.journal.reader import Reader
from domain.journal.recorder import NEWEST
from domain.journal.schema import events, heads, receipts

PAGE = 2000
Item = TypeVar("Item")
Row = Mapping[str, Any]
Tell = Callable[[int], None]


class NotEmpty(Exception):
    """Something is recorded there already; only an empty store takes over a whole journal."""


class Damaged(Exception):
    """What should be a whole copy is not one; the message says where it breaks."""


class Receipt(NamedTuple):
    """What was answered to a command, kept so that a retry gets the same answer."""

    principal: str
    command_id: str
    digest: bytes
    answer: str


class Source(Protocol):
    """Where a journal is read from: first all entries, then all receipts."""

    def entries(self) -> Iterator[tuple[int, bytes]]:
        """Each position with the bytes stored there, in order."""

    def receipts(self) -> Iterator[Receipt]:
        """Each receipt, in order of principal and command."""


class Figures(BaseModel):
    """How much a copy holds, and digests by which two copies can be compared.

    `sha256` is over the stored bytes of every entry, in order, each after its length in eight bytes,
    big-endian. `receipts_sha256` is the same over the four parts of every receipt.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    entries: int
    receipts: int
    sha256: str
    receipts_sha256: str


class Tally:
    """Counts and digests a copy while it passes by."""

    def __init__(self) -> None:
        self.entries = self.receipts = 0
        self._entries, self._receipts = hashlib.sha256(), hashlib.sha256()

    def entry(self, state: bytes) -> None:
        """Count the stored bytes of the next entry."""
        self.entries += 1
        self._entries.update(len(state).to_bytes(8, "big") + state)

    def receipt(self, receipt: Receipt) -> None:
        """Count the next receipt."""
        self.receipts += 1
        for part in (receipt.principal, receipt.command_id, receipt.digest, receipt.answer):
            raw = part.encode() if isinstance(part, str) else part
            self._receipts.update(len(raw).to_bytes(8, "big") + raw)

    def figures(self) -> Figures:
        """What has passed by so far."""
        return Figures(
            entries=self.entries,
            receipts=self.receipts,
            sha256=self._entries.hexdigest(),
            receipts_sha256=self._receipts.hexdigest(),
        )


@dataclass(frozen=True)
class Snapshot:
    """The journal at one moment. `head` is its newest position then."""

    connection: Connection
    head: int

    def entries(self) -> Iterator[tuple[int, bytes]]:
        """Each position with the bytes stored there, in order."""
        query = sa.select(events.c.position, events.c.state).order_by(events.c.position)
        with self._rows(query) as rows:
            for row in rows:
                yield row.position, row.state

    def receipts(self) -> Iterator[Receipt]:
        """Each receipt, in order of principal and command."""
        # Both engines sort by bytes, so that copies on either can be compared.
        by_bytes = "C" if self.connection.dialect.name == "postgresql" else "BINARY"
        order = (sa.collate(column, by_bytes) for column in (receipts.c.principal, receipts.c.command_id))
        with self._rows(sa.select(receipts).order_by(*order)) as rows:
            for row in rows:
                yield Receipt(row.principal, row.command_id, row.digest, row.answer)

    def figures(self) -> Figures:
        """How much there is, and its digests."""
        tally = Tally()
        for _, state in self.entries():
            tally.entry(state)
        for receipt in self.receipts():
            tally.receipt(receipt)
        return tally.figures()

    def _rows(self, query: sa.Select[Any]) -> sa.CursorResult[Any]:
        return self.connection.execute(query, execution_options={"yield_per": PAGE})


@contextmanager
def snapshot(engine: Engine) -> Iterator[Snapshot]:
    """Read the journal as it is at one moment, whoever adds to it meanwhile."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with engine.connect() as connection:
        yield Snapshot(connection, connection.scalar(NEWEST) or 0)


class Load:
    """Fills an empty journal, in one transaction. `tally` has what was stored."""

    def __init__(self, reader: Reader, connection: Connection) -> None:
        self.reader = reader
        self.connection = connection
        self.tally = Tally()

    def take(self, source: Source, tell: Tell = lambda _: None) -> None:
        """Store everything that a source has, at the same positions, and what follows from it.

        Raises:
            Damaged: a position or a version is missing or there twice, or something cannot be read.
        """
        for entries in pages(source.entries(), PAGE):
            self._store(entries=[self._checked(position, state) for position, state in entries])
            tell(self.tally.entries)
        for answered in pages(source.receipts(), PAGE):
            self._store(answered=[self._answered(receipt) for receipt in answered])
        for newest in pages(self._heads(), PAGE):
            self._store(newest=newest)

    def _store(
        self,
        entries: Sequence[EventRow] = (),
        answered: Sequence[Row] = (),
        newest: Sequence[Row] = (),
    ) -> None:
        # Without entries of its own a head counts from the last of all.
        placed = [{**head, "opened": head["opened"] - self.tally.entries} for head in newest]
        append(self.connection, Rows(entries, answered, placed))

    def _checked(self, position: int, state: bytes) -> EventRow:
        """The next row, named by its own bytes; `_heads` sees whether they are an entry."""
        if position != self.tally.entries + 1:
            raise Damaged(f"position {self.tally.entries + 1} is missing: the next entry is at {position}")
        self.tally.entry(state)
        try:
            raw = json.loads(state)
            return EventRow(UUID(raw["agreement"]), int(raw["version"]), str(raw["fact"]["type"]), state)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise Damaged(f"what stands at position {position} is no entry: {error}") from error

    def _answered(self, receipt: Receipt) -> Row:
        self.tally.receipt(receipt)
        try:
            ANSWER.validate_json(receipt.answer)
        except ValidationError as error:
            raise Damaged(f"the receipt of command {receipt.command_id} cannot be read: {error}") from error
        return receipt._asdict()

    def _heads(self) -> Iterator[Row]:
        """The newest word on each agreement: decodes every entry, and sees that no version is missing."""
        query = sa.select(events).order_by(events.c.agreement, events.c.version)
        with self.connection.execute(query, execution_options={"yield_per": PAGE}) as rows:
            for agreement, trail in groupby(rows, key=lambda row: row.agreement):
                entries = [self._read(version, row) for version, row in enumerate(trail, 1)]
                positions = [entry.position or 0 for entry in entries]
                if positions != sorted(positions):
                    raise Damaged(f"the versions of agreement {agreement} are not in order")
                yield head_of(agreement, self.reader.history(entries), positions[0])

    def _read(self, version: int, row: sa.Row[Any]) -> Entry:
        if row.version != version:
            raise Damaged(f"agreement {row.agreement} has no version {version}")
        try:
            return self.reader.entry(row)
        except MapperDeserialisationError as error:
            raise Damaged(f"the entry at position {row.position} cannot be read: {error}") from error


@contextmanager
def loading(reader: Reader) -> Iterator[Load]:
    """Fill an empty journal: all of it, or nothing if anything goes wrong or the process ends.

    Raises:
        NotEmpty: something is recorded there.
        Damaged: what was taken contradicts itself.
    """
    with reader.recorder.appender.begin() as connection:
        lock(connection)
        if any(connection.execute(sa.select(table).limit(1)).first() for table in (events, receipts, heads)):
            raise NotEmpty
        try:
            yield Load(reader, connection)
        except (Taken, sa.exc.IntegrityError) as error:
            raise Damaged(f"the copy contradicts itself: {error}") from error


def pages(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Items in lists of a size; the last may be shorter."""
    rest = iter(items)
    while page := list(islice(rest, size)):
        yield page
