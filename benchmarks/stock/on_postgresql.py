"""The same on PostgreSQL, through the library's own driver."""

from typing import Any

from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from psycopg.sql import SQL


class PostgresNotes(PostgresTrackingRecorder):
    """One row for each event, on PostgreSQL."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.sql_create_statements.append(
            SQL("CREATE TABLE IF NOT EXISTS notes (agreement TEXT, version INTEGER, note TEXT)").format()
        )

    def note(self, row: tuple[str, int, str], tracking: Tracking) -> None:
        """Keep a row with the position that it comes from."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute("INSERT INTO notes VALUES (%s, %s, %s)", row)
