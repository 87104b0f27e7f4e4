"""`pakta database`: what the owner of a PostgreSQL database does before Pakta starts on it."""

from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError

from domain.databases import Databases
from domain.journal import roles

app = typer.Typer(no_args_is_help=True, help="Prepare a PostgreSQL database.")


@app.callback()
def database() -> None:
    """Prepare a PostgreSQL database."""


@app.command()
def prepare(
    owner_url: Annotated[
        str, typer.Option(envvar="PAKTA_OWNER_URL", help="Address with the role that owns the record.")
    ],
    app_role: Annotated[str, typer.Option(help="The role with which Pakta will connect.")],
) -> None:
    """Make the journal, to which the role of Pakta can add and in which it can change nothing."""
    try:
        roles.prepare(Databases(url=owner_url), app_role)
    except (ValueError, DBAPIError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        typer.echo(f"The database was not prepared: {reason}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{app_role} can read the journal and add to it, and can change nothing in it.")
