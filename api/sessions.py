"""Sign-in for people: a link that works once, and the session that it opens."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from fastapi import Request
from sqlalchemy.engine import Connection
from starlette.responses import Response

from domain.agreement.access import Actor, Role
from domain.databases import Databases, one_at_a_time, writing

LINK_HOURS = 24.0
SESSION_HOURS = 12.0  # a working day
CALENDAR_HOURS = 366 * 24.0
COOKIE = "pakta_session"

metadata = sa.MetaData()
WHO = ("actor", "role", "organisation")


def _kept(name: str) -> sa.Table:
    """Secrets of a kind: their hashes, whom each stands for, and until when."""
    return sa.Table(
        name,
        metadata,
        sa.Column("digest", sa.String(64), primary_key=True),
        *(sa.Column(column, sa.Text, nullable=False) for column in (*WHO, "ends_at")),
    )


links, sessions, calendar_keys = map(_kept, ("sign_in_links", "sessions", "calendar_keys"))


class Sessions:
    """Links that were given out, sessions and calendar keys that are open. Of each only the hash is kept."""

    def __init__(self, databases: Databases) -> None:
        self.engine = databases.engine("people")
        with writing(self.engine).begin() as connection:
            one_at_a_time(connection, "schema")
            metadata.create_all(connection)

    def invite(
        self, organisation: str, role: Role, actor: str | None = None, hours: float = LINK_HOURS
    ) -> str:
        """The secret of a new link. `actor` is the opaque id that entries carry; by default a new one."""
        who = Actor(actor or str(uuid4()), role, organisation)
        with writing(self.engine).begin() as connection:
            return _keep(connection, links, who, hours)

    def invited(self, link: str) -> Actor | None:
        """Whom a link lets in, or None if it cannot be used any more."""
        with self.engine.connect() as connection:
            return _holder(connection, links, link)

    def open(self, link: str) -> str | None:
        """Use up a link. Returns the secret of a new session; None if the link was used, or is too old."""
        with writing(self.engine).begin() as connection:
            who = _holder(connection, links, link)
            used = connection.execute(sa.delete(links).where(links.c.digest == hashed(link))).rowcount
            connection.execute(sa.delete(sessions).where(sessions.c.ends_at <= _at()))
            # Of two that use it at the same moment only one deletes it.
            return _keep(connection, sessions, who, SESSION_HOURS) if who and used else None

    def actor(self, session: str) -> Actor | None:
        """Whose session it is, or None if it has ended."""
        with self.engine.connect() as connection:
            return _holder(connection, sessions, session)

    def subscribe(self, actor: Actor) -> str:
        """A key with which a calendar program reads what somebody may see. One that was given before ends."""
        with writing(self.engine).begin() as connection:
            connection.execute(sa.delete(calendar_keys).where(calendar_keys.c.actor == actor.id))
            return _keep(connection, calendar_keys, actor, CALENDAR_HOURS)

    def subscriber(self, key: str) -> Actor | None:
        """Whose calendar key it is, or None if it has ended."""
        with self.engine.connect() as connection:
            return _holder(connection, calendar_keys, key)

    def end(self, session: str) -> None:
        """Sign out."""
        with writing(self.engine).begin() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.digest == hashed(session)))

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def hashed(secret: str) -> str:
    """The form in which a secret is kept. It is 256 random bits: a slow hash would guard nothing more."""
    return hashlib.sha256(secret.encode()).hexdigest()


def own_page(request: Request) -> bool:
    """Whether one of our own pages sends the request, as the browser tells (Fetch Metadata; RFC 6454)."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin == f"{request.url.scheme}://{request.headers.get('host')}"


def session_of(request: Request) -> str | None:
    """The secret of the session that a request carries."""
    return request.cookies.get(_name(request))


def carry(request: Request, response: Response, session: str) -> None:
    """Have a browser carry a session from now on."""
    response.set_cookie(
        _name(request),
        session,
        max_age=int(SESSION_HOURS * 3600),
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def drop(request: Request, response: Response) -> None:
    """Have a browser carry no session any more."""
    response.delete_cookie(_name(request), secure=_is_secure(request), httponly=True, samesite="lax")


def _name(request: Request) -> str:
    # The prefix has browsers refuse a cookie that another host or a plain connection set (RFC 6265bis).
    return f"__Host-{COOKIE}" if _is_secure(request) else COOKIE


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _keep(connection: Connection, table: sa.Table, who: Actor, hours: float) -> str:
    secret = secrets.token_urlsafe(32)
    row = dict(zip(WHO, who, strict=True)) | {"digest": hashed(secret), "ends_at": _at(hours)}
    connection.execute(sa.insert(table).values(**row))
    return secret


def _holder(connection: Connection, table: sa.Table, secret: str) -> Actor | None:
    query = sa.select(*(table.c[name] for name in WHO))
    query = query.where(table.c.digest == hashed(secret), table.c.ends_at > _at())
    row = connection.execute(query).one_or_none()
    return Actor(*row) if row else None


def _at(hours: float = 0) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds")
