"""The refusals, one line of JSON each. It is also what a second run remembers the first one by."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from benchmarks.pouring.rows import Fact


@dataclass(frozen=True)
class Refusal:
    """A fact that was refused, and why; `whole`: with the whole agreement."""

    agreement: str
    code: str
    detail: str
    fact: Fact
    whole: bool = False


class Report:
    """A file to which every refusal is added at once. What it held counts if it is of the same place."""

    def __init__(self, path: Path, place: str, *, remember: bool) -> None:
        self.path = path
        self._known = _read(path, place) if remember else None
        self._file: IO[str] = path.open("a" if self._known is not None else "w", encoding="utf-8")
        if self._known is None:
            self._known = {}
            self._write({"refused_by": place})

    def known(self, agreement: str, fact: Fact) -> Refusal | None:
        """The refusal that an earlier run was told."""
        return (self._known or {}).get(_mark(agreement, fact))

    def add(self, refusal: Refusal) -> None:
        """Write a refusal down, unless it is known, before anything else is sent."""
        if self.known(refusal.agreement, refusal.fact) is None:
            self._write(asdict(refusal))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()


def _read(path: Path, place: str) -> dict[str, Refusal] | None:
    try:
        text = path.read_text(encoding="utf-8")
        lines = [json.loads(line) for line in text.split("\n")[:-1]]
    except (OSError, ValueError):
        return None
    if not text.endswith("\n"):  # whoever wrote the last line was stopped: it comes again
        path.write_text(text[: text.rfind("\n") + 1], encoding="utf-8")
    if not lines or lines[0] != {"refused_by": place}:
        return None
    refusals = [Refusal(**line) for line in lines[1:]]
    return {_mark(refusal.agreement, refusal.fact): refusal for refusal in refusals}


def _mark(agreement: str, fact: Fact) -> str:
    return hashlib.sha256(json.dumps([agreement, fact], sort_keys=True).encode()).hexdigest()
