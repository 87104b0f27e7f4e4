"""The `pakta` command."""

import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, get_args
from uuid import UUID

import typer

from api import logs, preparing, printing
from api.demo import loading
from api.exports import commands as copies
from api.identity import Directory
from api.problems import Problem
from api.running import Running
from api.settings import Settings
from api.terminal import Data, settings_for
from api.terminal import fall_short as _fall_short
from domain.agreement.access import Role
from domain.databases import NotPrepared
from projections import handing_out, public
from projections.follower import NotStuck
from projections.rebuilding import Different, Progress, Unfinished

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The record of agreements.",
)
tokens = typer.Typer(no_args_is_help=True, help="Give out and end access.")
app.add_typer(tokens, name="tokens")
app.command("export")(copies.export_journal)
app.command("import")(copies.import_journal)
app.command("backup")(copies.back_up)
app.command("restore")(copies.restore)
views = typer.Typer(no_args_is_help=True, help="Hand out the public views, for other people's tools.")
app.add_typer(views, name="views")
app.add_typer(preparing.app, name="database")
projections = typer.Typer(help="How the views stand; let one go on that is stuck.")
app.add_typer(projections, name="projections")

DEMO_DATA = Path(__file__).parent.parent / "data" / "demo"
DEMO_ORGANISATION = "kota-bandung"
Projection = Annotated[str, typer.Argument(help="Name, as `projections` prints it.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65_535, help="Port to serve on.")]


@app.command()
def serve(
    data: Data = None,
    port: Port = 8000,
    host: Annotated[str, typer.Option("--host", help="Address to serve on.")] = "127.0.0.1",
) -> None:
    """Serve the API."""
    logs.configure(settings_for(data).log)
    with opened(data, follow=True) as running:
        _serve(running, host, port, lambda: typer.echo(f"Pakta serves on http://{host}:{port}"))


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


@app.command()
def rebuild(
    views: Annotated[list[str] | None, typer.Argument(help="Names of views; all if left out.")] = None,
    data: Data = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Switch only if the new rows equal the old; else exit 1.")
    ] = False,
) -> None:
    """Make views again beside the old ones, which serve until the new take their place."""
    with opened(data) as running:
        try:
            with _progress() as tell:
                running.follower.rebuild(views or (), tell, compare=compare)
        except LookupError as error:
            raise typer.BadParameter(str(error.args[0])) from error
        except Different as different:
            _fall_short(f"The new rows are not the old ones, which stay: {different}")
        except Unfinished as unfinished:
            _fall_short(
                *(f"{c.projection} is stuck at position {c.stuck_at}: {c.error}" for c in unfinished.stuck)
            )
        typer.echo(f"rebuilt to position {running.follower.position()}")


@projections.callback(invoke_without_command=True)
def list_projections(context: typer.Context, data: Data = None) -> None:
    """Print each view: version, position, how far behind, and whether it is following, behind or stuck."""
    if context.invoked_subcommand is None:
        with opened(data) as running:
            for line in printing.views_of(running):
                typer.echo(line)


@projections.command("skip")
def skip_entry(name: Projection, data: Data = None) -> None:
    """Let a view go on without the entry at which it is stuck.

    The rows of that agreement stay as they were. What was skipped is listed until a rebuild takes it in.
    """
    with opened(data) as running:
        try:
            position = running.follower.skip(name)
        except LookupError as error:
            raise typer.BadParameter(str(error.args[0])) from error
        except NotStuck as error:
            _fall_short(f"There is nothing to skip: {error}.")
        else:
            typer.echo(f"{name} goes on without the entry at position {position}")


@projections.command("resume")
def resume_projection(name: Projection, data: Data = None) -> None:
    """Try the entry again at which a view is stuck."""
    with opened(data) as running:
        try:
            running.follower.resume(name)
        except LookupError as error:
            raise typer.BadParameter(str(error.args[0])) from error
        typer.echo(f"{name} is tried again as soon as a server runs")


@tokens.command("create")
def create_token(
    organisation: Annotated[str, typer.Option(help="Short name, such as kota-bandung.")],
    role: Annotated[str, typer.Option(help="viewer, coordinator, auditor or admin.")],
    data: Data = None,
) -> None:
    """Print a new token. It is shown once: only its hash is kept."""
    if role not in get_args(Role):
        raise typer.BadParameter(f"must be one of {', '.join(get_args(Role))}", param_hint="--role")
    if not printing.is_organisation(organisation):
        raise typer.BadParameter("must be a short name, such as kota-bandung", param_hint="--organisation")
    with directory(data) as people:
        typer.echo(people.issue(organisation, role))  # type: ignore[arg-type]  # checked above


@tokens.command("list")
def list_tokens(data: Data = None) -> None:
    """Print who holds a token: actor, role, organisation, since when."""
    with directory(data) as people:
        for row in people.given_out():
            ended = f"  revoked {row['revoked_at']}" if row["revoked_at"] else ""
            typer.echo(
                f"{row['actor']}  {row['role']:<11}  {row['organisation']}  {row['created_at']}{ended}"
            )


@tokens.command("revoke")
def revoke_token(
    actor: Annotated[str, typer.Argument(help="Actor, as `tokens list` prints it.")], data: Data = None
) -> None:
    """End every token of an actor."""
    with directory(data) as people:
        if not people.revoke(actor):
            _fall_short(f"{actor} holds no token.")


@views.command("grant")
def grant_views(
    role: Annotated[str, typer.Argument(help="Role of PostgreSQL; made if there is none.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read its password from standard input.")
    ] = False,
) -> None:
    """Let a role read the public views and nothing else. PAKTA_VIEWS_PASSWORD may give its password."""
    if settings_for(None).database_url is None:
        typer.echo("Roles are of PostgreSQL: set PAKTA_DATABASE_URL, or see `pakta views export`.", err=True)
        raise typer.Exit(2)
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_-]{0,62}", role):
        raise typer.BadParameter("must be a plain name", param_hint="ROLE")
    with opened(None) as running:
        given = (
            sys.stdin.readline().rstrip("\n") if password_stdin else os.environ.get("PAKTA_VIEWS_PASSWORD")
        )
        try:
            handing_out.grant(running.follower.engine, role, given or None)
        except handing_out.NotGranted as error:
            _fall_short(str(error))
    typer.echo(f"{role} may read the views of schema {public.SCHEMA}.")


@views.command("export")
def export_views(
    file: Annotated[Path, typer.Argument(help="File to write; one that is there is replaced.")],
    data: Data = None,
) -> None:
    """Write what the public views show to a SQLite file that may be handed on, also while the server runs."""
    with opened(data) as running:
        for name, count in handing_out.export(running.follower.engine, file).items():
            typer.echo(f"{name:<18} {count}")


@contextmanager
def opened(data: Path | None, *, follow: bool = False) -> Iterator[Running]:
    """A running Pakta, closed at the end."""
    try:
        running = Running.open(settings_for(data), follow=follow)
    except NotPrepared as error:
        _fall_short(f"Pakta cannot start: {error}")
    try:
        yield running
    finally:
        running.close()


@contextmanager
def directory(data: Path | None) -> Iterator[Directory]:
    """The directory of people alone."""
    try:
        people = Directory(settings_for(data).databases())
    except NotPrepared as error:
        _fall_short(f"Pakta cannot start: {error}")
    try:
        yield people
    finally:
        people.close()


def _serve(running: Running, host: str, port: int, ready: Callable[[], None]) -> None:
    from api.server import serve as answer  # noqa: PLC0415  # the other commands start faster without it

    if not answer(running.settings, running, host, port, ready):
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


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, plain lines in a log."""
    if not sys.stderr.isatty():
        told: list[int] = []

        def write(progress: Progress) -> None:
            if progress.position not in told:
                told[:] = [progress.position]
                typer.echo(printing.progress_line(progress), err=True)

        yield write
        return
    with typer.progressbar(length=1, label="rebuilding", file=sys.stderr) as bar:

        def tell(progress: Progress) -> None:
            bar.length = max(progress.head, 1)
            bar.update(progress.position - bar.pos)

        yield tell


def _agreement_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise typer.BadParameter("must be the id of an agreement", param_hint="AGREEMENT") from error


if __name__ == "__main__":
    app()
