"""The journal's tables, and the guards with which the database itself keeps them append-only."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from domain.databases import one_at_a_time, writing
from domain.journal import postgresql

metadata = sa.MetaData()

events = sa.Table(
    "events",
    metadata,
    sa.Column(
        "position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False
    ),
    sa.Column("agreement", sa.Uuid, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("state", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("agreement", "version"),
)

snapshots = sa.Table(
    "snapshots",
    metadata,
    sa.Column("agreement", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("state", sa.LargeBinary, nullable=False),
)

# What was answered to a command, so that a retry gets the same answer and stores nothing.
receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("principal", sa.Text, primary_key=True),
    sa.Column("command_id", sa.Text, primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    # A row id would be a second key, and REPLACE by it would take out a row unseen.
    sqlite_with_rowid=False,
)

# The newest word on each agreement: derived from its events, kept in the same transaction, never older.
heads = sa.Table(
    "heads",
    metadata,
    sa.Column("agreement", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("opened", sa.BigInteger, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("visibility", sa.Text, nullable=False),
    sa.Column("readers", sa.Text, nullable=False),
    sa.Column("reference", sa.Text),
    sa.Column("twin", sa.Text, index=True),
    sa.UniqueConstraint("owner", "reference"),
)

_SQLITE_GUARDS = (
    """CREATE TRIGGER IF NOT EXISTS {table}_never_changes BEFORE UPDATE ON {table}
       BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS {table}_never_shrinks BEFORE DELETE ON {table}
       BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END""",
)
# REPLACE deletes without firing delete triggers, so an insert may not meet anything that is there.
_SQLITE_EVENTS_GUARD = """
    CREATE TRIGGER IF NOT EXISTS events_only_append BEFORE INSERT ON events
    WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM events)
      OR EXISTS (SELECT 1 FROM events WHERE agreement = NEW.agreement AND version = NEW.version)
    BEGIN SELECT RAISE(ABORT, 'events is append-only: positions are dense and versions unique'); END"""
_SQLITE_RECEIPTS_GUARD = """
    CREATE TRIGGER IF NOT EXISTS receipts_only_append BEFORE INSERT ON receipts
    WHEN EXISTS (SELECT 1 FROM receipts WHERE principal = NEW.principal AND command_id = NEW.command_id)
    BEGIN SELECT RAISE(ABORT, 'receipts is append-only'); END"""


def create(engine: Engine) -> None:
    """Make what is not there yet. Safe when many processes start at once.

    Raises:
        NotPrepared: something is missing, and this role may not make it.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            if postgresql.is_complete(connection, metadata):
                return
    with writing(engine).begin() as connection:
        one_at_a_time(connection, "schema")
        metadata.create_all(connection)
        if connection.dialect.name == "sqlite":
            _guard_sqlite(connection)
        else:
            postgresql.guard(connection)


def _guard_sqlite(connection: Connection) -> None:
    for table in ("events", "receipts"):
        for guard in _SQLITE_GUARDS:
            connection.exec_driver_sql(guard.format(table=table))
    connection.exec_driver_sql(_SQLITE_EVENTS_GUARD)
    connection.exec_driver_sql(_SQLITE_RECEIPTS_GUARD)
