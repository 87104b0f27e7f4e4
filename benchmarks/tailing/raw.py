"""The database's own driver over the journal's table: the ceiling of what can be read."""

import sqlite3
from contextlib import closing
from typing import Any

import psycopg

from domain.databases import Databases

COLUMNS = "SELECT position, agreement, version, topic, state FROM"
_SQLITE = f"{COLUMNS} events WHERE position > ? ORDER BY position LIMIT ?"
_POSTGRESQL = f"{COLUMNS} journal.events WHERE position > %s ORDER BY position LIMIT %s"


def read(databases: Databases, page: int) -> int:
    """Fetch every row, page by page, and give how many there were."""
    if databases.url is None:
        assert databases.folder is not None
        with closing(sqlite3.connect(databases.folder / "journal.db")) as connection:
            return _walk(connection, _SQLITE, page)
    with psycopg.connect(databases.url) as connected:
        return _walk(connected, _POSTGRESQL, page)


def _walk(connection: Any, query: str, page: int) -> int:
    count = last = 0
    while rows := connection.execute(query, (last, page)).fetchall():
        count, last = count + len(rows), rows[-1][0]
    return count
