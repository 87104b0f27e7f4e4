"""Hands out the public read model: to a role of PostgreSQL, or as a file."""

import os
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from projections.public import SCHEMA, public_tables

ROWS_AT_ONCE = 5000
READABLE = 0o444
# Whether a role gets into any room of Pakta's own.
ENTERS = sa.text("""SELECT bool_or(has_schema_privilege(:role, oid, 'USAGE')) FROM pg_namespace
                    WHERE nspname IN ('journal', 'people', 'documents', 'views')""")


class NotGranted(Exception):
    """A role that cannot be confined to the views."""


def grant(engine: Engine, role: str, password: str | None = None) -> None:
    """Let a role read the views and nothing else; it is made if there is none of that name.

    Raises:
        NotGranted: the role may do more than that whatever is granted here, or PostgreSQL will not have it.
    """
    try:
        with engine.begin() as connection:
            _make(connection, role, password)
            _let_in(connection, role)
    except sa.exc.DBAPIError as error:
        raise NotGranted(str(error.orig)) from error


def _make(connection: Connection, role: str, password: str | None) -> None:
    name, database = _quoted(connection, role), _quoted(connection, str(connection.engine.url.database))
    if connection.scalar(sa.text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": role}) is None:
        connection.exec_driver_sql(f"CREATE ROLE {name} LOGIN NOINHERIT")
        for setting in (f"search_path = {SCHEMA}", "default_transaction_read_only = on"):
            connection.exec_driver_sql(f"ALTER ROLE {name} IN DATABASE {database} SET {setting}")
    elif connection.scalar(ENTERS, {"role": role}):
        raise NotGranted(f"{role} may read more than the views already; name a role of its own")
    if password is not None:
        connection.exec_driver_sql(f"ALTER ROLE {name} PASSWORD '{_sealed(connection, role, password)}'")
    connection.exec_driver_sql(f"GRANT CONNECT ON DATABASE {database} TO {name}")


def _let_in(connection: Connection, role: str) -> None:
    name = _quoted(connection, role)
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {name}")
    for view in public_tables(connection):
        connection.exec_driver_sql(f"GRANT SELECT ON {view} TO {name}")
    # Views are made anew when their tables are; the role reads those too.
    connection.exec_driver_sql(
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {SCHEMA} GRANT SELECT ON TABLES TO {name}"
    )


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)


def _sealed(connection: Connection, role: str, password: str) -> str:
    """The password as PostgreSQL keeps it, so that the word itself reaches no log of the server."""
    driver: Any = connection.connection.driver_connection
    sealed: bytes = driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return sealed.decode()


def export(engine: Engine, target: Path) -> dict[str, int]:
    """Write what the views show to a file of SQLite, as tables of the same names.

    Whoever has an older file open keeps it.

    Returns the number of rows of each.
    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    unfinished = Path(name)
    file = sa.create_engine(f"sqlite:///{unfinished}")
    try:
        with _snapshot(engine) as source, file.begin() as copy:
            counts = {view.name: _copy(source, view, copy) for view in public_tables(source)}
        unfinished.chmod(READABLE)
        unfinished.replace(target)
    finally:
        file.dispose()
        unfinished.unlink(missing_ok=True)
    return counts


def _snapshot(engine: Engine) -> Connection:
    """All views as of one moment, while others write."""
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    return engine.connect()


def _copy(source: Connection, view: sa.Table, copy: Connection) -> int:
    table = sa.Table(view.name, sa.MetaData(), *(sa.Column(c.name, c.type) for c in view.columns))
    table.create(copy)
    count = 0
    rows = source.execution_options(yield_per=ROWS_AT_ONCE).execute(sa.select(view))
    for page in rows.mappings().partitions():
        copy.execute(sa.insert(table), [dict(row) for row in page])
        count += len(page)
    return count
