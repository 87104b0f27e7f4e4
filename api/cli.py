"""The `pakta` command."""

import sys
import threading
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID

import typer

from api import logs, people_commands, preparing, printing, view_commands
from api.demo import loading
from api.exports import commands as copies
from api.problems import Problem
from api.running import Running
from api.settings import Settings
from api.terminal import Data, opened, settings_for
from api.terminal import fall_short as _fall_short
from domain.collecting import collect_seldom

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(people_commands.app, name="tokens")
app.command("rebuild")(view_commands.rebuild)
app.add_typer(view_commands.projections, name="projections")
app.add_typer(view_commands.views, name="views")
app.command("export")(copies.export_journal)
app.command("import")(copies.import_journal)
app.command("backup")(copies.back_up)
app.command("restore")(copies.restore)
app.add_typer(preparing.app, name="database")

DEMO_DATA = Path(__file__).parent.parent / "data" / "demo"
DEMO_ORGANISATION = "kota-bandung"
Port = Annotated[int, typer.Option("--port", min=1, max=65_535, help="Port to serve on.")]


@app.callback()
def begin() -> None:
    """The record of agreements."""
    collect_seldom()


@app.command()
def serve(
    data: Data = None,
    port: Port = 8000,
    host: Annotated[str, typer.Option("--host", help="Address to serve on.")] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer, on the same port.")] = 1,
) -> None:
    """Serve the API."""
    settings = settings_for(data)
    logs.configure(settings.log)

    def ready() -> None:
        typer.echo(f"Pakta serves on http://{host}:{port}")
        sys.stdout.flush()

    if workers > 1:
        with opened(data):
            pass  # what is wrong with the data is said once, and what is not there yet is made
        _serve_with(workers, settings, host, port, ready)
        return
    with opened(data, follow=True) as running:
        _serve(running, host, port, ready)


@app.command()
def demo(data: Data = None, port: Port = 8000) -> None:
    """Serve the agreements of five articles, on this machine alone."""
    settings = Settings(data_dir=data or DEMO_DATA, database_url=None, public_reading=True)
    address = f"http://127.0.0.1:{port}"
    if settings.log:  # else the terminal is left to what the demo says
        logs.configure(settings.log)
    running = Running.open(settings)
    try:
        loader = threading.Thread(target=_load_demo, args=(running, address), daemon=True)
        _serve(running, "127.0.0.1", port, loader.start)
    finally:
        running.close()


@app.command()
def replay(
    agreement: Annotated[str, typer.Argument(help="Id of the agreement.")],
    data: Data = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day asked about.")] = None,
    known_at: Annotated[str | None, typer.Option(help="A position or an RFC 3339 time.")] = None,
) -> None:
    """Print each entry of an agreement, and how it stood after it."""
    with opened(data) as running:
        day: date | None = as_of.date() if as_of else None
        try:
            lines = printing.replayed(running.journal, _agreement_id(agreement), day, known_at)
        except Problem as problem:
            detail = problem.errors[0].detail
            raise typer.BadParameter(detail, param_hint="--known-at") from problem
        if not lines:
            _fall_short(f"There is no agreement {agreement}, or nothing was recorded of it by then.")
        for line in lines:
            typer.echo(line)


@app.command()
def status(data: Data = None) -> None:
    """Print positions, lag, counts and health. Exits 1 when a view is stuck."""
    with opened(data) as running:
        lines, healthy = printing.state_of(running)
        for line in lines:
            typer.echo(line)
    if not healthy:
        raise typer.Exit(1)


def _serve(running: Running, host: str, port: int, ready: Callable[[], None]) -> None:
    from api.server import serve as answer  # noqa: PLC0415  # the other commands start faster without it

    if not answer(running.settings, running, host, port, ready):
        _could_not_serve(host, port)


def _serve_with(workers: int, settings: Settings, host: str, port: int, ready: Callable[[], None]) -> None:
    from api.workers import serve as answer  # noqa: PLC0415  # likewise

    if not answer(settings, host, port, workers, ready):
        _could_not_serve(host, port)


def _could_not_serve(host: str, port: int) -> NoReturn:
    _fall_short(f"Pakta could not serve on {host}:{port}; is the port in use?")


def _load_demo(running: Running, address: str) -> None:
    try:
        loading.load(address, running.directory)
    except OSError as error:
        typer.echo(f"The demo could not be loaded: {error}", err=True)
        return
    for line in printing.welcome(running, address, DEMO_ORGANISATION):
        typer.echo(line)
    sys.stdout.flush()


def _agreement_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise typer.BadParameter("must be the id of an agreement", param_hint="AGREEMENT") from error


if __name__ == "__main__":
    app()
