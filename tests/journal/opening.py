"""Many processes that open one store at the same moment: `python -m tests.journal.opening PLACE COUNT`.

They are forks of one process that has loaded everything and opened nothing.
"""

import multiprocessing
import sys
from multiprocessing.synchronize import Barrier

from domain.journal import Journal
from tests.conftest import JAKARTA
from tests.journal.library_factory import at


def open_one(place: str, together: Barrier) -> None:
    together.wait()
    Journal(at(place), JAKARTA, "0.1.0").close()


def main(place: str, count: int) -> int:
    """How many failed."""
    forks = multiprocessing.get_context("fork")
    together = forks.Barrier(count)
    processes = [forks.Process(target=open_one, args=(place, together)) for _ in range(count)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return sum(process.exitcode != 0 for process in processes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
