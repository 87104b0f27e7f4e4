"""Commands about people: the tokens that were given out."""

from typing import Annotated, get_args

import typer

from api import printing
from api.terminal import Data, directory, fall_short, sessions
from domain.agreement.access import Role

app = typer.Typer(no_args_is_help=True, help="Give out and end access.")


@app.command("create")
def create_token(
    organisation: Annotated[str, typer.Option(help="Short name, such as kota-bandung.")],
    role: Annotated[str, typer.Option(help="viewer, coordinator, auditor or admin.")],
    data: Data = None,
) -> None:
    """Print a new token. It is shown once: only its hash is kept."""
    _check(organisation, role)
    with directory(data) as people:
        typer.echo(people.issue(organisation, role))  # type: ignore[arg-type]  # checked above


@app.command("sign-in")
def sign_in(
    organisation: Annotated[str, typer.Option(help="Short name, such as kota-bandung.")],
    role: Annotated[str, typer.Option(help="viewer, coordinator, auditor or admin.")],
    data: Data = None,
    address: Annotated[str, typer.Option(help="Where Pakta is served.")] = "http://127.0.0.1:8000",
    hours: Annotated[float, typer.Option(min=0.1, max=720, help="How long the link can be used.")] = 24,
) -> None:
    """Print a link that signs somebody in, once."""
    _check(organisation, role)
    with sessions(data) as open_sessions:
        link = open_sessions.invite(organisation, role, hours=hours)  # type: ignore[arg-type]  # checked above
        typer.echo(f"{address.rstrip('/')}/sign-in/{link}")


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


def _check(organisation: str, role: str) -> None:
    if role not in get_args(Role):
        raise typer.BadParameter(f"must be one of {', '.join(get_args(Role))}", param_hint="--role")
    if not printing.is_organisation(organisation):
        raise typer.BadParameter("must be a short name, such as kota-bandung", param_hint="--organisation")
