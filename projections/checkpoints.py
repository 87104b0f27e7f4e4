"""How far each projection is, what stopped it, and which entries it was told to skip."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from projections.beside import at_hand, twin
from projections.change import Projection

LONGEST_REASON = 500

metadata = sa.MetaData()
checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("projection", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("stuck_at", sa.BigInteger),
    sa.Column("error", sa.Text),
)
skips = sa.Table(
    "skipped",
    metadata,
    sa.Column("projection", sa.Text, primary_key=True),
    sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("error", sa.Text, nullable=False),
)
KEPT = (checkpoints, skips)
KNOWN_BY = ("projection", "version", "position")


@dataclass(frozen=True)
class Checkpoint:
    """How far a projection is; `stuck_at` is the position of the entry that stopped it."""

    projection: str
    version: int
    position: int
    stuck_at: int | None = None
    error: str | None = None


class LostRace(Exception):
    """Another follower moved the checkpoint first."""


def create(connection: Connection) -> None:
    """Have the tables of checkpoints there, also those for views that are made beside the live ones."""
    for table in KEPT:
        table.create(connection, checkfirst=True)
        twin(table).create(connection, checkfirst=True)


def read_checkpoints(connection: Connection) -> list[Checkpoint]:
    """Where every projection is, in the transaction of the connection."""
    table = at_hand(connection, checkpoints)
    rows = connection.execute(sa.select(table).order_by(table.c.projection))
    return [Checkpoint(**row) for row in rows.mappings()]


def reached(known: Sequence[Checkpoint], names: Sequence[str] = ()) -> int:
    """The position that some projections have reached, or all that are not stuck if none is named."""
    wanted = [c for c in known if (c.projection in names if names else c.stuck_at is None)]
    return min((checkpoint.position for checkpoint in wanted), default=0)


def begin(connection: Connection, projection: Projection) -> None:
    """Note that a projection stands before the first entry."""
    table = at_hand(connection, checkpoints)
    connection.execute(sa.delete(table).where(table.c.projection == projection.name))
    row = {"projection": projection.name, "version": projection.version, "position": 0}
    connection.execute(sa.insert(table).values(**row))


def move(connection: Connection, checkpoint: Checkpoint, position: int) -> Checkpoint:
    """Compare and set: whatever holds the lead, nothing is fed twice.

    Raises:
        LostRace: the projection is no longer where it was.
    """
    if not _set(connection, checkpoint, {"position": position, "stuck_at": None, "error": None}):
        raise LostRace
    return replace(checkpoint, position=position, stuck_at=None, error=None)


def note_stuck(connection: Connection, checkpoint: Checkpoint, position: int, error: str) -> None:
    """Say what stopped a projection, unless another follower has moved it meanwhile."""
    _set(connection, checkpoint, {"stuck_at": position, "error": error[:LONGEST_REASON]})


def resume(connection: Connection, name: str | None = None) -> None:
    """Forget what stopped a projection, or any if none is named, so that it is tried again."""
    chosen = checkpoints.c.projection == name if name else sa.true()
    connection.execute(sa.update(checkpoints).where(chosen).values(stuck_at=None, error=None))


def skip(connection: Connection, checkpoint: Checkpoint) -> None:
    """Note that the entry at which a projection is stuck shall be passed over, and let it go on from there.

    Raises:
        LostRace: it is no longer stuck there.
    """
    assert checkpoint.stuck_at is not None
    note_skipped(connection, checkpoint.projection, checkpoint.stuck_at, checkpoint.error or "")
    # A view that is to be rebuilt is stuck in its rebuild, and not just before the entry.
    is_next = checkpoint.stuck_at == checkpoint.position + 1
    move(connection, checkpoint, checkpoint.stuck_at if is_next else checkpoint.position)


def note_skipped(connection: Connection, name: str, position: int, error: str) -> None:
    """Keep in mind that a projection lacks an entry."""
    table = at_hand(connection, skips)
    here = (table.c.projection == name, table.c.position == position)
    connection.execute(sa.delete(table).where(*here))
    connection.execute(sa.insert(table).values(projection=name, position=position, error=error))


def skipped(connection: Connection) -> dict[str, list[int]]:
    """The positions of the entries that each projection passed over, or was told to."""
    found: dict[str, list[int]] = {}
    for row in connection.execute(sa.select(skips).order_by(skips.c.position)):
        found.setdefault(row.projection, []).append(row.position)
    return found


def take_over(connection: Connection, new: Checkpoint) -> None:
    """Let a checkpoint kept beside the live ones be the live one, and what was skipped on its way too."""
    values = {"version": new.version, "position": new.position, "stuck_at": None, "error": None}
    here = checkpoints.c.projection == new.projection
    connection.execute(sa.update(checkpoints).where(here).values(**values))
    connection.execute(sa.delete(skips).where(skips.c.projection == new.projection))
    told = sa.select(twin(skips)).where(twin(skips).c.projection == new.projection)
    connection.execute(sa.insert(skips).from_select([c.name for c in skips.c], told))


def _set(connection: Connection, checkpoint: Checkpoint, values: dict[str, object]) -> bool:
    here = {f"at_{name}": getattr(checkpoint, name) for name in KNOWN_BY}
    update = _update(at_hand(connection, checkpoints), *values)
    return connection.execute(update, values | here).rowcount == 1


@cache
def _update(table: sa.Table, *names: str) -> sa.Update:
    """The change of some columns where a checkpoint is as it is known; every step makes it for every view."""
    unmoved = (table.c[name] == sa.bindparam(f"at_{name}") for name in KNOWN_BY)
    return sa.update(table).where(*unmoved).values({name: sa.bindparam(name) for name in names})
