"""Servers in processes of their own: Pakta, and those that validate the same body and do nothing with it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import Response

from api import logs
from api.app import create_app
from api.bodies import read_json
from api.identity import writer
from api.server import OURS
from api.settings import Settings
from domain.databases import Databases
from domain.facts import LATER_FACT

CHECKOUT = Path(__file__).parents[2]
START_SECONDS = 120


class Served(NamedTuple):
    """Where a server answers, and its process."""

    port: int
    process: int

    def memory(self) -> float:
        """Resident, in MB."""
        pages = Path(f"/proc/{self.process}/statm").read_text(encoding="utf-8").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def pakta(databases: Databases, *arguments: str) -> Iterator[Served]:
    """Pakta as it is served, once it is ready."""
    lies = ("PAKTA_DATABASE_URL", databases.url) if databases.url else ("PAKTA_DATA_DIR", databases.folder)
    where = {lies[0]: str(lies[1])}
    with _served([sys.executable, "-m", "api.cli", "serve", *arguments], where, "/readyz") as server:
        yield server


@contextmanager
def idle() -> Iterator[Served]:
    """The one that does nothing."""
    with _served([sys.executable, "-m", "benchmarks.posting.servers"], {}, "/readyz") as server:
        yield server


@contextmanager
def behind_doors(databases: Databases) -> Iterator[Served]:
    """The same behind Pakta's own doors: who sends it is asked, the request is watched and logged."""
    where = {"PAKTA_DATA_DIR": str(databases.folder)}
    command = [sys.executable, "-m", "benchmarks.posting.servers", "--doors"]
    with _served(command, where, "/readyz") as server:
        yield server


@contextmanager
def _served(command: list[str], where: dict[str, str], path: str) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    # As somebody would start it, from compiled code.
    hidden = ("PAKTA_", "PYTHONDONTWRITEBYTECODE")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        cwd=CHECKOUT,
        env=bare | where | {"PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(f"http://127.0.0.1:{port}{path}")
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _await(address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            with urlopen(address, timeout=5):  # noqa: S310  # our own server
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


def doing_nothing() -> FastAPI:
    """Reads the body of a fact and validates it as Pakta does, and no more."""
    app = FastAPI()

    @app.get("/readyz")
    async def ready() -> dict[str, bool]:
        return {"ready": True}

    @app.post("/api/v1/agreements/{agreement}/events")
    async def record(agreement: str, request: Request) -> Response:
        LATER_FACT.validate_json(await request.body())
        return Response(f'{{"agreement":"{agreement}"}}', status_code=201, media_type="application/json")

    return app


def doing_nothing_behind_doors() -> FastAPI:
    """Pakta with one more door, which takes a fact from somebody and does nothing with it."""
    logs.configure("json")
    app = create_app(Settings())

    @app.post("/api/v1/agreements/{agreement}/nothing")
    async def record(request: Request) -> Response:
        await writer(request)
        await read_json(request, LATER_FACT)
        agreement = request.path_params["agreement"]
        return Response(f'{{"agreement":"{agreement}"}}', status_code=201, media_type="application/json")

    app.router.routes.insert(0, app.router.routes.pop())  # where those that record are: they are found first
    return app


if __name__ == "__main__":
    made = doing_nothing_behind_doors() if "--doors" in sys.argv else doing_nothing()
    uvicorn.run(made, host="127.0.0.1", port=int(sys.argv[-1]), **OURS)
