"""A Pakta of one's own, on a free port of this machine, for as long as it is needed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from uuid import NAMESPACE_URL, uuid5

from api.terminal import directory

ROOT = Path(__file__).resolve().parents[2]
ORGANISATION = "treaties"
ACTOR = str(uuid5(NAMESPACE_URL, "pakta:bench:treaties"))
START_SECONDS = 60
PAKTA = (sys.executable, "-m", "api.cli")


class CouldNotStart(Exception):
    """The server did not come up."""


@contextmanager
def own_pakta(data: Path) -> Iterator[tuple[str, str]]:
    """The address of a server over a folder, and a token for it. It is stopped at the end."""
    port = _free_port()
    command = [*PAKTA, "serve", "--data", str(data), "--port", str(port)]
    # In a session of its own, Ctrl-C reaches this process alone, which then stops the server in good order.
    server = subprocess.Popen(command, cwd=ROOT, env=_environment(), start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(server, address)
        with _token(data) as token:
            yield address, token
    finally:
        server.terminate()
        server.wait()


def _environment() -> dict[str, str]:
    """What lies in the folder counts, whatever Pakta is used for otherwise."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PAKTA_")}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _token(data: Path) -> Iterator[str]:
    """A token for as long as it is needed, always of the same actor: keys are remembered by actor."""
    with directory(data) as people:
        try:
            yield people.issue(ORGANISATION, "coordinator", ACTOR)
        finally:
            people.revoke(ACTOR)


def _wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise CouldNotStart(f"the server ended with status {server.returncode}")
        try:
            with urlopen(f"{address}/livez", timeout=1):  # noqa: S310  # our own address
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise CouldNotStart(f"the server did not answer within {START_SECONDS} s")
