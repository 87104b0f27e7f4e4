"""Feeds the views in a process of its own: whoever leads answers meanwhile with all of its interpreter.

The other process is an arm of the one that leads, never a leader, and ends with it. As long as it is not
there (it takes seconds to begin, and may be killed) the leader does the work itself.
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from domain.collecting import collect_seldom
from domain.databases import Databases
from domain.journal import Journal
from domain.journal.reader import Reader
from projections.change import Projection
from projections.feeding import BATCH, Feed

AGAIN_SECONDS = 5.0  # at least, from one beginning to the next
END_SECONDS = 2.0
NICE = 5  # where processors are short, whoever asks is answered before views are brought up

log = logging.getLogger("pakta.follower")


class FailedApart(Exception):
    """The other process could not do what it was asked to. Its log says why."""


class FeedApart(Feed):
    """A feed whose steps another process takes as soon as there is one."""

    def __init__(
        self, journal: Journal, engine: Engine, databases: Databases, command: Sequence[str]
    ) -> None:
        """Take the command of a program that calls `serve` with the number that is its last argument."""
        super().__init__(journal, engine)
        self._command = command
        self._told = databases, journal.timezone
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection | None = None
        self._is_there = False
        self._begun = -AGAIN_SECONDS

    @property
    def process(self) -> int | None:
        """See `Feed`."""
        return self._process.pid if self._process is not None and self._is_there else None

    def step(self, projections: Sequence[Projection], limit: int = BATCH, upto: int | None = None) -> int:
        """See `Feed`.

        Raises:
            FailedApart: the other process could not.
        """
        if self.watched is nullcontext:  # else somebody wants to see here what is done
            try:
                if self._answers():
                    return int(self._ask((projections, limit, upto)))
            except (EOFError, OSError):
                log.warning(
                    "the process that feeds the views is gone; this one does it until there is another"
                )
                self.close()
        return super().step(projections, limit, upto)

    def forget(self) -> None:
        """See `Feed`."""
        super().forget()
        if self._is_there:
            with suppress(EOFError, OSError):  # the next step finds out
                self._ask(None)

    def close(self) -> None:
        """End the other process, once it has done what it is at."""
        self._is_there = False
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        """Whether there is a process to ask. If there is none, one is begun."""
        if self._pipe is None and time.monotonic() - self._begun >= AGAIN_SECONDS:
            self._begin()
        if self._pipe is not None and not self._is_there and self._pipe.poll():
            self._is_there = bool(self._pipe.recv())
        return self._is_there

    def _begin(self) -> None:
        self._begun = time.monotonic()
        here, there = Pipe()
        with there:
            self._process = subprocess.Popen(  # our own program
                [*self._command, str(there.fileno())],
                pass_fds=[there.fileno()],
                stdin=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        self._pipe = here
        here.send(self._told)

    def _ask(self, what: object) -> Any:
        assert self._pipe is not None
        self._pipe.send(what)
        answer = self._pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def serve(number: int) -> None:
    """Take the steps that are asked for over a pipe, until nobody asks any more."""
    # A signal that asks us to stop goes to whoever asks, too, and must not stop us first.
    for asked_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked_to_stop, signal.SIG_IGN)
    os.nice(NICE)
    collect_seldom()
    with Connection(number) as pipe, suppress(EOFError, ConnectionError):
        databases, timezone = pipe.recv()
        try:
            feed = Feed(Reader(databases, timezone), databases.engine("views"))
        except SQLAlchemyError:
            log.exception("what is to be fed cannot be reached")
            return
        pipe.send(True)  # it is there
        while True:
            pipe.send(_done(feed, pipe.recv()))


def _done(feed: Feed, asked: Any) -> int | Exception:
    try:
        if asked is not None:
            return feed.step(*asked)
        feed.forget()
    except Exception as error:
        log.exception("the views could not be fed")
        feed.forget()
        return FailedApart(type(error).__name__)
    return 0
