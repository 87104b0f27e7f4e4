"""The whole journal as JSON Lines: a manifest, the entries as they are stored, the receipts, the figures.

The stored bytes of an entry stand in its line unchanged, so a reader gets the entry and an auditor the
very bytes that were digested.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from api.settings import SOFTWARE
from domain.journal.copying import Damaged, Figures, Receipt, Snapshot, Tally, Tell

ENTRY = re.compile(rb'\{"position":([1-9]\d*),"entry":(.*)\}\n')
RECEIPT = b'{"receipt":'
TOLD_EVERY = 10_000


class Manifest(BaseModel):
    """The first line. `head` is the newest position; `timezone` says whose calendar days count."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: Literal["pakta-journal"] = "pakta-journal"
    version: Literal[1] = 1
    software: str
    exported_at: AwareDatetime
    head: int
    timezone: str


def write(out: BinaryIO, journal: Snapshot, timezone: str, tell: Tell = lambda _: None) -> Figures:
    """Write the whole journal.

    Raises:
        Damaged: stored bytes contain a line break, which no Pakta has written.
    """
    now, tally = datetime.now(UTC), Tally()
    manifest = Manifest(software=SOFTWARE, exported_at=now, head=journal.head, timezone=timezone)
    out.write(manifest.model_dump_json().encode() + b"\n")
    for position, state in journal.entries():
        if b"\n" in state:
            raise Damaged(f"the entry at position {position} contains a line break")
        tally.entry(state)
        out.write(b'{"position":%d,"entry":%b}\n' % (position, state))
        if position % TOLD_EVERY == 0:
            tell(position)
    for receipt in journal.receipts():
        tally.receipt(receipt)
        out.write(_line(receipt))
    if journal.head % TOLD_EVERY:
        tell(journal.head)
    figures = tally.figures()
    out.write(figures.model_dump_json().encode() + b"\n")
    return figures


class JournalLines:
    """Reads such lines, once and in order: `entries`, then `receipts`, then `figures`."""

    def __init__(self, lines: BinaryIO) -> None:
        """Read the manifest.

        Raises:
            Damaged: it is none.
        """
        self._lines = lines
        self._line = lines.readline()
        try:
            self.manifest = Manifest.model_validate_json(self._line)
        except ValidationError as error:
            raise Damaged("the first line is not the manifest of a journal that this Pakta knows") from error

    def entries(self) -> Iterator[tuple[int, bytes]]:
        """Each position with the bytes stored there."""
        self._line = self._lines.readline()
        while entry := ENTRY.fullmatch(self._line):
            yield int(entry[1]), entry[2]
            self._line = self._lines.readline()

    def receipts(self) -> Iterator[Receipt]:
        """Each receipt.

        Raises:
            Damaged: a line is none.
        """
        while self._line.startswith(RECEIPT):
            yield _receipt(self._line)
            self._line = self._lines.readline()

    def figures(self) -> Figures:
        """The last line.

        Raises:
            Damaged: it is missing, incomplete, or not the last.
        """
        try:
            figures = Figures.model_validate_json(self._line)
        except ValidationError as error:
            shown = self._line[:60].decode(errors="replace").strip()
            raise Damaged(f"where the figures of the last line should be is: {shown or 'nothing'}") from error
        if not self._line.endswith(b"\n") or self._lines.readline():
            raise Damaged("the line with the figures is not the last")
        if figures.entries != self.manifest.head:
            raise Damaged(f"the manifest says {self.manifest.head} entries, the last line {figures.entries}")
        return figures


def _line(receipt: Receipt) -> bytes:
    told = receipt._asdict() | {"digest": receipt.digest.hex()}
    return json.dumps({"receipt": told}, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _receipt(line: bytes) -> Receipt:
    try:
        told = json.loads(line)["receipt"]
        return Receipt(**(told | {"digest": bytes.fromhex(told["digest"])}))
    except (ValueError, LookupError, TypeError) as error:
        raise Damaged(f"a receipt cannot be read: {error}") from error
