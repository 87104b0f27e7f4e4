"""When more comes than can be stored in good time, Pakta says so at once."""

import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from domain.databases import MAX_OVERFLOW, POOL_SIZE
from domain.journal import Command, Step
from domain.journal.appending import lock
from tests.api.doors import Doors, fact, problem, proposed
from tests.journal.people import SECONDS, command
from tests.journal.people import fact as facts


def waiting() -> Command:
    return command(Step(None, (facts("annotated", note="Waits"),)))


def test_a_request_that_would_wait_too_long_is_declined_and_may_be_sent_again(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(data_dir=tmp_path, queue=1))) as client:
        doors = Doors.of(client).as_("kota-bandung")
        agreement = doors.open()
        journal = client.app.state.running.journal  # type: ignore[attr-defined]  # it is ours
        with journal.recorder.appender.begin() as connection:
            lock(connection)
            futures = [journal.submit(waiting())]
            while journal.writer._jobs.qsize():  # until the writer has taken it up, and is held up itself
                time.sleep(0.001)
            futures.append(journal.submit(waiting()))
            answer = doors.post(f"/agreements/{agreement}/events", fact("annotated", note="Seen"))
            told = problem(answer, 503, "busy")
        assert [future.exception(SECONDS) for future in futures]  # these were answered when their turn came
        assert answer.headers["Retry-After"] == "1"
        assert told["detail"].endswith("Nothing of this request was stored.")
        again = doors.post(f"/agreements/{agreement}/events", fact("annotated", note="Seen"))
        assert again.status_code == 201


def test_whoever_finds_every_connection_in_use_may_ask_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.databases.POOL_SECONDS", 0.05)
    with TestClient(create_app(Settings(data_dir=tmp_path))) as client, ExitStack() as in_use:
        doors = Doors.of(client).as_("kota-bandung")
        people = doors.running.directory.engine
        for _ in range(POOL_SIZE + MAX_OVERFLOW):
            in_use.enter_context(people.connect())
        answer = doors.post("/agreements", proposed())
        problem(answer, 503, "unavailable")
        assert answer.headers["Retry-After"] == "1"
