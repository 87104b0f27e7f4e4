"""The command line: what it prints, how it ends, and that a server stops without losing anything."""

import signal
import socket
import threading
import time
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.identity import PREFIX
from api.settings import Settings
from domain.agreement.access import Actor
from tests.api.commands import CREATE, pakta, serving, started
from tests.api.doors import Doors, proposed


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


def test_the_status_tells_positions_counts_and_health(five_articles: tuple[Path, str]) -> None:
    folder, _ = five_articles
    assert pakta("rebuild", "--data", folder).exit_code == 0
    run = pakta("status", "--data", folder)
    assert run.exit_code == 0
    assert "agreements 10 (" in run.stdout
    assert "mou_signed 7" in run.stdout
    assert "networks 1" in run.stdout
    assert "well" in run.stdout


def test_a_replay_shows_the_state_after_each_entry(five_articles: tuple[Path, str]) -> None:
    folder, nanning = five_articles
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
