"""A `pakta serve` of its own on this machine: started, signalled and ended by its id."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self
from urllib.error import HTTPError
from urllib.request import urlopen

from api.identity import Directory
from api.settings import Settings

CHECKOUT = Path(__file__).parents[2]
START_SECONDS = 60.0
PAKTA = ("-m", "api.cli")


class Served:
    """A server over a folder (SQLite) or an address (PostgreSQL), at the same port whenever it is started.

    `program` is what Python runs, by default Pakta itself; `arguments` are further ones of `serve`.
    """

    def __init__(
        self,
        where: Path | str,
        folder: Path,
        *,
        program: Sequence[str] = PAKTA,
        arguments: Sequence[str] = (),
        **variables: str,
    ) -> None:
        embedded = isinstance(where, Path)
        self.settings = Settings(
            data_dir=where if embedded else None,
            database_url=None if embedded else where,
            public_reading=True,
        )
        self.engine = "SQLite" if embedded else "PostgreSQL"
        self.program = program
        self.log = folder / "served.log"
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.arguments = ["serve", "--port", str(self.port), *arguments]
        place = {"PAKTA_DATA_DIR": str(where)} if embedded else {"PAKTA_DATABASE_URL": str(where)}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PAKTA_")}
        self.environment = {**kept, **place, "PAKTA_PUBLIC_READING": "true", **variables}
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def token(self) -> str:
        """A new token of a coordinator."""
        directory = Directory(self.settings.databases())
        try:
            return directory.issue("kota-bandung", "coordinator")
        finally:
            directory.close()

    def begin(self) -> None:
        """Start it, and do not wait."""
        assert self.process is None, "it runs already"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, *self.arguments],
                cwd=CHECKOUT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests, which then end it
            )

    def start(self) -> Self:
        """Start it, and wait until it is ready.

        Raises:
            TimeoutError: it was not in time, or it ended.
        """
        self.begin()
        self.wait_until_ready()
        return self

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until its views have reached the head that it found when it started."""
        self.wait_until(lambda report: report["ready"], seconds)

    def wait_until_level(self, seconds: float = START_SECONDS) -> dict[str, Any]:
        """Wait until every view has reached the head of the journal. What /readyz says then."""
        return self.wait_until(
            lambda report: all(v["position"] == report["head"] for v in report["projections"].values()),
            seconds,
        )

    def wait_until(self, holds: Any, seconds: float) -> dict[str, Any]:
        """Wait until something holds of what /readyz says, and give that."""
        until = time.monotonic() + seconds
        while (report := self.readyz()) is None or not holds(report):
            assert self.process is not None
            if time.monotonic() > until or self.process.poll() is not None:
                ended = self.process.returncode
                told = self.log.read_text(errors="replace")[-2000:]
                raise TimeoutError(f"not in time (ended: {ended}); it said: {report}\n{told}")
            time.sleep(0.02)
        return report

    def readyz(self) -> dict[str, Any] | None:
        """What it says of its readiness; None if it does not answer."""
        try:
            with urlopen(f"{self.address}/readyz", timeout=10) as answer:  # noqa: S310  # our own address
                return dict(json.load(answer))
        except HTTPError as error:
            with error:
                body = json.load(error)
            return dict(body) if "head" in body else None
        except (OSError, ValueError):
            return None

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once (SIGKILL), if it runs."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self, seconds: float = 30) -> tuple[int, float]:
        """Ask it to stop (SIGTERM). Its exit status, and how many seconds it took.

        Raises:
            subprocess.TimeoutExpired: it did not stop in time; it is killed.
        """
        assert self.process is not None
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        try:
            status = self.process.wait(seconds)
        finally:
            self.kill()
        return status, time.monotonic() - began

    def ended(self, seconds: float = START_SECONDS) -> int:
        """Wait until it has ended by itself. Its exit status."""
        assert self.process is not None
        status = self.process.wait(seconds)
        self.process = None
        return status


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
