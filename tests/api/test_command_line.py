"""The command line: what it prints, how it ends, and that a server stops without losing anything."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import httpx2
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from api import cli
from api.app import create_app
from api.demo import loading
from api.identity import PREFIX
from api.running import Running
from api.settings import Settings
from domain.agreement.access import Actor
from projections.parties import Parties
from projections.register import Register
from tests.api.doors import Doors, proposed
from tests.journal.following import eventually
from tests.journal.people import opened

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


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with the demo's agreements, and the id of the one with Nanning."""
    folder = tmp_path_factory.mktemp("data")
    ids: dict[str, str] = {}
    with TestClient(create_app(Settings(data_dir=folder))) as client:
        doors = Doors.of(client)
        for command in loading.commands():
            answer = doors.as_(command["as"]).post(command["post"].format(**ids), command["body"])
            assert answer.status_code == 201, answer.text
            opened = [one["agreement"] for one in answer.json().get("results", [answer.json()])]
            ids |= dict(zip(command.get("names", ()), opened, strict=False))
    return folder, ids["nanning"]


def test_a_new_token_is_printed_alone_and_lets_in(tmp_path: Path) -> None:
    run = started(*CREATE, tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    token = run.stdout.removesuffix("\n")
    assert token.startswith(PREFIX)
    assert len(token.split()) == 1
    with TestClient(create_app(Settings(data_dir=tmp_path))) as client:
        who = Doors.of(client).running.directory.actor(token)
        assert isinstance(who, Actor)
        assert (who.role, who.organisation) == ("coordinator", "kota-bandung")
        assert Doors(client, token).open()
    listed = pakta("tokens", "list", "--data", tmp_path).stdout
    assert who.id in listed
    assert token not in listed
    assert pakta("tokens", "revoke", who.id, "--data", tmp_path).exit_code == 0
    assert "revoked" in pakta("tokens", "list", "--data", tmp_path).stdout
    assert pakta("tokens", "revoke", who.id, "--data", tmp_path).exit_code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        "nothing",
        "serve --port 0 --data {}",
        "serve --port x --data {}",
        "serve --colour red",
        "replay --data {}",
        "replay nonsense --data {}",
        "replay 0d3adb33-0000-4000-8000-00000000cafe --as-of soon --data {}",
        "rebuild nothing --data {}",
        "tokens create --organisation kota-bandung --data {}",
        "tokens create --organisation kota-bandung --role mayor --data {}",
        "tokens create --organisation KotaBandung --role viewer --data {}",
    ],
)
def test_misuse_ends_with_2(tmp_path: Path, arguments: str) -> None:
    run = pakta(*arguments.format(tmp_path).split())
    assert run.exit_code == 2, run.stderr
    assert run.stdout == ""
    assert run.stderr


def test_misuse_ends_a_process_with_2(tmp_path: Path) -> None:
    run = started("tokens", "create", "--data", tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert "Traceback" not in run.stderr


def test_without_data_it_says_what_to_give() -> None:
    run = pakta("status")
    assert run.exit_code == 2
    assert "--data DIR" in run.stderr


def test_settings_that_cannot_be_are_misuse(tmp_path: Path) -> None:
    for wrong in ({"PAKTA_TIMEZONE": "Mars/Olympus"}, {"PAKTA_MAX_BODY_BYTES": "lots"}):
        run = pakta("status", "--data", tmp_path, **wrong)
        assert run.exit_code == 2


def test_the_folder_may_come_from_the_environment(tmp_path: Path) -> None:
    run = pakta("status", PAKTA_DATA_DIR=str(tmp_path))
    assert run.exit_code == 0
    assert "journal   position 0" in run.stdout


def test_the_status_tells_positions_counts_and_health(demo: tuple[Path, str]) -> None:
    folder, _ = demo
    assert pakta("rebuild", "--data", folder).exit_code == 0
    run = pakta("status", "--data", folder)
    assert run.exit_code == 0
    assert "agreements 10 (" in run.stdout
    assert "mou_signed 7" in run.stdout
    assert "networks 1" in run.stdout
    assert "well" in run.stdout


def test_a_replay_shows_the_state_after_each_entry(demo: tuple[Path, str]) -> None:
    folder, nanning = demo
    run = pakta("replay", nanning, "--data", folder, "--as-of", "2025-06-01")
    assert run.exit_code == 0
    lines = run.stdout.splitlines()
    assert len(lines) == 16
    assert "proposed  occurred ../2025-03" in lines[0]
    assert "status loi_signed" in lines[5]
    assert "follow-up tentative 2025-09" in lines[-1]
    assert len(pakta("replay", nanning, "--data", folder, "--known-at", "3").stdout.splitlines()) == 6
    none = pakta("replay", "0d3adb33-0000-4000-8000-00000000cafe", "--data", folder)
    assert (none.exit_code, none.stdout) == (1, "")
    wrong = pakta("replay", nanning, "--data", folder, "--known-at", "soon")
    assert wrong.exit_code == 2


def test_views_are_rebuilt_to_the_same(demo: tuple[Path, str]) -> None:
    folder, _ = demo
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


def test_a_server_answers_and_stops_with_all_that_it_acknowledged(tmp_path: Path) -> None:
    with serving(tmp_path) as (address, process):
        token = pakta(*CREATE, tmp_path).stdout.strip()
        acknowledged: list[str] = []
        with httpx2.Client(base_url=address, timeout=10) as client:
            doors = Doors(client, token)  # type: ignore[arg-type]  # asked in the same way
            assert doors.post("/agreements", proposed(kind="network")).status_code == 201

            def keep_recording() -> None:
                for number in range(100_000):
                    try:
                        answer = doors.post("/agreements", proposed(title=str(number), parties=[]))
                    except httpx2.TransportError:
                        return
                    if answer.status_code == 201:
                        acknowledged.append(answer.json()["agreement"])

            recording = threading.Thread(target=keep_recording)
            recording.start()
            time.sleep(0.5)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(10)
            assert time.monotonic() - began < 10
            assert process.returncode == 0
            recording.join(10)
    assert acknowledged
    with TestClient(create_app(Settings(data_dir=tmp_path, public_reading=True))) as client:
        kept = {entry["agreement"] for entry in Doors.of(client).walk("/events", limit=500)}
    assert set(acknowledged) <= kept


def test_a_port_that_is_taken_is_said_to_be(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = pakta("serve", "--data", tmp_path, "--port", str(taken.getsockname()[1]))
    assert run.exit_code == 1
    assert "is the port in use?" in run.stderr
