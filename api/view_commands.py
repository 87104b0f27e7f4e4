"""Commands about views: make them again, let a stuck one go on, hand out the public ones."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api import printing
from api.terminal import Data, fall_short, opened, settings_for
from projections import handing_out, public
from projections.follower import NotStuck
from projections.rebuilding import Different, Progress, Unfinished

projections = typer.Typer(help="How the views stand; let one go on that is stuck.")
views = typer.Typer(no_args_is_help=True, help="Hand out the public views, for other people's tools.")
Projection = Annotated[str, typer.Argument(help="Name, as `projections` prints it.")]


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
        except KeyboardInterrupt:
            fall_short("interrupted; the next rebuild goes on from here")
        except LookupError as error:
            raise typer.BadParameter(str(error.args[0])) from error
        except Different as different:
            fall_short(f"The new rows are not the old ones, which stay: {different}")
        except Unfinished as unfinished:
            fall_short(
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
            fall_short(f"There is nothing to skip: {error}.")
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
            fall_short(str(error))
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
