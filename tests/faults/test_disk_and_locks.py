"""A full disk and a lock that somebody else holds are told as such, harm nothing, and pass."""

import random
import resource
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from tests.faults.conftest import LoadAt, Serve
from tests.faults.launcher import launching
from tests.faults.load import Load
from tests.faults.served import Served
from tests.faults.tally import Tally

UNLIMITED = resource.RLIM_INFINITY


def limit_files_to(served: Served, size: int) -> None:
    """Let a server write no file beyond a size, as if the disk were full there (the soft limit)."""
    assert served.process is not None
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (size, UNLIMITED))


def fill_up_to_a_size(served: Served, chance: random.Random) -> None:
    assert served.settings.data_dir is not None
    written = (served.settings.data_dir / "journal.db-wal").stat().st_size
    limit_files_to(served, chance.randrange(min(written, 2**20)))


FULL: dict[str, tuple[Callable[[Served, random.Random], None], Callable[[Served], None]]] = {
    "no file may grow": (fill_up_to_a_size, lambda served: limit_files_to(served, UNLIMITED)),
    "nothing may be written": (
        lambda served, _: served.signal(signal.SIGUSR1),
        lambda served: served.signal(signal.SIGUSR2),
    ),
}


def declined_since(load: Load, before: int, more: int, seconds: float = 30) -> None:
    """Wait until so many more commands have been declined."""
    until = time.monotonic() + seconds
    while len(load.declined) < before + more:
        assert time.monotonic() < until, f"only {len(load.declined) - before} were declined"
        time.sleep(0.01)


@pytest.mark.parametrize("how", FULL)
def test_a_disk_that_is_full(serve: Serve, load_at: LoadAt, tally: Tally, how: str) -> None:
    fill, free = FULL[how]
    served = serve(program=launching(room=True)).start()
    load = load_at(served)
    for _ in tally.rounds(f"disk full ({how})", "SQLite", short=1, long=50):
        load.start()
        load.wait_for(20)
        before = len(load.declined)
        fill(served, tally.chance)
        declined_since(load, before, 3)
        free(served)
        load.wait_for(5)
        tally.judge(served, load)
    assert {(one.status, one.code, one.retry_after) for one in load.declined} == {(503, "unavailable", "1")}


def test_a_scan_that_does_not_fit_on_the_disk_may_be_sent_again(serve: Serve, tmp_path: Path) -> None:
    served = serve()
    headers = {"Authorization": f"Bearer {served.token()}"}
    served.start()
    scan = b"%PDF-1.7\n" + b"0" * 100_000
    limit_files_to(served, 50_000)
    with httpx2.Client(base_url=served.address, headers=headers) as client:
        answer = client.post("/api/v1/documents", content=scan)
        assert answer.status_code in (503, 507), answer.text
        assert answer.headers["Retry-After"] == "1"
        limit_files_to(served, UNLIMITED)
        assert client.post("/api/v1/documents", content=scan).status_code == 201


def test_a_lock_that_another_process_holds(
    serve: Serve, load_at: LoadAt, tally: Tally, tmp_path: Path
) -> None:
    patience = 10_000 if tally.is_long else 800  # ms
    served = serve(program=launching(busy=patience))
    load = load_at(served)
    served.start()
    for number in tally.rounds("`database is locked` by another process", "SQLite", short=2, long=20):
        load.start()
        load.wait_for(5)
        before = len(load.declined)
        with closing(sqlite3.connect(tmp_path / "data" / "journal.db", isolation_level=None)) as other:
            other.execute(f"BEGIN {('IMMEDIATE', 'EXCLUSIVE')[number % 2]}")
            time.sleep(0.3)
            assert load.declined[before:] == [], "whoever holds it briefly is waited for"
            if number % 2 == 0:  # every other time, else it is held briefly
                declined_since(load, before, 1)
            other.rollback()
        load.wait_for(5)
        tally.judge(served, load, rebuild=number % 4 == 0)
    assert {(one.status, one.code, one.retry_after) for one in load.declined} == {(503, "unavailable", "1")}
    assert min(one.seconds for one in load.declined) > patience / 1000 * 0.5
