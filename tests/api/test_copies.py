"""The journal leaves and comes back as it was: exports, backups, and what is refused."""

import hashlib
import itertools
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.app import create_app
from api.exports.places import whole_file, whole_folder
from api.running import Running
from api.settings import Settings
from domain.journal.schema import heads
from tests.api.doors import Doors, fact, proposed
from tests.api.test_command_line import ROOT, environment, pakta

PDF = b"%PDF-1.7\nA memorandum"
Lines = list[bytes]
MakePlace = Callable[[str], "Place"]


class Place:
    """Where data may lie, as the command line is told of it."""

    def __init__(self, where: Path | str) -> None:
        self.settings = Settings(
            data_dir=where if isinstance(where, Path) else None,
            database_url=where if isinstance(where, str) else None,
            public_reading=True,
        )
        self.arguments = ["--data", str(where)] if isinstance(where, Path) else []
        self.variables = {"PAKTA_DATABASE_URL": where} if isinstance(where, str) else {}

    def pakta(self, *arguments: str | Path, exit_code: int = 0, **more: str) -> str:
        """Carry out a command here. What it said."""
        run = pakta(*arguments, *self.arguments, **self.variables, **more)
        assert run.exit_code == exit_code, run.output
        return run.stderr if exit_code else run.stdout

    @contextmanager
    def doors(self) -> Iterator[Doors]:
        with TestClient(create_app(self.settings)) as client:
            yield Doors.of(client)

    @contextmanager
    def running(self) -> Iterator[Running]:
        running = Running.open(self.settings, follow=False)
        try:
            yield running
        finally:
            running.close()

    def heads(self) -> set[tuple[Any, ...]]:
        with self.running() as running, running.journal.engine.connect() as connection:
            return {tuple(row) for row in connection.execute(sa.select(heads))}

    def everything(self) -> list[Any]:
        """What the views tell."""
        lists = ("agreements", "visits", "commitments", "parties", "fields", "summary", "events")
        with self.doors() as doors:
            assert doors.running.follower.wait_for(doors.running.head_at_start, 30)
            return [doors.get(f"/{name}") for name in lists]


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> MakePlace:
    """Makes empty places on an engine."""
    made: list[Place] = []

    def make(engine: str) -> Place:
        fresh = request.getfixturevalue("fresh_postgresql") if engine == "postgresql" else None
        made.append(Place(fresh() if fresh else tmp_path / f"data-{len(made)}"))
        return made[-1]

    return make


OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}
engines = pytest.mark.parametrize("engine", OTHER)
moves = pytest.mark.parametrize(("engine", "other"), [*itertools.product(OTHER, OTHER)])


def record(at: Place) -> str:
    """A few agreements, one of which has a scan. Returns a token with which to go on."""
    with at.doors() as nobody:
        token = nobody.running.directory.issue("kota-bandung", "coordinator")
        doors = Doors(nobody.client, token)
        scan = doors.ask("POST", "/documents", content=PDF).json()["sha256"]
        evidence = [{"title": "Nota – 谅解备忘录\n", "sha256": scan}]
        signed = fact("mou_signed", "2024-05", valid_until="2027", evidence=evidence)
        first = doors.open(signed, fact("annotated", note="a \u2028 b"), reference="B/1")
        doors.open(title="Rahasia", visibility="organisation")
        doors.record(first, fact("granted", organisation="otorita-ikn"))
        doors.post("/agreements", proposed(title="Twin", reference="B/2"), key="again")
    return token


def exported(at: Place, to: Path) -> Lines:
    at.pakta("export", "--journal", to)
    return to.read_bytes().splitlines(keepends=True)


@engines
def test_a_journal_goes_to_the_other_engine_and_back_without_losing_a_byte(
    place: MakePlace, engine: str, tmp_path: Path
) -> None:
    first, second, third = place(engine), place(OTHER[engine]), place(engine)
    record(first)
    lines = exported(first, tmp_path / "1")
    said = second.pakta("import", "--journal", tmp_path / "1")
    assert said.startswith(f"imported {json.loads(lines[-1])['entries']} entries")
    again = exported(second, tmp_path / "2")
    third.pakta("import", "--journal", tmp_path / "2")
    assert lines[1:] == again[1:] == exported(third, tmp_path / "3")[1:]
    assert first.heads() == second.heads() == third.heads()
    assert first.everything() == third.everything() == second.everything()


def test_the_lines_hold_the_stored_bytes_and_their_digest(place: MakePlace, tmp_path: Path) -> None:
    at = place("sqlite")
    record(at)
    manifest, *lines, last = exported(at, tmp_path / "journal.jsonl")
    with at.running() as running, running.journal.engine.connect() as connection:
        stored = list(connection.scalars(sa.text("SELECT state FROM events ORDER BY position")))
    entries = [line for line in lines if line.startswith(b'{"position":')]
    assert [line[line.index(b'"entry":') + 8 : -2] for line in entries] == stored
    digest = hashlib.sha256(b"".join(len(state).to_bytes(8, "big") + state for state in stored))
    assert json.loads(last)["sha256"] == digest.hexdigest()
    assert json.loads(manifest)["head"] == json.loads(last)["entries"] == len(stored)
    assert [json.loads(line)["position"] for line in entries] == list(range(1, len(stored) + 1))


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


def change(old: bytes, new: bytes, line: int) -> Callable[[Lines], Lines]:
    def changed(lines: Lines) -> Lines:
        assert old in lines[line], lines[line]
        return [*lines[:line], lines[line].replace(old, new), *lines[line:][1:]]

    return changed


DAMAGES: dict[str, Callable[[Lines], Lines]] = {
    "nothing at all": lambda lines: [],
    "not the manifest": lambda lines: lines[1:],
    "not the manifest ": change(b'"version":1', b'"version":2', 0),
    "position 2 is missing": lambda lines: lines[:2] + lines[3:],
    "position 2 is missing ": lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]],
    "position 3 is missing": lambda lines: lines[:3] + lines[2:],
    "figures": lambda lines: lines[:-1],
    "figures ": lambda lines: [*lines[:-1], lines[-1][:-20]],
    "figures  ": lambda lines: [*lines[:3], lines[3][:-20]],
    "figures   ": lambda lines: lines[:4],
    "not the last": lambda lines: [*lines, b"\n"],
    "digest": change(b"Bandung", b"Sabang!", 1),
    "digest ": change(b"again", b"agate", -2),
    "no version 2": change(b'"version":2', b'"version":9', 2),
    "position 2 cannot be read": change(b'"mou_signed"', b'"mou_sealed"', 2),
    "is no entry": change(b'"agreement":"', b'"agreement":"x', 1),
    "not in order": lambda lines: [
        *lines[:2],
        lines[2].replace(b'"version":2', b'"version":3'),
        lines[3].replace(b'"version":3', b'"version":2'),
        *lines[4:],
    ],
    "contradicts itself": change(b'"version":3', b'"version":2', 3),
    "receipt": change(b'"digest":"', b'"digest":"x', -2),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Lines:
    folder = tmp_path_factory.mktemp("whole")
    record(Place(folder / "data"))
    return exported(Place(folder / "data"), folder / "journal.jsonl")


@engines
def test_what_is_not_whole_leaves_nothing_behind(
    place: MakePlace, engine: str, whole: Lines, tmp_path: Path
) -> None:
    at, file = place(engine), tmp_path / "damaged.jsonl"
    for told, damage in DAMAGES.items():
        file.write_bytes(b"".join(damage(whole)))
        said = at.pakta("import", "--journal", file, exit_code=1)
        assert said.splitlines()[-1].startswith("This is no whole copy: "), (told, said)
        assert told.strip() in said or told == "nothing at all", (told, said)
    file.write_bytes(b"".join(whole))
    at.pakta("import", "--journal", file)
    assert exported(at, tmp_path / "again")[1:] == whole[1:]


@engines
def test_a_store_that_is_not_empty_is_left_alone(
    place: MakePlace, engine: str, whole: Lines, tmp_path: Path
) -> None:
    at, file = place(engine), tmp_path / "journal.jsonl"
    record(at)
    before = at.everything()
    file.write_bytes(b"".join(whole))
    at.pakta("backup", tmp_path / "backup")
    for command in (("import", "--journal", file), ("restore", tmp_path / "backup")):
        assert "There is data already." in at.pakta(*command, exit_code=1)
    assert at.everything() == before


@engines
def test_tokens_alone_are_data_too(place: MakePlace, engine: str, tmp_path: Path) -> None:
    at, other = place(engine), place("sqlite")
    record(other)
    other.pakta("backup", tmp_path / "backup")
    at.pakta("tokens", "create", "--organisation", "kota-bandung", "--role", "viewer")
    assert "There is data already." in at.pakta("restore", tmp_path / "backup", exit_code=1)


def test_views_of_another_journal_are_no_empty_store(place: MakePlace, whole: Lines, tmp_path: Path) -> None:
    at, file = place("sqlite"), tmp_path / "journal.jsonl"
    record(at)
    at.pakta("rebuild")
    assert at.settings.data_dir
    (at.settings.data_dir / "journal.db").unlink()
    file.write_bytes(b"".join(whole))
    assert "There is data already." in at.pakta("import", "--journal", file, exit_code=1)


def test_days_are_not_counted_in_another_zone(place: MakePlace, whole: Lines, tmp_path: Path) -> None:
    at, file = place("sqlite"), tmp_path / "journal.jsonl"
    file.write_bytes(b"".join(whole))
    said = at.pakta("import", "--journal", file, exit_code=1, PAKTA_TIMEZONE="Asia/Jayapura")
    assert "PAKTA_TIMEZONE=Asia/Jakarta" in said


@engines
def test_an_import_that_is_killed_leaves_nothing(place: MakePlace, engine: str, whole: Lines) -> None:
    at = place(engine)
    entry = whole[1][whole[1].index(b'"entry":') : -1]
    many = [
        b'{"position":%d,%b\n' % (n, entry.replace(b'"version":1', b'"version":%d' % n))
        for n in range(1, 5001)
    ]
    command = [sys.executable, "-m", "api.cli", "import", "--journal", "-", *at.arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, env=environment() | at.variables, stdin=pipe, stderr=pipe
    ) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(whole[0] + b"".join(many))
        process.stdin.flush()
        assert process.stderr.readline().startswith(b"position 2000 of")
        process.send_signal(signal.SIGKILL)
    with at.running() as running:
        assert running.journal.head() == 0
    assert at.heads() == set()


def test_an_export_can_be_printed_and_read_from_a_pipe(place: MakePlace, tmp_path: Path) -> None:
    first, second = place("sqlite"), place("sqlite")
    record(first)
    told = first.pakta("export", "--journal", "-")
    pakta_import = [sys.executable, "-m", "api.cli", "import", "--journal", "-", *second.arguments]
    subprocess.run(pakta_import, cwd=ROOT, env=environment(), input=told.encode(), check=True)
    assert exported(second, tmp_path / "again")[1:] == told.encode().splitlines(keepends=True)[1:]


@pytest.mark.parametrize("command", [("export", "--journal", "out"), ("backup", "out")])
def test_an_empty_place_is_not_copied_by_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Sequence[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    said = Place(tmp_path / "typo").pakta(*command, exit_code=1)
    assert "There is no journal in" in said
    assert not (tmp_path / "out").exists()


def test_what_is_interrupted_does_not_look_whole(tmp_path: Path) -> None:
    def interrupted(in_file: bool) -> None:
        if in_file:
            with whole_file(tmp_path / "file") as file:
                file.write(b"new, but half")
                raise KeyboardInterrupt
        with whole_folder(tmp_path / "folder") as folder:
            (folder / "half").touch()
            raise KeyboardInterrupt

    (tmp_path / "file").write_bytes(b"old")
    for in_file in (True, False):
        with pytest.raises(KeyboardInterrupt):
            interrupted(in_file)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("file", b"old")]


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


def test_a_journal_that_is_not_the_one_of_the_manifest_is_refused(place: MakePlace, tmp_path: Path) -> None:
    first, second, backup = place("sqlite"), place("sqlite"), tmp_path / "backup"
    record(first)
    first.pakta("backup", backup)
    told = json.loads((backup / "manifest.json").read_text())
    told["journal"]["sha256"] = "0" * 64
    (backup / "manifest.json").write_text(json.dumps(told))
    assert "the digest of the journal" in second.pakta("restore", backup, exit_code=1)
    assert second.settings.data_dir
    assert list(second.settings.data_dir.iterdir()) == []


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
