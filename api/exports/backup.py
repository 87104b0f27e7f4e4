"""Backups: a folder with the journal, the documents and the people as they were at one moment.

From embedded data they are SQLite files; from PostgreSQL they are JSON Lines. Either can be restored into
either. Views are left out: they are made again from the journal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from sqlalchemy.engine import Engine

from api.exports import journal_lines, rooms
from api.exports.journal_lines import JournalLines
from api.exports.places import sha256_of, whole_folder
from api.settings import SOFTWARE, Settings
from domain.databases import copy_sqlite, still
from domain.journal.copying import Damaged, Figures, Snapshot, Source, Tell, snapshot

MANIFEST = "manifest.json"


class Manifest(BaseModel):
    """What a backup holds; `head` is the journal's newest position, `files` has the SHA-256 of each file."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: Literal["pakta-backup"] = "pakta-backup"
    version: Literal[1] = 1
    engine: Literal["sqlite", "postgresql"]
    software: str
    made_at: AwareDatetime
    timezone: str
    head: int
    journal: Figures
    files: dict[str, str]


def back_up(settings: Settings, to: Path, tell: Tell = lambda _: None) -> Manifest:
    """Make a backup in a new folder, also while a server writes. A backup that fails leaves none.

    Raises:
        FileExistsError: something is there already.
        Damaged: the journal contains what no Pakta has written.
    """
    with whole_folder(to) as folder, rooms.engines(settings) as engines:
        now = datetime.now(UTC)
        if settings.database_url is None:
            figures = _copy_files(engines, folder)
        else:
            figures = _write_lines(engines["journal"], settings.timezone, folder, tell)
        manifest = Manifest(
            engine="sqlite" if settings.database_url is None else "postgresql",
            software=SOFTWARE,
            made_at=now,
            timezone=settings.timezone,
            head=figures.entries,
            journal=figures,
            files={file.name: sha256_of(file) for file in sorted(folder.iterdir())},
        )
        (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return manifest


def _copy_files(engines: dict[str, Engine], folder: Path) -> Figures:
    # In the order of `engines`: each file is of its own moment, and what comes later has all that is cited.
    for room, engine in engines.items():
        copy_sqlite(engine, folder / f"{room}.db")
    with reading(folder / "journal.db") as journal:
        return journal.figures()


def _write_lines(engine: Engine, timezone: str, folder: Path, tell: Tell) -> Figures:
    """Everything in one transaction, so that all rooms are of the same moment."""
    with snapshot(engine) as journal:
        with (folder / "journal.jsonl").open("wb") as out:
            figures = journal_lines.write(out, journal, timezone, tell)
        for room in rooms.TABLES:
            with (folder / f"{room}.jsonl").open("wb") as out:
                rooms.write(out, rooms.stored(journal.connection, room))
    return figures


class Backup:
    """A backup that was made before."""

    def __init__(self, folder: Path) -> None:
        """Read what it says of itself, and see that its files are as they were made.

        Raises:
            Damaged: it is no backup, or a file is missing or changed.
        """
        self.folder = folder
        try:
            self.manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        except (OSError, ValidationError) as error:
            raise Damaged(f"{folder} has no {MANIFEST} of a backup that this Pakta knows") from error
        for name in {self._file("journal").name, *map(self._name, rooms.TABLES), *self.manifest.files}:
            if not (folder / name).is_file() or sha256_of(folder / name) != self.manifest.files.get(name):
                raise Damaged(f"{name} is missing or not as it was when the backup was made")

    @contextmanager
    def journal(self) -> Iterator[Source]:
        """Its journal.

        Raises:
            Damaged: it is not what the manifest of the backup says.
        """
        if self.manifest.engine == "sqlite":
            with reading(self._file("journal")) as copied:
                yield copied
        else:
            with self._file("journal").open("rb") as file:
                lines = JournalLines(file)
                yield lines
                lines.figures()

    @contextmanager
    def rows(self, room: str) -> Iterator[Iterator[rooms.Row]]:
        """The rows of its documents or its people."""
        if self.manifest.engine == "sqlite":
            with still(self._file(room)).connect() as connection:
                yield rooms.stored(connection, room)
        else:
            with self._file(room).open("rb") as file:
                yield rooms.read(file, room)

    def _file(self, room: str) -> Path:
        return self.folder / self._name(room)

    def _name(self, room: str) -> str:
        return f"{room}.{'db' if self.manifest.engine == 'sqlite' else 'jsonl'}"


@contextmanager
def reading(file: Path) -> Iterator[Snapshot]:
    """The journal in a SQLite file that nobody writes to."""
    with snapshot(still(file)) as journal:
        yield journal
