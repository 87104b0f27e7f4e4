"""Servers with as many workers as a test needs, to be asked over the network and to be killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from api.identity import Directory
from domain.agreement.access import Role
from tests.api.commands import environment
from tests.api.doors import Doors
from tests.api.places import Place
from tests.journal.following import eventually

ROOT = Path(__file__).parents[2]
START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@dataclass
class Server:
    """A server on a place; `process` is its first process, which the workers end with."""

    place: Place
    process: "subprocess.Popen[str]"
    port: int
    open_clients: ExitStack = field(default_factory=ExitStack)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self, organisation: str = "kota-bandung", role: Role = "coordinator") -> str:
        databases = self.place.settings.databases()
        directory = Directory(databases)
        try:
            return directory.issue(organisation, role)
        finally:
            databases.close()

    def client(self) -> httpx2.Client:
        """One connection that stays open, so that all of its requests reach the same worker."""
        limits = httpx2.Limits(max_connections=2, max_keepalive_connections=1)
        client = httpx2.Client(base_url=self.address, timeout=30, limits=limits)
        return self.open_clients.enter_context(client)

    def health(self, client: httpx2.Client) -> dict[str, Any]:
        told: dict[str, Any] = client.get("/readyz").json()
        return told

    def workers(self, count: int, token: str) -> dict[int, Doors]:
        """A client at each worker, by the id of its process."""
        found: dict[int, Doors] = {}

        def all_found() -> bool:
            client = self.client()
            with suppress(httpx2.TransportError):
                found.setdefault(self.health(client)["process"], Doors(client, token))  # type: ignore[arg-type]  # asked in the same way
            return len(found) >= count

        assert eventually(all_found, START_SECONDS), found.keys()
        return found

    def stop(self) -> float:
        """Ask it to stop. How many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return time.monotonic() - began


@contextmanager
def serving(place: Place, *arguments: str, **variables: str) -> Iterator[Server]:
    """A server, until it is killed."""
    port = free_port()
    command = [sys.executable, "-m", "api.cli", "serve", *place.arguments, "--port", str(port), *arguments]
    told = environment() | {"PAKTA_PUBLIC_READING": "1"} | place.variables | variables
    with subprocess.Popen(command, cwd=ROOT, env=told, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"Pakta serves on http://127.0.0.1:{port}\n"
            server = Server(place, process, port)
            with server.open_clients:
                yield server
        finally:
            process.kill()


def is_there(process: int) -> bool:
    """Whether a process lives, or has ended and nobody took note of it."""
    with suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False
