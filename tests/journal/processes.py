"""A process that follows, feeds or rebuilds, to be killed: `python -m tests.journal.processes follow PLACE`.

It says when it leads, or after each batch how far its rebuild is, and waits for a word before it goes on.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

from api.running import FEEDING
from domain.databases import Databases
from domain.journal import Journal
from projections import rebuilding
from projections.follower import Follower
from tests.journal.library_factory import at, place_of

CHECKOUT = Path(__file__).parents[2]


@contextmanager
def process(what: str, databases: Databases) -> Iterator["subprocess.Popen[str]"]:
    """Such a process, killed at the end."""
    command = [sys.executable, "-m", "tests.journal.processes", what, place_of(databases)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=pipe, stdout=pipe, text=True) as started:
        try:
            yield started
        finally:
            started.kill()


def said(started: "subprocess.Popen[str]") -> str:
    """The next line that it says."""
    assert started.stdout is not None
    return started.stdout.readline().strip()


def follow(follower: Follower) -> None:
    follower.start()
    while not follower.leads:
        time.sleep(0.02)
    print("leads", flush=True)  # noqa: T201  # to the test that started it
    sys.stdin.read()


def feed(follower: Follower) -> None:
    """Say which process feeds the views for this one, and die at once."""
    while follower.feed.process is None:
        follower.feed.step(follower.projections)
        time.sleep(0.02)
    print(follower.feed.process, flush=True)  # noqa: T201  # to the test that started it
    os.kill(os.getpid(), signal.SIGKILL)


def rebuild(follower: Follower) -> None:
    rebuilding.BATCH = 5

    def tell(progress: rebuilding.Progress) -> None:
        print(progress.position, flush=True)  # noqa: T201  # to the test that started it
        sys.stdin.readline()

    follower.rebuild((), tell)


if __name__ == "__main__":
    databases = at(sys.argv[2])
    feeding = (*FEEDING, "json") if sys.argv[1] == "feed" else ()
    one = Follower(Journal(databases, ZoneInfo("Asia/Jakarta"), "0.1.0"), databases, feeding)
    {"feed": feed, "follow": follow, "rebuild": rebuild}[sys.argv[1]](one)
