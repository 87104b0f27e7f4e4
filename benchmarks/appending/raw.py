"""The driver alone: one insert for each event, one lock, nothing checked but what a unique index checks."""

import json
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from benchmarks.appending.content import AGREEMENTS, IN_BATCH, LANES, PLAIN_LIFE, PLAIN_NOTE, told

TABLE = """CREATE TABLE IF NOT EXISTS raw_events (position {position}, agreement {uuid} NOT NULL,
    version bigint NOT NULL, topic text NOT NULL, state {bytes} NOT NULL, UNIQUE (agreement, version))"""
INSERT = "INSERT INTO raw_events (agreement, version, topic, state) VALUES ({})"
SQLITE = {"position": "integer PRIMARY KEY", "uuid": "text", "bytes": "blob"}
POSTGRESQL = {"position": "bigserial PRIMARY KEY", "uuid": "uuid", "bytes": "bytea"}


class Raw:
    """Whoever holds the lock inserts; SQLite and PostgreSQL make it durable."""

    def __init__(self, place: str) -> None:
        self._lock = threading.Lock()
        self._postgresql = place.startswith("postgresql:")
        self._connection: Any
        if self._postgresql:
            self._connection = psycopg.connect(place, autocommit=True)
        else:
            self._connection = _sqlite(Path(place))
        self._connection.execute(TABLE.format(**(POSTGRESQL if self._postgresql else SQLITE)))
        self._insert = INSERT.format("%s, %s, %s, %s" if self._postgresql else "?, ?, ?, ?")
        self._known = [[(uuid4(), [0]) for _ in range(AGREEMENTS)] for _ in range(LANES)]

    def add(self, lane: int, number: int) -> None:
        """Store one event."""
        agreement, version = self._known[lane][number % AGREEMENTS]
        state = _state(told(PLAIN_NOTE))
        with self._lock:
            version[0] += 1
            self._connection.execute(self._insert, self._row(agreement, version[0], state))

    def batch(self) -> None:
        """Store many events in one transaction."""
        rows = [
            self._row(agreement, version, _state(told(fact)))
            for agreement in (uuid4() for _ in range(IN_BATCH // len(PLAIN_LIFE)))
            for version, fact in enumerate(PLAIN_LIFE, 1)
        ]
        if self._postgresql:
            with self._connection.transaction(), self._connection.cursor() as cursor:
                cursor.executemany(self._insert, rows)
            return
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(self._insert, rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go."""
        self._connection.close()

    def _row(self, agreement: UUID, version: int, state: bytes) -> Sequence[object]:
        return (agreement if self._postgresql else agreement.hex, version, "engagement_held", state)


def _state(told: dict[str, Any]) -> bytes:
    return json.dumps(told).encode()


def _sqlite(folder: Path) -> sqlite3.Connection:
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA busy_timeout=10000")
    return connection
