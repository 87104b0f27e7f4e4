"""The commands `export`, `import`, `backup` and `restore`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from api.exports import backup as backups
from api.exports import journal_lines, restoring, rooms
from api.exports.journal_lines import JournalLines
from api.exports.places import whole_file
from api.exports.restoring import OtherTimezone
from api.settings import Settings
from api.terminal import Data, fall_short, progress, settings_for
from domain.journal.copying import Damaged, Figures, NotEmpty, snapshot

STDIO = "-"
To = Annotated[str, typer.Option("--journal", metavar="FILE", help="File to write; - prints it.")]
From = Annotated[str, typer.Option("--journal", metavar="FILE", help="File to read; - reads a pipe.")]


def export_journal(journal: To, data: Data = None) -> None:
    """Write the whole journal as JSON Lines, with the bytes of each entry as they are stored."""
    settings = _existing(data)
    printed = journal == STDIO
    with (
        _explained(),
        rooms.engines(settings) as engines,
        snapshot(engines["journal"]) as source,
        nullcontext(sys.stdout.buffer) if printed else whole_file(Path(journal)) as out,
        progress("exporting", source.head) as tell,
    ):
        figures = journal_lines.write(out, source, settings.timezone, tell)
    typer.echo(f"exported {_said(figures)}", err=printed)


def import_journal(journal: From, data: Data = None) -> None:
    """Take an exported journal into an empty store: all of it or nothing."""
    settings = settings_for(data)
    with (
        _explained(),
        nullcontext(sys.stdin.buffer) if journal == STDIO else Path(journal).open("rb") as lines,
    ):
        source = JournalLines(lines)
        with progress("importing", source.manifest.head) as tell:
            figures = restoring.take_journal(settings, source, tell)
    typer.echo(f"imported {_said(figures)}")


def back_up(
    to: Annotated[Path, typer.Argument(metavar="TO", help="Folder to make; it may not be there yet.")],
    data: Data = None,
) -> None:
    """Copy the journal, the people and the documents into a new folder, also while a server runs."""
    settings = _existing(data)
    with _explained():
        manifest = backups.back_up(settings, to, lambda at: typer.echo(f"position {at}", err=True))
    typer.echo(f"backed up {_said(manifest.journal)}")


def restore(
    from_: Annotated[Path, typer.Argument(metavar="FROM", help="Folder that `pakta backup` made.")],
    data: Data = None,
) -> None:
    """Verify a backup and take it into an empty folder or database: all of it or nothing."""
    settings = settings_for(data)
    with _explained():
        backup = backups.Backup(from_)
        with progress("restoring", backup.manifest.head) as tell:
            restoring.restore(settings, backup, tell)
    typer.echo(f"restored {_said(backup.manifest.journal)}")


def _existing(data: Path | None) -> Settings:
    """The settings, once it is certain that they do not name an empty place by mistake."""
    settings = settings_for(data)
    folder = None if settings.database_url else settings.data_dir
    if folder and not (folder / "journal.db").exists():
        fall_short(f"There is no journal in {folder}.")
    return settings


@contextmanager
def _explained() -> Iterator[None]:
    """What goes wrong, as a sentence."""
    try:
        yield
    except NotEmpty:
        fall_short("There is data already. Only an empty store is filled; nothing was changed.")
    except Damaged as damaged:
        reason = " ".join(str(damaged).split())  # some reasons come in many lines
        fall_short(f"This is no whole copy: {reason}. Nothing was stored.")
    except OtherTimezone as other:
        fall_short(f"{other}. Set the same; nothing was stored.")
    except (OSError, DBAPIError) as error:
        fall_short(f"It could not be carried out: {error}")


def _said(figures: Figures) -> str:
    return f"{figures.entries} entries and {figures.receipts} receipts, sha256 {figures.sha256}"
