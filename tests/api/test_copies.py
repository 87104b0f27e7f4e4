"""The journal leaves as lines and comes back as it was; what is not whole is refused."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.exports.places import whole_file, whole_folder
from tests.api.commands import ROOT, environment
from tests.api.places import OTHER, Lines, MakePlace, Place, engines, exported, record


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


def test_a_pipe_or_a_link_is_written_through_and_stays(tmp_path: Path) -> None:
    pipe, link, file = tmp_path / "pipe", tmp_path / "link", tmp_path / "file"
    os.mkfifo(pipe)
    file.write_bytes(b"old")
    link.symlink_to(file)
    came = []
    reading = threading.Thread(target=lambda: came.append(pipe.read_bytes()))
    reading.start()
    for name in (pipe, link):
        with whole_file(name) as out:
            out.write(b"new")
    reading.join(10)
    assert (pipe.is_fifo(), came) == (True, [b"new"])
    assert (link.is_symlink(), file.read_bytes()) == (True, b"new")
    assert len(list(tmp_path.iterdir())) == 3
