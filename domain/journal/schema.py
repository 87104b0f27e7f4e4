"""The journal's tables, and the guards with which the database itself keeps them append-only."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from domain.databases import one_at_a_time, writing

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

_POSTGRESQL_FUNCTIONS = (
    """CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
       END $$""",
    """CREATE OR REPLACE FUNCTION refuse_gap() RETURNS trigger LANGUAGE plpgsql
       SET search_path FROM CURRENT AS $$
       BEGIN
         IF NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM events) THEN
           RAISE EXCEPTION 'events is append-only: positions are dense'
             USING ERRCODE = 'integrity_constraint_violation';
         END IF;
         RETURN NEW;
       END $$""",
)
_POSTGRESQL_GUARDS = (
    (
        "{table}_never_changes",
        "BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    ),
    (
        "{table}_never_shrinks",
        "BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ),
)
_POSTGRESQL_PRESENT = """
    SELECT tgrelid::regclass::text || '.' || tgname FROM pg_trigger
    WHERE tgrelid IN ('events'::regclass, 'receipts'::regclass) AND tgenabled = 'A'"""
_POSTGRESQL_DENSE = (
    "events_only_append",
    "BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse_gap()",
)


def create(engine: Engine) -> None:
    """Make what is not there yet. Safe when many processes start at once."""
    with writing(engine).begin() as connection:
        one_at_a_time(connection, "schema")
        metadata.create_all(connection)
        if connection.dialect.name == "sqlite":
            _guard_sqlite(connection)
        else:
            _guard_postgresql(connection)


def _guard_sqlite(connection: Connection) -> None:
    for table in ("events", "receipts"):
        for guard in _SQLITE_GUARDS:
            connection.exec_driver_sql(guard.format(table=table))
    connection.exec_driver_sql(_SQLITE_EVENTS_GUARD)
    connection.exec_driver_sql(_SQLITE_RECEIPTS_GUARD)


def _guard_postgresql(connection: Connection) -> None:
    guards = [
        (name.format(table=t), rule.format(table=t), t)
        for t in ("events", "receipts")
        for name, rule in _POSTGRESQL_GUARDS
    ]
    guards.append((*_POSTGRESQL_DENSE, "events"))
    present = set(connection.scalars(sa.text(_POSTGRESQL_PRESENT)))
    if present.issuperset(f"{table}.{name}" for name, _, table in guards):
        return
    for function in _POSTGRESQL_FUNCTIONS:
        connection.exec_driver_sql(function.replace("%", "%%"))
    for name, rule, table in guards:
        connection.exec_driver_sql(f"CREATE OR REPLACE TRIGGER {name} {rule}")
        # ALWAYS: they hold in a replica's session too, which plain triggers do not.
        connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
