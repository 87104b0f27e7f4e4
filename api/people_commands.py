"""Commands about people: the tokens that were given out."""

from typing import Annotated, get_args

import typer

from api import printing
from api.terminal import Data, directory, fall_short
from domain.agreement.access import Role

app = typer.Typer(no_args_is_help=True, help="Give out and end access.")


@app.command("create")
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


@app.command("list")
def list_tokens(data: Data = None) -> None:
    """Print who holds a token: actor, role, organisation, since when."""
    with directory(data) as people:
        for row in people.given_out():
            ended = f"  revoked {row['revoked_at']}" if row["revoked_at"] else ""
            typer.echo(
                f"{row['actor']}  {row['role']:<11}  {row['organisation']}  {row['created_at']}{ended}"
            )


@app.command("revoke")
def revoke_token(
    actor: Annotated[str, typer.Argument(help="Actor, as `tokens list` prints it.")], data: Data = None
) -> None:
    """End every token of an actor."""
    with directory(data) as people:
        if not people.revoke(actor):
            fall_short(f"{actor} holds no token.")
