"""What the commands share: where the data lies, how far long work is, and how to say that it fell short."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer

from api.identity import Directory
from api.running import Running
from api.sessions import Sessions
from api.settings import Settings
from domain.databases import NotPrepared

Data = Annotated[Path | None, typer.Option("--data", help="Folder of the embedded data (PAKTA_DATA_DIR).")]


def settings_for(data: Path | None) -> Settings:
    """The settings of the environment, with the folder from the command line if one is given.

    Raises:
        typer.Exit: 2, the settings do not say where the data lies.
    """
    try:
        settings = Settings(data_dir=data, database_url=None) if data else Settings()
        settings.databases()
    except ValueError as error:
        typer.echo(f"Pakta cannot start: {error}", err=True)
        typer.echo("Give --data DIR, or set PAKTA_DATA_DIR or PAKTA_DATABASE_URL.", err=True)
        raise typer.Exit(2) from error
    return settings


@contextmanager
def progress(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, plain lines in a log."""
    if not sys.stderr.isatty():
        yield lambda position: typer.echo(f"position {position} of {total}", err=True)
        return
    with typer.progressbar(length=max(total, 1), label=doing, file=sys.stderr) as bar:
        yield lambda position: bar.update(position - bar.pos)


def fall_short(*lines: str) -> NoReturn:
    """Say what went wrong.

    Raises:
        typer.Exit: 1, always.
    """
    for line in lines:
        typer.echo(line, err=True)
    raise typer.Exit(1)


@contextmanager
def opened(data: Path | None, *, follow: bool = False) -> Iterator[Running]:
    """A running Pakta, closed at the end; one that follows is to serve."""
    try:
        running = Running.open(settings_for(data), follow=follow, apart=follow)
    except NotPrepared as error:
        fall_short(f"Pakta cannot start: {error}")
    try:
        yield running
    finally:
        running.close()


Room = TypeVar("Room", Directory, Sessions)


@contextmanager
def directory(data: Path | None) -> Iterator[Directory]:
    """The directory of people alone."""
    yield from _alone(Directory, data)


@contextmanager
def sessions(data: Path | None) -> Iterator[Sessions]:
    """The sign-in links and sessions alone."""
    yield from _alone(Sessions, data)


def _alone(kind: type[Room], data: Path | None) -> Iterator[Room]:
    try:
        room = kind(settings_for(data).databases())
    except NotPrepared as error:
        fall_short(f"Pakta cannot start: {error}")
    try:
        yield room
    finally:
        room.close()
