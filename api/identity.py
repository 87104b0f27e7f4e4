"""Who is asking: by a bearer token, hashed at rest, or by the session of a browser."""

import asyncio
import secrets
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import sqlalchemy as sa
from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.problems import Problem
from api.sessions import hashed, own_page, session_of
from domain.agreement.access import Actor, Role
from domain.databases import Databases, one_at_a_time, writing

TRUSTED_SECONDS = 2.0
PREFIX = "pakta_"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})  # methods that change nothing (RFC 9110, section 9.2.1)

metadata = sa.MetaData()
tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("organisation", sa.Text, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("revoked_at", sa.Text),
)


class Directory:
    """The tokens that were given out. Only their hashes are kept: a lost token cannot be shown again."""

    def __init__(self, databases: Databases) -> None:
        self.engine = databases.engine("people")
        self._seen: dict[str, tuple[float, Actor]] = {}
        self._asked: dict[tuple[asyncio.AbstractEventLoop, str], asyncio.Future[Actor | None]] = {}
        with writing(self.engine).begin() as connection:
            one_at_a_time(connection, "schema")
            metadata.create_all(connection)

    def issue(self, organisation: str, role: Role, actor: str | None = None) -> str:
        """A new token. `actor` is the opaque id that entries will carry; by default a new one."""
        token = PREFIX + secrets.token_urlsafe(32)
        row = {
            "digest": hashed(token),
            "actor": actor or str(uuid4()),
            "role": role,
            "organisation": organisation,
            "created_at": _now(),
        }
        with writing(self.engine).begin() as connection:
            connection.execute(sa.insert(tokens).values(**row))
        return token

    def given_out(self) -> Sequence[sa.RowMapping]:
        """Every token's actor, role, organisation and dates, oldest first."""
        with self.engine.connect() as connection:
            return connection.execute(sa.select(tokens).order_by(tokens.c.created_at)).mappings().all()

    def revoke(self, actor: str) -> int:
        """End every token of an actor. Returns how many there were."""
        ended = sa.update(tokens).where(tokens.c.actor == actor, tokens.c.revoked_at.is_(None))
        with writing(self.engine).begin() as connection:
            return connection.execute(ended.values(revoked_at=_now())).rowcount

    def actor(self, token: str) -> Actor | None:
        """Whose token it is, or None if it is no token or was revoked."""
        digest = hashed(token)
        query = sa.select(tokens).where(tokens.c.digest == digest, tokens.c.revoked_at.is_(None))
        with self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            self._seen.pop(digest, None)
            return None
        actor = Actor(row.actor, row.role, row.organisation)
        self._seen[digest] = (time.monotonic(), actor)
        return actor

    async def asked(self, token: str) -> Actor | None:
        """`actor`, for coroutines. Those who come at once with the same token wait for one answer."""
        key = asyncio.get_running_loop(), hashed(token)
        asking = self._asked.get(key)
        if asking is None:
            asking = self._asked[key] = asyncio.ensure_future(run_in_threadpool(self.actor, token))
            asking.add_done_callback(lambda _: self._asked.pop(key, None))
        return await asyncio.shield(asking)  # whoever goes away leaves the others waiting

    def lately_seen(self, token: str) -> Actor | None:
        """Whose token it was a moment ago. Saves a question for each of many requests."""
        seen = self._seen.get(hashed(token))
        return seen[1] if seen and time.monotonic() - seen[0] < TRUSTED_SECONDS else None

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


async def asking(request: Request) -> Actor | None:
    """Who sends the request; None for somebody with neither a token nor a session.

    Raises:
        Problem: 401, the token is not valid; 403, a page of another site sends what changes something.
    """
    header = request.headers.get("authorization")
    if header is None:
        return await signed_in(request)
    scheme, _, token = header.partition(" ")
    directory: Directory = request.app.state.running.directory
    if scheme.lower() == "bearer" and token.strip():
        token = token.strip()
        if actor := directory.lately_seen(token) or await directory.asked(token):
            request.state.actor = actor
            return actor
    raise Problem("no_token", 401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


async def signed_in(request: Request) -> Actor | None:
    """Whose session the request carries. A browser carries it along for other sites' pages too."""
    session = session_of(request)
    actor = await run_in_threadpool(request.app.state.running.sessions.actor, session) if session else None
    if actor and request.method not in SAFE and not own_page(request):
        raise Problem("other_site", 403)
    if actor:
        request.state.actor = actor
    return actor


async def reader(request: Request) -> Actor | None:
    """Who reads. Without a token only where the public may read.

    Raises:
        Problem: 401, a token is needed.
    """
    actor = await asking(request)
    if actor is None and not request.app.state.running.settings.public_reading:
        raise Problem("no_token", 401, headers={"WWW-Authenticate": "Bearer"})
    return actor


async def writer(request: Request) -> Actor:
    """Who writes. What the writer may do is decided where the agreement is known.

    Raises:
        Problem: 401, a token is needed.
    """
    actor = await asking(request)
    if actor is None:
        raise Problem("no_token", 401, headers={"WWW-Authenticate": "Bearer"})
    return actor


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
