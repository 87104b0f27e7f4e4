"""A running Pakta: the record, its views, the people and the documents, opened together."""

from dataclasses import dataclass
from typing import Self

from api.documents import Documents
from api.identity import Directory
from api.sessions import Sessions
from api.settings import SOFTWARE, Settings
from domain.journal import Journal
from projections.follower import Follower
from projections.views import Views


@dataclass
class Running:
    """Everything that a door needs. One per process."""

    settings: Settings
    journal: Journal
    follower: Follower
    views: Views
    directory: Directory
    sessions: Sessions
    documents: Documents
    head_at_start: int

    @classmethod
    def open(cls, settings: Settings, *, follow: bool = True) -> Self:
        """Open every room; `follow` keeps the views up with the journal.

        Raises:
            ValueError: the settings do not say where the data lies.
        """
        databases = settings.databases()
        journal = Journal(databases, settings.zone, SOFTWARE, most_waiting=settings.queue)
        follower = Follower(journal, databases)
        running = cls(
            settings,
            journal,
            follower,
            Views(journal, follower),
            Directory(databases),
            Sessions(databases),
            Documents(databases),
            journal.head(),
        )
        if follow:
            follower.start()
        return running

    def close(self) -> None:
        """Finish what was accepted, then let go of everything."""
        # The follower first: it reads the journal, and would open again what is closed under it.
        self.follower.stop()
        self.journal.close()
        self.views.close()
        self.directory.close()
        self.sessions.close()
        self.documents.close()
