"""A process that records: `python -m tests.journal.recording PLACE COUNT AGREEMENT...`.

It says `ready`, waits for a line, and then says the agreement, version and position of whatever was
acknowledged, in the moment in which it hears of it. It adds to each agreement in turn.
"""

import subprocess
import sys
from pathlib import Path
from uuid import UUID

from domain.journal import Journal
from tests.conftest import JAKARTA
from tests.journal.library_factory import at
from tests.journal.people import SECONDS, adding

CHECKOUT = Path(__file__).parents[2]
AT_ONCE = 5


def recorder(place: str, count: int, *agreements: UUID) -> "subprocess.Popen[str]":
    """Start such a process."""
    command = [sys.executable, "-m", "tests.journal.recording", place, str(count), *map(str, agreements)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=CHECKOUT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main(place: str, count: int, agreements: list[UUID]) -> None:
    say("ready")
    sys.stdin.readline()
    journal = Journal(at(place), JAKARTA, "0.1.0")
    for number in range(0, count, AT_ONCE):
        targets = [agreements[n % len(agreements)] for n in range(number, min(count, number + AT_ONCE))]
        for future in [journal.submit(adding(agreement)) for agreement in targets]:
            [result] = future.result(SECONDS).results
            say(f"{result.agreement} {result.version} {result.position}")
    journal.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [UUID(agreement) for agreement in sys.argv[3:]])
