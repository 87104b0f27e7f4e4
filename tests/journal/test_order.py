"""One order for all, whoever records: threads, several journals, several processes, some of them killed."""

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Barrier
from uuid import UUID

import pytest

from domain.databases import Databases
from domain.journal import Entry, Journal
from tests.conftest import JAKARTA, OpenJournal
from tests.journal.library_factory import place_of
from tests.journal.people import SECONDS, adding, carry_out, opened
from tests.journal.recording import CHECKOUT, recorder

Acknowledged = tuple[UUID, int, int]


class Tail:
    """Reads on from the newest position that it has seen, as a follower does, and never looks back."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.seen: list[Entry] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> "Tail":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._over.wait(0.002):
            self._on()
        self._on()

    def _on(self) -> None:
        while page := self.journal.entries(self.seen[-1].position or 0 if self.seen else 0, 7):
            self.seen += page


def is_in_order(journal: Journal, tail: Tail, acknowledged: Sequence[Acknowledged]) -> None:
    """Positions are dense, versions contiguous, nothing was skipped, and nothing acknowledged is lost."""
    entries = journal.entries(0, 10_000)
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    assert tail.seen == entries
    versions: dict[UUID, list[int]] = {}
    for entry in entries:
        versions.setdefault(entry.agreement, []).append(entry.version)
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())
    assert len(set(acknowledged)) == len(acknowledged)
    assert {(e.agreement, e.version, e.position) for e in entries}.issuperset(acknowledged)


@contextmanager
def recorders(
    databases: Databases, count: int, lines: int, agreements: Sequence[UUID]
) -> Iterator[list[subprocess.Popen[str]]]:
    """Several processes that record, ready to begin at a word."""
    with ExitStack() as processes:
        started = [
            processes.enter_context(recorder(place_of(databases), lines, *agreements)) for _ in range(count)
        ]
        for process in started:
            processes.callback(process.kill)
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", process.stderr and process.stderr.read()
        yield started


def begin(processes: Sequence["subprocess.Popen[str]"]) -> None:
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("begin\n")
        process.stdin.flush()


def told(lines: str) -> list[Acknowledged]:
    """What a process heard; a line that was cut short by its end does not count."""
    words = [line.split() for line in lines.splitlines(keepends=True) if line.endswith("\n")]
    return [(UUID(agreement), int(version), int(position)) for agreement, version, position in words]


def test_threads_and_journals_share_one_order(databases: Databases, open_journal: OpenJournal) -> None:
    journals = [open_journal(databases) for _ in range(3)]
    agreements = [opened(journals[0]) for _ in range(4)]

    def record(number: int) -> list[Acknowledged]:
        heard = []
        for turn in range(15):
            wanted = adding(agreements[(number + turn) % len(agreements)])
            [result] = carry_out(journals[number % len(journals)], wanted).results
            heard.append((result.agreement, result.version, result.position))
        return heard

    with Tail(open_journal(databases)) as tail, ThreadPoolExecutor(12) as threads:
        acknowledged = [one for heard in threads.map(record, range(12)) for one in heard]
    is_in_order(journals[0], tail, acknowledged)
    assert journals[0].head() == 4 + 12 * 15


def test_processes_share_one_order(databases: Databases, journal: Journal) -> None:
    agreements = [opened(journal) for _ in range(3)]
    with Tail(journal) as tail, recorders(databases, 3, 60, agreements) as processes:
        begin(processes)
        ended = [process.communicate(timeout=SECONDS) for process in processes]
    assert [errors for _, errors in ended] == [""] * 3
    acknowledged = [one for lines, _ in ended for one in told(lines)]
    assert len(acknowledged) == 180
    is_in_order(journal, tail, acknowledged)


def test_what_a_killed_process_had_been_told_is_kept(databases: Databases, journal: Journal) -> None:
    agreements = [opened(journal) for _ in range(3)]
    with Tail(journal) as tail, recorders(databases, 2, 5_000, agreements) as processes:
        begin(processes)
        heard = []
        for process in processes:
            assert process.stdout is not None
            heard.append("".join(process.stdout.readline() for _ in range(40)))
            process.kill()
        rest = [process.communicate(timeout=SECONDS)[0] for process in processes]
        carry_out(journal, adding(agreements[0]))  # nobody holds the lock any longer
    acknowledged = [one for lines in (*heard, *rest) for one in told(lines)]
    assert len(acknowledged) >= 80
    is_in_order(journal, tail, acknowledged)


def test_twenty_threads_may_open_an_empty_store_at_once(databases: Databases) -> None:
    together = Barrier(20)

    def open_one(_: int) -> Journal:
        together.wait()
        return Journal(databases, JAKARTA, "0.1.0")

    with ThreadPoolExecutor(20) as threads:
        journals = list(threads.map(open_one, range(20)))
    agreement = opened(journals[0])
    assert [carry_out(journal, adding(agreement)).results[0].version for journal in journals] == list(
        range(2, 22)
    )
    for journal in journals:
        journal.close()


@pytest.mark.parametrize("attempt", range(2))
def test_twenty_processes_may_open_an_empty_store_at_once(
    databases: Databases, open_journal: OpenJournal, attempt: int
) -> None:
    command = [sys.executable, "-m", "tests.journal.opening", place_of(databases), "20"]
    ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert open_journal(databases).head() == 0
