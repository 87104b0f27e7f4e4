"""The library's own way to fill a view: one transaction for each event, through its ProjectionRunner."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Tracking, TrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from eventsourcing.sqlite import SQLiteTrackingRecorder

from domain.databases import Databases

Stock = Callable[[], None]
EVENTS_EACH = 12
SECONDS = 600


class Agreement(Aggregate):
    """Something to which notes are added."""

    @event("Annotated")
    def annotate(self, note: str) -> None:
        """Add a note."""
        self.note = note


class Agreements(Application[Any]):
    """Agreements in memory."""

    def record(self, count: int) -> None:
        """Record so many events."""
        while count > 0:
            agreement = Agreement()
            for _ in range(min(count, EVENTS_EACH) - 1):
                agreement.annotate("All is well")
            self.save(agreement)
            count -= EVENTS_EACH


class SQLiteNotes(SQLiteTrackingRecorder):
    """One row for each event, on SQLite."""

    def construct_create_table_statements(self) -> list[str]:
        """The library's tables and our own."""
        made = super().construct_create_table_statements()
        return [*made, "CREATE TABLE IF NOT EXISTS notes (agreement TEXT, version INTEGER, note TEXT)"]

    def note(self, row: tuple[str, int, str], tracking: Tracking) -> None:
        """Keep a row with the position that it comes from."""
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute("INSERT INTO notes VALUES (?, ?, ?)", row)


class Notes(Projection[Any]):
    """Every event as a row."""

    name = "notes"

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """See the library."""
        row = (str(domain_event.originator_id), domain_event.originator_version, "All is well")
        self.view.note(row, tracking)


def stock(databases: Databases, count: int) -> Stock:
    """The library with so many events, to be projected once when it is called."""
    environment = _environment(databases)
    view: type[TrackingRecorder] = SQLiteNotes if databases.folder else _on_postgresql()

    def project() -> None:
        with ProjectionRunner(
            application_class=Recorded, projection_class=Notes, view_class=view, env=environment
        ) as runner:
            runner.wait(notification_id=count, timeout=SECONDS)

    class Recorded(Agreements):
        """An application that has recorded all of it when it starts."""

        name = "agreements"

        def __init__(self, env: Any = None) -> None:
            super().__init__(env)
            self.record(count)

    return project


def _on_postgresql() -> type[TrackingRecorder]:
    # The library's own driver wants a pool, for which there is no use anywhere else.
    from benchmarks.stock.on_postgresql import PostgresNotes  # noqa: PLC0415  # see the line above

    return PostgresNotes


def _environment(databases: Databases) -> dict[str, str]:
    if databases.folder is not None:
        place = {"NOTES_SQLITE_DBNAME": str(databases.folder / "notes.db")}
        return {"NOTES_PERSISTENCE_MODULE": "eventsourcing.sqlite", **place}
    url = sa.make_url(databases.url or "")
    told = {"DBNAME": url.database, "HOST": url.host or url.query.get("host"), "PORT": url.port or 5432}
    told |= {"USER": url.username, "PASSWORD": url.password or "none"}
    settings = {f"NOTES_POSTGRES_{key}": str(value) for key, value in told.items()}
    return {"NOTES_PERSISTENCE_MODULE": "eventsourcing.postgres", **settings}
