"""Follows the end of the journal, once for everybody who listens, whichever process records."""

import asyncio
import logging
import threading
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from domain.journal import Journal

TAIL_SECONDS = 0.2

log = logging.getLogger("pakta.requests")
Sleeper = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class Tail:
    """Where the journal ends. It asks only while somebody waits: at every hint, and now and then."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.head = 0
        self._sleepers: set[Sleeper] = set()
        self._door = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="tail", daemon=True)
        self._thread.start()

    async def beyond(self, position: int) -> bool:
        """Wait a moment for something beyond a position. Returns whether there is."""
        if self.head <= position:
            loop = asyncio.get_running_loop()
            sleeper = loop, loop.create_future()
            with self._door:
                self._sleepers.add(sleeper)
            try:
                with suppress(TimeoutError):
                    await asyncio.wait_for(sleeper[1], TAIL_SECONDS)
            finally:
                with self._door:
                    self._sleepers.discard(sleeper)
        return self.head > position

    def close(self) -> None:
        """Follow no more."""
        self._stop.set()
        with self.journal.appended:
            self.journal.appended.notify_all()
        self._thread.join()

    def _follow(self) -> None:
        while not self._stop.is_set():
            with self.journal.appended:
                # What we record ourselves is known at once; it may have come while we looked, as may the end.
                nothing_new = self.journal.newest <= self.head or not self._sleepers
                if nothing_new and not self._stop.is_set():
                    self.journal.appended.wait(TAIL_SECONDS)
            if self._sleepers:
                self._look()

    def _look(self) -> None:
        try:
            head = self.journal.head()
        except SQLAlchemyError:
            log.warning("the end of the journal could not be read; it is tried again")
            self._stop.wait(TAIL_SECONDS)
            return
        if head != self.head:
            self.head = head
            with self._door:
                for loop, future in self._sleepers:
                    with suppress(RuntimeError):  # a loop that has ended waits for nothing
                        loop.call_soon_threadsafe(_wake, future)


def _wake(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
