"""Starting: many at once on a store that nobody has used, and what is left of a start that fails."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool

from api import running as rooms
from api.documents import Documents
from api.running import Running
from api.settings import Settings
from domain.databases import Databases
from tests.api.commands import ROOT, environment
from tests.api.places import MakePlace, engines

AT_ONCE = 20
# They are forked when everything is imported, so that they begin at the same moment.
STARTS = f"""
import os, sys, traceback
from api.running import Running
from api.settings import Settings

def start():
    running = Running.open(Settings())
    assert running.journal.head() == 0
    assert len(running.follower.checkpoints()) == 6
    running.close()

begin, others_begin = os.pipe()
processes = []
for _ in range({AT_ONCE}):
    process = os.fork()
    if not process:
        os.close(others_begin)
        os.read(begin, 1)
        try:
            start()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    processes.append(process)
os.close(others_begin)
print([os.waitpid(process, 0)[1] for process in processes])
"""


@engines
def test_twenty_processes_may_start_at_the_same_moment_on_an_empty_store(
    place: MakePlace, engine: str
) -> None:
    at = place(engine)
    folder = {"PAKTA_DATA_DIR": at.arguments[1]} if at.arguments else {}
    told = environment() | at.variables | folder
    command = [sys.executable, "-c", STARTS]
    run = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False)
    assert run.stderr == ""
    assert run.stdout == f"{[0] * AT_ONCE}\n"


def test_a_start_that_fails_midway_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Engine] = []
    given: list[Databases] = []

    class Broken(Documents):
        def __init__(self, databases: Databases) -> None:
            given.append(databases)
            opened.extend(databases.opened)
            raise OperationalError("CREATE TABLE", None, Exception("disk full"))

    monkeypatch.setattr(rooms, "Documents", Broken)
    with pytest.raises(OperationalError, match="disk full"):
        Running.open(Settings(data_dir=tmp_path))
    assert len(opened) > 3
    assert given[0].opened == []
    assert all(isinstance(one.pool, QueuePool) and one.pool.checkedin() == 0 for one in opened)
