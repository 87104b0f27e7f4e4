"""Takes journals and backups into empty stores. Everything is verified before anything is there."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.exports import rooms
from api.exports.backup import Backup
from api.exports.journal_lines import JournalLines
from api.exports.places import PART, synchronise
from api.running import Running
from api.settings import Settings
from domain.journal.copying import Damaged, Figures, NotEmpty, Tell, loading

# The people last: where they are missing nobody can sign in, and so nobody adds to what is half there.
IN_ORDER = ("journal", "documents", "people")


class OtherTimezone(Exception):
    """The copy counts days elsewhere; what was recorded as one day would be read as another."""


def take_journal(settings: Settings, source: JournalLines, tell: Tell = lambda _: None) -> Figures:
    """Fill an empty journal from an export: all of it or nothing.

    Raises:
        NotEmpty: something is recorded there.
        OtherTimezone: the export was made in another time zone than the one that is set.
        Damaged: it is no whole export.
    """
    _same_timezone(source.manifest.timezone, settings)
    with _opened(settings) as running, loading(running.journal) as load:
        load.take(source, tell)
        if load.tally.figures() != source.figures():
            raise Damaged("the digest of the entries or the receipts is not that of the last line")
        return load.tally.figures()


def restore(settings: Settings, backup: Backup, tell: Tell = lambda _: None) -> None:
    """Fill an empty folder or database from a backup: all of it or nothing.

    Raises:
        NotEmpty: something is there.
        OtherTimezone: the backup was made in another time zone than the one that is set.
        Damaged: the journal is not the one that the backup's manifest describes.
    """
    _same_timezone(backup.manifest.timezone, settings)
    if settings.database_url is not None:
        _fill(settings, backup, tell)
        return
    assert settings.data_dir is not None
    with _staged(settings.data_dir) as stage:
        _fill(settings.model_copy(update={"data_dir": stage}), backup, tell)


def _fill(settings: Settings, backup: Backup, tell: Tell) -> None:
    with _opened(settings) as running, loading(running.journal) as load:
        for room, engine in (
            ("documents", running.documents.engine),
            ("people", running.directory.engine),
        ):
            with rooms.entered(load.connection, engine) as connection, backup.rows(room) as rows:
                rooms.fill(connection, room, rows)
        with backup.journal() as source:
            load.take(source, tell)
        if load.tally.figures() != backup.manifest.journal:
            raise Damaged("the digest of the journal is not the one in the manifest of the backup")


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """A place inside a folder that is empty; what is made there becomes the folder's."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise NotEmpty
    # Inside, because the folder may be a mount of its own, into which nothing can be renamed.
    stage = Path(tempfile.mkdtemp(prefix="restore.", suffix=PART, dir=folder))
    try:
        yield stage
        for room in IN_ORDER:
            # Backwards, so that what SQLite may keep beside a file is there before the file is.
            for file in sorted(stage.glob(f"{room}.db*"), reverse=True):
                file.rename(folder / file.name)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    synchronise(folder)


@contextmanager
def _opened(settings: Settings) -> Iterator[Running]:
    """An empty store, whose views have not seen another journal."""
    running = Running.open(settings, follow=False)
    try:
        if any(checkpoint.position for checkpoint in running.follower.checkpoints()):
            raise NotEmpty
        yield running
    finally:
        running.close()


def _same_timezone(named: str, settings: Settings) -> None:
    if named != settings.timezone:
        raise OtherTimezone(
            f"The copy was made with PAKTA_TIMEZONE={named}, and here {settings.timezone} is set"
        )
