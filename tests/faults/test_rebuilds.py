"""A rebuild that is killed at any moment leaves the old view serving; the next one makes the same bytes."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2

from domain.databases import Databases
from domain.journal import Journal
from projections.follower import Follower
from tests.conftest import JAKARTA, Clock
from tests.faults.conftest import Serve
from tests.faults.launcher import launching
from tests.faults.oracle import Verdict
from tests.faults.served import CHECKOUT, PAKTA, Served
from tests.faults.tally import Tally
from tests.journal.following import rows
from tests.journal.histories import recorded

MOST_STATEMENTS = 200  # of a rebuild of so few entries
PAUSE_SECONDS = 0.05
QUESTIONS = [f"/api/v1/{view}" for view in ("agreements", "visits", "commitments", "parties", "summary")]


@contextmanager
def asked_all_the_time(served: Served) -> Iterator[list[str]]:
    """Ask for the views until the end. Gives whatever was not answered as at first."""
    done, odd = threading.Event(), list[str]()

    def ask() -> None:
        with httpx2.Client(base_url=served.address, timeout=30) as client:
            first = {question: client.get(question).text for question in QUESTIONS}
            while not done.is_set():
                for question in QUESTIONS:
                    answer = client.get(question)
                    if (answer.status_code, answer.text) != (200, first[question]):
                        odd.append(f"{question}: {answer.status_code}")
                done.wait(PAUSE_SECONDS)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        try:
            yield odd
        finally:
            done.set()
            asking.result()


def rebuild(place: Path, program: tuple[str, ...]) -> int:
    """`pakta rebuild` in a process of its own. Its exit status."""
    command = [sys.executable, *program, "rebuild", "--data", str(place)]
    return subprocess.run(command, cwd=CHECKOUT, env=os.environ, capture_output=True, check=False).returncode


def rows_at(place: Path) -> dict[str, list[str]]:
    """Every row of every view, in no order."""
    databases = Databases(folder=place)
    journal = Journal(databases, JAKARTA, "0.1.0")
    follower = Follower(journal, databases)
    try:
        return rows(follower)
    finally:
        follower.stop()
        journal.close()


def test_a_rebuild_that_is_killed_at_any_moment(
    serve: Serve, tally: Tally, sqlite_databases: Databases, clock: Clock
) -> None:
    place = sqlite_databases.folder
    assert place is not None
    journal = Journal(sqlite_databases, JAKARTA, "0.1.0", clock)
    for number in range(3):
        recorded(journal, clock, tally.seed + number)
    head = journal.head()
    journal.close()
    served = serve(place).start()
    served.wait_until_level()
    whole, most = rows_at(place), MOST_STATEMENTS
    with asked_all_the_time(served) as odd:
        for _ in tally.rounds("rebuild killed at any moment", "SQLite", short=1, long=20):
            while True:  # it may be through before it comes to that statement
                nth = tally.chance.randint(1, most)
                killing = launching(kill=("views", "", "before", nth), armed=True)
                if rebuild(place, killing) == -signal.SIGKILL:
                    break
                most = nth
            if rows_at(place) != whole:
                odd.append("the old view is not what it was")
            assert rebuild(place, PAKTA) == 0
            if rows_at(place) != whole:
                odd.append("the new view is not the old one")
            tally.note(Verdict(head, head, wrong=odd))
