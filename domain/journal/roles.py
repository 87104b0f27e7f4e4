"""Two roles on PostgreSQL: an owner, who makes the journal, and an application, which can only add to it."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.databases import Databases, one_at_a_time
from domain.journal import schema

# Rooms in which the application makes and changes tables as it needs.
OPEN_ROOMS = ("views", "people", "documents", "pakta")  # the last holds the views for other people's tools

_EXISTS = sa.text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)")
# A superuser counts as a member of every role.
_MAY_ACT_AS_OWNER = sa.text("""
    SELECT EXISTS (
      SELECT FROM (
        SELECT nspowner AS owner FROM pg_namespace WHERE oid = 'journal'::regnamespace
        UNION SELECT relowner FROM pg_class WHERE relnamespace = 'journal'::regnamespace
        UNION SELECT proowner FROM pg_proc WHERE pronamespace = 'journal'::regnamespace
        UNION SELECT datdba FROM pg_database WHERE datname = current_database()
      ) AS owners WHERE pg_has_role(:role, owner, 'MEMBER'))""")
_OF_OTHERS = sa.text(
    "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'views' AND tableowner <> :role)"
)
_JOURNAL = (
    "REVOKE ALL ON SCHEMA journal FROM PUBLIC, {role}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA journal FROM PUBLIC, {role}",
    "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA journal FROM PUBLIC, {role}",
    "GRANT USAGE ON SCHEMA journal TO {role}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA journal TO {role}",
    "GRANT EXECUTE ON FUNCTION journal.append TO {role}",
)
_OPEN = (
    "CREATE SCHEMA IF NOT EXISTS {room}",
    "GRANT ALL ON SCHEMA {room} TO {role}",
    "GRANT ALL ON ALL TABLES IN SCHEMA {room} TO {role}",
)


def prepare(owner: Databases, role: str) -> None:
    """Make what the owner has to make, and let a role read the journal, call `append`, and no more.

    Safe to repeat, as after an update.

    Raises:
        ValueError: there is no such role, or it could give itself every right.
    """
    engine = owner.engine("journal")
    try:
        schema.create(engine)
        with engine.begin() as connection:
            one_at_a_time(connection, "schema")
            _check(connection, role)
            _give(connection, role)
    finally:
        engine.dispose()


def _check(connection: Connection, role: str) -> None:
    if not connection.scalar(_EXISTS, {"role": role}):
        raise ValueError(f"there is no role {role}; make it with CREATE ROLE {role} LOGIN PASSWORD …")
    if connection.scalar(_MAY_ACT_AS_OWNER, {"role": role}):
        raise ValueError(
            f"{role} owns the database or the journal, or may act as its owner, so nothing would hold it "
            "back; name a role of its own for the application"
        )


def _give(connection: Connection, role: str) -> None:
    name = connection.dialect.identifier_preparer.quote(role)
    if connection.scalar(_OF_OTHERS, {"role": role}):
        # Views are made anew by whoever owns them; they fill again from the journal.
        for room in ("views", "pakta"):
            connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {room} CASCADE")
    for room in OPEN_ROOMS:
        for statement in _OPEN:
            connection.exec_driver_sql(statement.format(room=room, role=name))
    for statement in _JOURNAL:
        connection.exec_driver_sql(statement.format(role=name))
