"""What a client sent and what it was told, on disk before the client goes on."""

import json
import os
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

Place = tuple[str, int, int]  # agreement, version, position


@dataclass(frozen=True)
class Sent:
    """A command; every one of its facts carries the key as its note."""

    key: str
    path: str
    body: dict[str, Any]
    facts: int


@dataclass(frozen=True)
class Acknowledged:
    """The answer to a command, byte for byte, and where it says that the facts are."""

    key: str
    body: str
    places: tuple[Place, ...]

    @classmethod
    def of(cls, key: str, body: str) -> Self:
        told = json.loads(body)
        results = told.get("results", [told])
        return cls(key, body, tuple((r["agreement"], r["version"], r["position"]) for r in results))


class Diary:
    """Lines of JSON, each forced to disk. Written to from any thread."""

    def __init__(self, file: Path) -> None:
        self.sent: dict[str, Sent] = {}
        self.acknowledged: dict[str, Acknowledged] = {}
        self._file = file.open("a", encoding="utf-8")
        self._lock = threading.Lock()

    def note_sent(self, sent: Sent) -> None:
        with self._lock:
            self.sent[sent.key] = sent
            self._write("sent", sent)

    def note_acknowledged(self, acknowledged: Acknowledged) -> None:
        with self._lock:
            self.acknowledged[acknowledged.key] = acknowledged
            self._write("acknowledged", acknowledged)

    def close(self) -> None:
        self._file.close()

    def _write(self, what: str, line: Sent | Acknowledged) -> None:
        self._file.write(json.dumps({what: asdict(line)}, ensure_ascii=False) + "\n")
        self._file.flush()
        os.fdatasync(self._file.fileno())
