"""A running Pakta: the record, its views, the people and the documents, opened together."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self

from sqlalchemy.engine import Engine

from api.documents import Documents
from api.identity import Directory
from api.sessions import Sessions
from api.settings import SOFTWARE, Settings
from api.tailing import Tail
from domain.journal import Journal
from domain.journal.hints import Hints
from projections.follower import Follower
from projections.views import Views

# What feeds the views for one who serves, in a process of its own; nothing if it is to do so itself.
FEEDING: Sequence[str] = (sys.executable, "-P", "-m", "api.feeding")


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
    tail: Tail
    head_at_start: int
    opened: ExitStack

    @classmethod
    def open(cls, settings: Settings, *, follow: bool = True, apart: bool = False) -> Self:
        """Open every room, or leave none open.

        `follow` keeps the views up with the journal, `apart` in a process of its own.

        Raises:
            ValueError: the settings do not say where the data lies.
        """
        databases = settings.databases()
        with ExitStack() as opened:
            opened.callback(databases.close)
            journal = Journal(databases, settings.zone, SOFTWARE, most_waiting=settings.queue)
            opened.callback(journal.close)
            # Closed before the journal, which it reads and would open again.
            feeding = (*FEEDING, settings.log or "") if FEEDING and apart else ()
            follower = Follower(journal, databases, feeding)
            opened.callback(follower.stop)
            views = Views(journal, follower)
            opened.callback(views.close)
            directory, sessions = Directory(databases), Sessions(databases)
            documents = Documents(databases)
            tail = Tail(journal)
            opened.callback(tail.close)
            head = journal.head()
            if follow:
                opened.callback(Hints(journal).close)
                follower.start()
            return cls(
                settings,
                journal,
                follower,
                views,
                directory,
                sessions,
                documents,
                tail,
                head,
                opened.pop_all(),
            )

    def engines(self) -> dict[str, Engine]:
        """The connections of each room."""
        return {
            "journal": self.journal.engine,
            "views": self.follower.engine,
            "reading": self.follower.reading,
            "people": self.directory.engine,
            "documents": self.documents.engine,
        }

    def close(self) -> None:
        """Finish what was accepted, then let go of everything."""
        self.opened.close()
