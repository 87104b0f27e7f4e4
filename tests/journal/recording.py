"""Processes that record: `python -m tests.journal.recording PLACE PROCESSES COMMANDS AGREEMENT...`.

They are forks of one process that has loaded everything and opened nothing. It says their ids, waits for
a line, and lets all begin at the same moment. Each opens the journal, adds to one agreement after the
other, and says the agreement, version and position of what was acknowledged as soon as it hears of it.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.journal import Journal
from tests.journal.library_factory import at
from tests.journal.people import SECONDS, adding

CHECKOUT = Path(__file__).parents[2]
AT_ONCE = 5


def recorders(
    place: str, processes: int, commands: int, agreements: Sequence[UUID] = ()
) -> "subprocess.Popen[str]":
    """Start such processes."""
    wanted = [place, str(processes), str(commands), *map(str, agreements)]
    command = [sys.executable, "-m", "tests.journal.recording", *wanted]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=CHECKOUT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def say(words: str) -> None:
    """One write for each line, so that those of several processes do not mix."""
    os.write(1, f"{words}\n".encode())


def record(place: str, commands: int, agreements: Sequence[UUID], begin: Event) -> None:
    begin.wait()
    journal = Journal(at(place), ZoneInfo("Asia/Jakarta"), "0.1.0")
    for number in range(0, commands, AT_ONCE):
        targets = [agreements[n % len(agreements)] for n in range(number, min(commands, number + AT_ONCE))]
        for future in [journal.submit(adding(agreement)) for agreement in targets]:
            [result] = future.result(SECONDS).results
            say(f"{result.agreement} {result.version} {result.position}")
    journal.close()


def main(place: str, count: int, commands: int, agreements: Sequence[UUID]) -> int:
    """How many did not come to their end."""
    forks = multiprocessing.get_context("fork")
    begin = forks.Event()
    processes = [
        forks.Process(target=record, args=(place, commands, agreements, begin)) for _ in range(count)
    ]
    for process in processes:
        process.start()
    say(" ".join(str(process.pid) for process in processes))
    sys.stdin.readline()
    begin.set()
    for process in processes:
        process.join()
    return sum(process.exitcode != 0 for process in processes)


if __name__ == "__main__":
    place, processes, commands, *agreements = sys.argv[1:]
    sys.exit(main(place, int(processes), int(commands), [UUID(agreement) for agreement in agreements]))
