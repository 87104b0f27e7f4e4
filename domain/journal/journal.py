"""The journal: the append-only record of every entry, and the one way to add to it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.databases import Databases
from domain.journal.commands import Answer, Command
from domain.journal.reader import Reader, utc_now
from domain.journal.writer import Writer

MOST_WAITING = 2_000  # commands; more would be answered too late


class Journal(Reader):
    """The journal, to be read and added to from any thread."""

    def __init__(
        self,
        databases: Databases,
        timezone: ZoneInfo,
        software: str,
        clock: Callable[[], datetime] = utc_now,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        super().__init__(databases, timezone, clock)
        self.writer = Writer(self, software, most_waiting)

    @property
    def newest(self) -> int:
        """The last position that this process committed; others may have gone further."""
        return self.writer.newest

    @property
    def appended(self) -> threading.Condition:
        """Notified whenever this process has committed something."""
        return self.writer.appended

    def submit(self, command: Command) -> "Future[Answer]":
        """Hand a command to the writer; see `Writer.submit`."""
        return self.writer.submit(command)

    def carry_out(self, command: Command) -> Answer:
        """Carry out a command and wait for it: the way for programs that embed the journal.

        The doors use `submit`, which holds up no thread. See `Writer.carry_out`.
        """
        return self.writer.carry_out(command)

    def wait_beyond(self, position: int, seconds: float) -> bool:
        """Wait until this process has appended something beyond a position, or the time is up."""
        with self.appended:
            return self.head() > position or self.appended.wait(seconds)

    def close(self) -> None:
        """Finish what was handed in, then let go of the database."""
        self.writer.close()
        self.engine.dispose()
