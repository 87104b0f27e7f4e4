"""Places where the data of a test lies, on either engine, as the command line is told of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.app import create_app
from api.running import Running
from api.settings import Settings
from domain.journal.schema import heads
from tests.api.commands import pakta
from tests.api.doors import Doors, fact, proposed

MakePlace = Callable[[str], "Place"]
Lines = list[bytes]
PDF = b"%PDF-1.7\nA memorandum"
OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}
engines = pytest.mark.parametrize("engine", OTHER)


class Place:
    """Where data may lie, as the command line is told of it."""

    def __init__(self, where: Path | str) -> None:
        self.settings = Settings(
            data_dir=where if isinstance(where, Path) else None,
            database_url=where if isinstance(where, str) else None,
            public_reading=True,
        )
        self.arguments = ["--data", str(where)] if isinstance(where, Path) else []
        self.variables = {"PAKTA_DATABASE_URL": where} if isinstance(where, str) else {}

    def pakta(self, *arguments: str | Path, exit_code: int = 0, **more: str) -> str:
        """Carry out a command here. What it said."""
        run = pakta(*arguments, *self.arguments, **self.variables, **more)
        assert run.exit_code == exit_code, run.output
        return run.stderr if exit_code else run.stdout

    @contextmanager
    def doors(self) -> Iterator[Doors]:
        with TestClient(create_app(self.settings)) as client:
            yield Doors.of(client)

    @contextmanager
    def running(self) -> Iterator[Running]:
        running = Running.open(self.settings, follow=False)
        try:
            yield running
        finally:
            running.close()

    def heads(self) -> set[tuple[Any, ...]]:
        with self.running() as running, running.journal.engine.connect() as connection:
            return {tuple(row) for row in connection.execute(sa.select(heads))}

    def everything(self) -> list[Any]:
        """What the views tell."""
        lists = ("agreements", "visits", "commitments", "parties", "fields", "summary", "events")
        with self.doors() as doors:
            assert doors.running.follower.wait_for(doors.running.head_at_start, 30)
            return [doors.get(f"/{name}") for name in lists]


def record(at: Place) -> str:
    """A few agreements, one of which has a scan. Returns a token with which to go on."""
    with at.doors() as nobody:
        token = nobody.running.directory.issue("kota-bandung", "coordinator")
        doors = Doors(nobody.client, token)
        scan = doors.ask("POST", "/documents", content=PDF).json()["sha256"]
        evidence = [{"title": "Nota – 谅解备忘录\n", "sha256": scan}]
        signed = fact("mou_signed", "2024-05", valid_until="2027", evidence=evidence)
        first = doors.open(signed, fact("annotated", note="a \u2028 b"), reference="B/1")
        doors.open(title="Rahasia", visibility="organisation")
        doors.record(first, fact("granted", organisation="otorita-ikn"))
        doors.post("/agreements", proposed(title="Twin", reference="B/2"), key="again")
    return token


def exported(at: Place, to: Path) -> Lines:
    at.pakta("export", "--journal", to)
    return to.read_bytes().splitlines(keepends=True)
