"""Backups made while people record, and what is restored from them."""

import hashlib
import itertools
import json
import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.running import Running
from tests.api.doors import Doors, fact, proposed
from tests.api.places import OTHER, PDF, MakePlace, engines, record

moves = pytest.mark.parametrize(("engine", "other"), [*itertools.product(OTHER, OTHER)])


class Recording(threading.Thread):
    """Keeps scans, cites them and gives out tokens, until it is stopped. Notes what was acknowledged."""

    def __init__(self, running: Running) -> None:
        super().__init__()
        self.running = running
        self.acknowledged: list[tuple[str, int]] = []
        self.warm, self.enough = threading.Event(), threading.Event()

    def run(self) -> None:
        doors = Doors.of(TestClient(create_app(self.running.settings, running=self.running)))
        with doors.client:
            number = 0
            while not self.enough.is_set():
                number += 1
                mine = doors.as_("kota-bandung")
                scan = mine.ask("POST", "/documents", content=b"%%PDF-%d" % number).json()["sha256"]
                evidence = [{"title": "Scan", "sha256": scan}]
                agreement = mine.open(fact("mou_signed", "2024", evidence=evidence), title=f"No. {number}")
                self.acknowledged.append((agreement, 2))
                if number == 10:
                    self.warm.set()


@moves
def test_a_backup_made_while_people_record_restores_all_that_was_acknowledged(
    place: MakePlace, engine: str, other: str, tmp_path: Path
) -> None:
    first, second = place(engine), place(other)
    running = Running.open(first.settings)
    recording = Recording(running)
    recording.start()
    assert recording.warm.wait(60)
    before = list(recording.acknowledged)
    first.pakta("backup", tmp_path / "backup")
    recording.enough.set()
    recording.join()
    running.close()

    said = second.pakta("restore", tmp_path / "backup")
    with second.running() as restored:
        entries = restored.journal.entries(limit=100_000)
        assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
        assert said.startswith(f"restored {len(entries)} entries")
        assert set(before) <= {(str(entry.agreement), entry.version) for entry in entries}
        cited = {e.sha256 for entry in entries for e in getattr(entry.fact, "evidence", ()) if e.sha256}
        assert len(cited) >= 10
        assert all(restored.documents.content(sha256) for sha256 in cited)
        actors = {row["actor"] for row in restored.directory.given_out()}
        assert {entry.recorded_by.actor for entry in entries} <= actors
    with first.running() as kept:
        assert kept.journal.entries(limit=len(entries)) == entries
    told = second.everything()
    second.pakta("rebuild")
    assert second.everything() == told


@engines
def test_what_a_backup_restores_looks_the_same(place: MakePlace, engine: str, tmp_path: Path) -> None:
    first, second = place(engine), place(OTHER[engine])
    token = record(first)
    first.pakta("backup", tmp_path / "backup")
    second.pakta("restore", tmp_path / "backup")
    assert second.everything() == first.everything()
    assert second.heads() == first.heads()
    with second.doors() as doors:
        scan = hashlib.sha256(PDF).hexdigest()
        assert doors.ask("GET", f"/documents/{scan}").content == PDF
        assert Doors(doors.client, token).open()


@engines
def test_a_backup_that_was_changed_is_refused(place: MakePlace, engine: str, tmp_path: Path) -> None:
    first, second, backup = place(engine), place("sqlite"), tmp_path / "backup"
    record(first)
    first.pakta("backup", backup)
    for file in sorted(backup.iterdir()):
        content = file.read_bytes()
        for changed in (content[: len(content) // 2], content.replace(b"kota-bandung", b"kota-bundung")):
            if changed == content:
                continue
            file.write_bytes(changed)
            assert "This is no whole copy: " in second.pakta("restore", backup, exit_code=1), file.name
        file.unlink()
        second.pakta("restore", backup, exit_code=1)
        file.write_bytes(content)
    assert second.settings.data_dir
    assert list(second.settings.data_dir.iterdir()) == []
    second.pakta("restore", backup)


@engines
def test_a_journal_that_is_not_the_one_of_the_manifest_leaves_nothing_behind(
    place: MakePlace, engine: str, tmp_path: Path
) -> None:
    first, second, backup = place("sqlite"), place(engine), tmp_path / "backup"
    record(first)
    first.pakta("backup", backup)
    manifest = (backup / "manifest.json").read_text()
    told = json.loads(manifest)
    told["journal"]["sha256"] = "0" * 64
    (backup / "manifest.json").write_text(json.dumps(told))
    assert "the digest of the journal" in second.pakta("restore", backup, exit_code=1)
    if second.settings.data_dir:
        assert list(second.settings.data_dir.iterdir()) == []
    (backup / "manifest.json").write_text(manifest)
    second.pakta("restore", backup)


def test_a_backup_does_not_take_the_place_of_another(place: MakePlace, tmp_path: Path) -> None:
    at, backup = place("sqlite"), tmp_path / "backup"
    record(at)
    at.pakta("backup", backup)
    before = {file.name: file.read_bytes() for file in backup.iterdir()}
    assert set(before) == {"manifest.json", "journal.db", "documents.db", "people.db"}
    assert "already" in at.pakta("backup", backup, exit_code=1)
    assert {file.name: file.read_bytes() for file in backup.iterdir()} == before
    assert backup.stat().st_mode & 0o077 == 0
    assert [file.name for file in tmp_path.glob("*.part")] == []


def test_a_backup_is_read_where_nothing_can_be_written(place: MakePlace, tmp_path: Path) -> None:
    first, second, backup = place("sqlite"), place("sqlite"), tmp_path / "b?a%c#k"
    record(first)
    first.pakta("backup", backup)
    before = sorted((file.name, file.stat().st_mtime_ns) for file in backup.iterdir())
    backup.chmod(0o500)
    second.pakta("restore", backup)
    assert sorted((file.name, file.stat().st_mtime_ns) for file in backup.iterdir()) == before
    backup.chmod(0o700)


def test_a_retry_is_known_in_the_copy(place: MakePlace, tmp_path: Path) -> None:
    first, second = place("sqlite"), place("sqlite")
    token = record(first)
    first.pakta("backup", tmp_path / "backup")
    second.pakta("restore", tmp_path / "backup")
    answers = []
    for at in (first, second):
        with at.doors() as nobody:
            doors = Doors(nobody.client, token)
            answers.append(doors.post("/agreements", proposed(title="Twin", reference="B/2"), key="again"))
    assert answers[0].status_code == answers[1].status_code == 201
    assert answers[0].content == answers[1].content


@engines
def test_tokens_alone_are_data_too(place: MakePlace, engine: str, tmp_path: Path) -> None:
    at, other = place(engine), place("sqlite")
    record(other)
    other.pakta("backup", tmp_path / "backup")
    at.pakta("tokens", "create", "--organisation", "kota-bandung", "--role", "viewer")
    assert "There is data already." in at.pakta("restore", tmp_path / "backup", exit_code=1)
