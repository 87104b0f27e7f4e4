"""One order for all, whoever records: threads, several journals, several processes, some of them killed."""

import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

from domain.databases import Databases
from domain.journal import Entry, Journal
from tests.conftest import JAKARTA, OpenJournal
from tests.journal.library_factory import place_of
from tests.journal.people import SECONDS, adding, carry_out, opened
from tests.journal.recording import recorders

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
        while not self._over.wait(0.01):
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


def begin(processes: "subprocess.Popen[str]") -> list[int]:
    """Let processes record once all of them are there. Their ids."""
    assert processes.stdin is not None
    assert processes.stdout is not None
    ids = [int(word) for word in processes.stdout.readline().split()]
    processes.stdin.write("begin\n")
    processes.stdin.flush()
    return ids


def ended(processes: "subprocess.Popen[str]") -> list[Acknowledged]:
    """What processes heard until all had come to their end."""
    lines, errors = processes.communicate(timeout=2 * SECONDS)
    assert (processes.returncode, errors) == (0, "")
    return told(lines)


def told(lines: str) -> list[Acknowledged]:
    """What processes heard."""
    words = [line.split() for line in lines.splitlines()]
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
    with Tail(journal) as tail, recorders(place_of(databases), 3, 60, agreements) as processes:
        begin(processes)
        acknowledged = ended(processes)
    assert len(acknowledged) == 180
    is_in_order(journal, tail, acknowledged)


def test_what_killed_processes_had_been_told_is_kept(databases: Databases, journal: Journal) -> None:
    agreements = [opened(journal) for _ in range(3)]
    with Tail(journal) as tail, recorders(place_of(databases), 3, 2_000, agreements) as processes:
        assert processes.stdout is not None
        ids = begin(processes)
        heard = [processes.stdout.readline() for _ in range(100)]
        for victim in ids:
            os.kill(victim, signal.SIGKILL)
        acknowledged = told("".join([*heard, processes.stdout.read()]))
        assert processes.wait(SECONDS) == 3
        carry_out(journal, adding(agreements[0]))  # nobody holds the lock any longer
    assert len(acknowledged) >= 100
    assert len(acknowledged) < 6_000
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


def test_twenty_processes_may_open_an_empty_store_at_once(
    databases: Databases, open_journal: OpenJournal
) -> None:
    with recorders(place_of(databases), 20, 0) as processes:
        begin(processes)
        assert ended(processes) == []
    assert open_journal(databases).head() == 0
