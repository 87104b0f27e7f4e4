"""The commands that look after views: rebuild them, list them, let one go on that is stuck."""

import json
import sqlite3
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.running import Running
from api.settings import Settings
from projections.parties import Parties
from projections.register import Register
from tests.api.commands import CREATE, pakta, serving
from tests.api.doors import Doors, proposed
from tests.journal.following import eventually
from tests.journal.people import opened


def test_views_are_rebuilt_to_the_same(five_articles: tuple[Path, str]) -> None:
    folder, _ = five_articles
    settings = Settings(data_dir=folder, public_reading=True)

    def everything() -> list[str]:
        with TestClient(create_app(settings)) as client:
            lists = ("agreements", "visits", "commitments", "parties", "fields", "summary")
            return [json.dumps(Doors.of(client).get(f"/{name}")) for name in lists]

    before = everything()
    run = pakta("rebuild", "--data", folder)
    assert (run.exit_code, run.stdout.splitlines()[-1][:20]) == (0, "rebuilt to position ")
    assert pakta("rebuild", "timeline", "parties", "--data", folder).exit_code == 0
    assert everything() == before


def test_rebuilt_views_are_switched_only_if_they_are_the_same_when_that_is_asked(tmp_path: Path) -> None:
    folder = with_an_agreement(tmp_path)
    assert pakta("rebuild", "--data", folder).exit_code == 0
    assert pakta("rebuild", "--compare", "--data", folder).exit_code == 0
    with sqlite3.connect(folder / "views.db", isolation_level=None) as views:
        views.execute("DELETE FROM timeline")
    run = pakta("rebuild", "--compare", "--data", folder)
    assert (run.exit_code, run.stdout) == (1, "")
    assert "timeline: 0 rows only in the old, 1 only in the new" in run.stderr
    assert views.execute("SELECT count(*) FROM timeline").fetchone() == (0,)
    assert pakta("rebuild", "timeline", "--data", folder).exit_code == 0
    assert views.execute("SELECT count(*) FROM timeline").fetchone() == (1,)
    views.close()


def test_a_rebuild_tells_a_log_how_far_it_is(tmp_path: Path) -> None:
    run = pakta("rebuild", "--data", with_an_agreement(tmp_path))
    assert run.stderr.splitlines() == ["position 1 of 1, about 0 s left"]


def test_a_rebuild_that_is_interrupted_says_that_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = with_an_agreement(tmp_path)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Parties, "rows", interrupted)
        run = pakta("rebuild", "--data", folder)
        assert (run.exit_code, run.stdout) == (1, "")
        assert run.stderr.splitlines()[-1] == "interrupted; the next rebuild goes on from here"
    assert "rebuilt up to 0" in pakta("projections", "--data", folder).stdout
    assert pakta("rebuild", "--data", folder).exit_code == 0
    assert "rebuilt up to" not in pakta("projections", "--data", folder).stdout


def test_views_are_rebuilt_while_a_server_runs(tmp_path: Path) -> None:
    with serving(tmp_path) as (address, _), httpx2.Client(base_url=address, timeout=10) as client:
        doors = Doors(client, pakta(*CREATE, tmp_path).stdout.strip())  # type: ignore[arg-type]  # asked in the same way
        for number in range(3):
            assert doors.post("/agreements", proposed(title=str(number))).status_code == 201
            assert pakta("rebuild", "--data", tmp_path).exit_code == 0
            answer = doors.ask("GET", f"/agreements?min_position={number + 1}")
            assert len(answer.json()["items"]) == number + 1


def test_the_projections_are_listed_and_one_that_is_stuck_goes_on_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = with_an_agreement(tmp_path)

    def fails(*_: object) -> None:
        raise ValueError("poison")

    with monkeypatch.context() as patch:
        patch.setattr(Parties, "rows", fails)
        run = pakta("rebuild", "--data", folder)
        assert (run.exit_code, run.stdout) == (1, "")
        assert run.stderr.splitlines()[-1] == "parties is stuck at position 1: ValueError: poison"
        with TestClient(create_app(Settings(data_dir=folder))) as client:
            follower = Doors.of(client).running.follower
            assert eventually(lambda: {s.state for s in follower.standings()} == {"following", "stuck"})
    listed = pakta("projections", "--data", folder)
    assert listed.exit_code == 0
    lines = {line.split()[0]: line.split(" ", 1)[1].strip() for line in listed.stdout.splitlines()}
    assert (
        lines["parties"] == f"version {Parties.version}, position 0, 1 behind, stuck at 1: ValueError: poison"
    )
    assert lines["register"] == f"version {Register.version}, position 1, 0 behind, following"
    assert pakta("status", "--data", folder).exit_code == 1
    assert pakta("projections", "skip", "parties", "--data", folder).exit_code == 0
    told = pakta("projections", "--data", folder).stdout
    assert f"version {Parties.version}, position 1, 0 behind, following, skipped 1" in told
    assert pakta("projections", "skip", "parties", "--data", folder).exit_code == 1
    assert pakta("projections", "resume", "parties", "--data", folder).exit_code == 0
    for command in ("skip", "resume"):
        assert pakta("projections", command, "nothing", "--data", folder).exit_code == 2


def with_an_agreement(folder: Path) -> Path:
    """A folder in which an agreement is recorded, and not yet in the views."""
    running = Running.open(Settings(data_dir=folder), follow=False)
    opened(running.journal)
    running.close()
    return folder
