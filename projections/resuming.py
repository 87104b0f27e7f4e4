"""Where a rebuild is, noted together with its rows: what a killed one filled in the next can go on with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from projections.beside import are_there
from projections.change import Projection
from projections.checkpoints import read_checkpoints

metadata = sa.MetaData()
rebuild = sa.Table(
    "rebuild",
    metadata,
    sa.Column("views", sa.Text, primary_key=True),
    sa.Column("upto", sa.BigInteger, nullable=False),
    sa.Column("after", sa.Uuid),
    sa.Column("filled", sa.Boolean, nullable=False),
)


@dataclass(frozen=True)
class Filling:
    """How far the new rows of some views are, agreement by agreement and each up to one position.

    `after` is the last agreement whose rows are there; `filled` says that all are, with indexes and figures,
    so that only what was recorded since is missing. How many entries that is the new checkpoints say.
    """

    views: str
    upto: int
    after: UUID | None = None
    filled: bool = False


def create(connection: Connection) -> None:
    """Have the table there that says where a rebuild is."""
    rebuild.create(connection, checkfirst=True)


def called(projections: Iterable[Projection], timezone: ZoneInfo) -> str:
    """What rows are made of besides the journal: the projections, their versions, and where days begin."""
    told = sorted(f"{projection.name} {projection.version}" for projection in projections)
    return f"{', '.join(told)} in {timezone.key}"


def note(connection: Connection, filling: Filling) -> None:
    """Say where the rebuild is; there is only one."""
    forget(connection)
    connection.execute(sa.insert(rebuild).values(**vars(filling)))


def forget(connection: Connection) -> None:
    """Say that no rebuild is under way."""
    connection.execute(sa.delete(rebuild))


def left_over(
    connection: Connection, projections: Sequence[Projection], timezone: ZoneInfo, end: int
) -> Filling | None:
    """What a rebuild of the same views left, if it is whole and not beyond where this one is to end.

    The connection is for the tables beside the live ones.
    """
    row = connection.execute(sa.select(rebuild)).mappings().one_or_none()
    if row is None or row["views"] != called(projections, timezone):
        return None
    new = read_checkpoints(connection)
    if any(c.stuck_at is not None for c in new) or max(row["upto"], *(c.position for c in new)) > end:
        return None
    tables = [table for projection in projections for table in projection.tables]
    return Filling(**row) if are_there(connection, tables) else None
