"""What a disk holds when the power fails: what was synced, and of the rest whatever chance left."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults.diary import Acknowledged, Sent

SECTOR = 512  # bytes that a disk writes together or not at all


class Note(NamedTuple):
    """One thing that happened: wrote, truncated, synced, deleted; sent, acknowledged."""

    what: str
    path: str
    offset: int = 0
    data: bytes = b""
    told: Any = None


class Notes:
    """Everything that happened, in order: of files, and of commands."""

    def __init__(self) -> None:
        self.all: list[Note] = []  # appended to from any thread

    def has_room(self) -> bool:
        """See `Watcher`."""
        return True

    def wrote(self, path: str, offset: int, data: bytes) -> None:
        """See `Watcher`."""
        self.all.append(Note("wrote", Path(path).name, offset, data))

    def truncated(self, path: str, size: int) -> None:
        """See `Watcher`."""
        self.all.append(Note("truncated", Path(path).name, size))

    def synced(self, path: str) -> None:
        """See `Watcher`."""
        self.all.append(Note("synced", Path(path).name))

    def deleted(self, path: str) -> None:
        """See `Watcher`."""
        self.all.append(Note("deleted", Path(path).name))


class File:
    """A file on a disk: what is safe of it, and what was written since. It is there once it was synced."""

    def __init__(self) -> None:
        self.safe = bytearray()
        self.since: list[Note] = []
        self.is_there = False

    def sync(self) -> None:
        """What was written is safe."""
        self.safe = self.after(self.since)
        self.since = []
        self.is_there = True

    def after(self, happened: Sequence[Note]) -> bytearray:
        """Its content if only this happened since."""
        content = bytearray(self.safe)
        for one in happened:
            if one.what == "truncated":
                del content[one.offset :]
                continue
            content.extend(b"\0" * (one.offset - len(content)))
            content[one.offset : one.offset + len(one.data)] = one.data
        return content

    def left(self, chance: random.Random) -> bytearray:
        """Its content after a loss of power: of what was not synced none, all or anything in between."""
        share = chance.choice((0.0, 0.5, 1.0))
        kept = [one for one in self.since if chance.random() < share]
        if kept and chance.random() < 0.5:  # the last is torn
            kept[-1] = kept[-1]._replace(data=kept[-1].data[: SECTOR * chance.randrange(9)])
        return self.after(kept)


class Disk:
    """A disk to which notes happen one by one."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.sent: dict[str, Sent] = {}
        self.acknowledged: dict[str, Acknowledged] = {}

    def happen(self, note: Note) -> None:
        """Let one thing happen. What is deleted is gone at once."""
        if note.what == "sent":
            self.sent[note.told.key] = note.told
        elif note.what == "acknowledged":
            self.acknowledged[note.told.key] = note.told
        elif note.what == "deleted":
            self.files.pop(note.path, None)
        elif note.what == "synced":
            self.files.setdefault(note.path, File()).sync()
        else:
            self.files.setdefault(note.path, File()).since.append(note)

    def lose_power(self, to: Path, chance: random.Random) -> None:
        """Leave in a folder what a disk may hold that loses power now."""
        to.mkdir()
        for name, file in self.files.items():
            if file.is_there or chance.random() < 0.5:
                (to / name).write_bytes(file.left(chance))


def cuts(notes: Sequence[Note], count: int, chance: random.Random) -> Iterator[Disk]:
    """A disk as it is at so many random moments, in order."""
    disk, done = Disk(), 0
    for cut in sorted(chance.sample(range(1, len(notes) + 1), count)):
        for one in notes[done:cut]:
            disk.happen(one)
        done = cut
        yield disk
