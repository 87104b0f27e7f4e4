"""When more comes than can be stored in good time, Pakta says so at once."""

import time
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from domain.journal import Command, Step
from domain.journal.appending import lock
from tests.api.doors import Doors, fact, problem
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
