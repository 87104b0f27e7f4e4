"""Indexes and guards out of the way while rows are put in by the million, and made again behind them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection, Engine

_SQLITE = """
    SELECT format('DROP %s "%w"', type, name), CASE type WHEN 'index' THEN sql END
    FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"""
_CONSTRAINTS = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), format(
      'ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE contype IN ('p', 'u') AND connamespace = current_schema()::regnamespace"""
_INDEXES = """
    SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)"""
_TRIGGERS = """
    SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass), NULL
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal"""
_ROOM = "SET LOCAL maintenance_work_mem = '1GB'"


@contextmanager
def unindexed(engine: Engine) -> Iterator[None]:
    """Take away the indexes of a room, and make them again at the end; triggers are left to who made them."""
    with engine.begin() as connection:
        found = _found(connection)
        for gone, _ in found:
            connection.exec_driver_sql(gone)
    yield
    for _, again in found:
        if again is not None:
            with engine.begin() as connection:
                if engine.dialect.name == "postgresql":
                    connection.exec_driver_sql(_ROOM)
                connection.exec_driver_sql(again)


def _found(connection: Connection) -> list[tuple[str, str | None]]:
    """How each is dropped, and how an index or a key is made again."""
    is_postgresql = connection.dialect.name == "postgresql"
    questions = (_INDEXES, _CONSTRAINTS, _TRIGGERS) if is_postgresql else (_SQLITE,)
    driver = connection.connection.driver_connection
    assert driver is not None
    # Asked of the driver itself, which leaves the percent signs alone.
    rows = [row for question in questions for row in driver.cursor().execute(question).fetchall()]
    return [(gone, again) for gone, again in rows]
