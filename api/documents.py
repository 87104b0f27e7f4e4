"""Evidence files: kept once, found by the SHA-256 of their content."""

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple

import sqlalchemy as sa

from domain.agreement.access import Actor
from domain.databases import Databases, one_at_a_time, writing

metadata = sa.MetaData()
documents = sa.Table(
    "documents",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
uploads = sa.Table(
    "uploads",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("organisation", sa.Text, primary_key=True),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("uploaded_at", sa.Text, nullable=False),
)
upload_keys = sa.Table(
    "upload_keys",
    metadata,
    sa.Column("principal", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
)


class Stored(NamedTuple):
    """A document without its content; `size` in bytes."""

    sha256: str
    media_type: str
    size: int


class OtherContent(Exception):
    """The Idempotency-Key was used for another document."""


class Documents:
    """The files behind the evidence."""

    def __init__(self, databases: Databases) -> None:
        self.engine = databases.engine("documents")
        with writing(self.engine).begin() as connection:
            one_at_a_time(connection, "schema")
            metadata.create_all(connection)

    def keep(self, content: bytes, media_type: str, actor: Actor, key: str | None = None) -> Stored:
        """Store a document, once however often it comes.

        Raises:
            OtherContent: the key was used before, with other content.
        """
        stored = Stored(hashlib.sha256(content).hexdigest(), media_type, len(content))
        with writing(self.engine).begin() as connection:
            one_at_a_time(connection, "documents")
            if key is not None:
                self._bind(connection, actor.id, key, stored.sha256)
            known = sa.select(documents.c.sha256).where(documents.c.sha256 == stored.sha256)
            if connection.scalar(known) is None:
                connection.execute(sa.insert(documents).values(**stored._asdict(), content=content))
            mine = sa.select(uploads.c.sha256).where(
                uploads.c.sha256 == stored.sha256, uploads.c.organisation == actor.organisation
            )
            if connection.scalar(mine) is None:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                row = {"sha256": stored.sha256, "organisation": actor.organisation, "actor": actor.id}
                connection.execute(sa.insert(uploads).values(**row, uploaded_at=now))
        return stored

    def content(self, sha256: str) -> tuple[Stored, bytes] | None:
        """A document with its content."""
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(documents).where(documents.c.sha256 == sha256)).one_or_none()
        return (Stored(row.sha256, row.media_type, row.size), row.content) if row else None

    def uploaded_by(self, sha256: str, organisation: str) -> bool:
        """Whether an organisation uploaded the document itself."""
        query = sa.select(uploads.c.sha256).where(
            uploads.c.sha256 == sha256, uploads.c.organisation == organisation
        )
        with self.engine.connect() as connection:
            return connection.scalar(query) is not None

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def _bind(self, connection: sa.Connection, principal: str, key: str, sha256: str) -> None:
        query = sa.select(upload_keys.c.sha256).where(
            upload_keys.c.principal == principal, upload_keys.c.key == key
        )
        known = connection.scalar(query)
        if known is None:
            connection.execute(sa.insert(upload_keys).values(principal=principal, key=key, sha256=sha256))
        elif known != sha256:
            raise OtherContent


def media_type_of(content: bytes) -> str | None:
    """The kind of a scan, told from its first bytes; None for any other kind."""
    for start, kind in (
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
    ):
        if content.startswith(start):
            return kind
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None
