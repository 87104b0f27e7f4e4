"""Pakta's command as tests give it: in this process, in one of its own, or as a server for a while."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from typer.testing import CliRunner, Result

from api import cli

CREATE = ("tokens", "create", "--organisation", "kota-bandung", "--role", "coordinator", "--data")
ROOT = Path(__file__).parents[2]
Done = subprocess.CompletedProcess[str]


def environment() -> dict[str, str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PAKTA_")}
    return bare | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


def pakta(*arguments: str | Path, **more: str) -> Result:
    """What a command does, in this process: beginning one takes seconds."""
    bare = dict.fromkeys(name for name in os.environ if name.startswith("PAKTA_"))
    result = CliRunner().invoke(cli.app, [*map(str, arguments)], env={**bare, **more})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def started(*arguments: str | Path) -> Done:
    """What a command does in a process of its own, as it is used."""
    command = [sys.executable, "-m", "api.cli", *map(str, arguments)]
    return subprocess.run(  # noqa: PLW1510  # how it ends is what is tested
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60
    )


@contextmanager
def serving(folder: Path, log: TextIO | None = None) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A server of its own, until it is stopped."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "api.cli", "serve", "--data", str(folder), "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=log, text=True
    ) as process:
        try:
            assert process.stdout is not None
            process_says = process.stdout.readline()
            assert process_says == f"Pakta serves on http://127.0.0.1:{port}\n"
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.kill()
