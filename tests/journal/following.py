"""What tests of the views share: followers of one journal, all rows, and projections that choke."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.databases import writing
from projections.change import Change, Marks, Projection
from projections.follower import Follower
from projections.rebuilding import Progress
from projections.timeline import timeline
from projections.turning import Turns
from projections.writing import Row
from tests.journal.people import SECONDS

PROJECTIONS = ["calendar", "citations", "entries", "parties", "register", "timeline"]


def rows(follower: Follower) -> dict[str, list[str]]:
    """Every row of every table of every projection."""
    tables = [table for projection in follower.projections for table in projection.tables]
    with follower.engine.connect() as connection:
        return {t.name: sorted(map(repr, connection.execute(sa.select(t)).all())) for t in tables}


def eventually(holds: Callable[[], bool], seconds: float = SECONDS) -> bool:
    """Whether something comes true in time."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def positions(follower: Follower) -> dict[str, int]:
    return {checkpoint.projection: checkpoint.position for checkpoint in follower.checkpoints()}


def tables_there(follower: Follower) -> set[str]:
    """The names of all tables of the views, those beside the live ones included."""
    with follower.engine.connect() as connection:
        return set(sa.inspect(connection).get_table_names())


def lose_a_row(follower: Follower) -> None:
    """Let the timeline lack its last row."""
    with writing(follower.engine).begin() as connection:
        last = sa.select(sa.func.max(timeline.c.position)).scalar_subquery()
        connection.execute(sa.delete(timeline).where(timeline.c.position == last))


class Poisoned(Projection):
    """A projection that chokes on one agreement, and is otherwise what it was."""

    def __init__(self, projection: Projection, poison: object, **other: Any) -> None:
        self.projection, self.poison = projection, poison
        self.name, self.tables = projection.name, projection.tables
        self.version: int = other.get("version", projection.version)

    def rows(self, change: Change) -> Sequence[Iterable[Row]]:
        if change.agreement == self.poison:
            raise ArithmeticError("this one is poisoned")
        return self.projection.rows(change)

    def project(self, connection: Connection, changes: Sequence[Change], marks: Marks | None = None) -> None:
        for change in changes:
            self.rows(change)
        self.projection.project(connection, changes, marks)

    def turns(self, rows: Sequence[Sequence[Row]]) -> Turns:
        return self.projection.turns(rows)

    def turned(self, connection: Connection) -> Turns:
        return self.projection.turned(connection)

    def sum_up(self, connection: Connection, turned: Turns) -> None:
        self.projection.sum_up(connection, turned)


def poison(follower: Follower, name: str, agreement: object, **other: Any) -> None:
    """Let one projection choke on an agreement from now on, and no other."""
    heal(follower)
    follower.projections = tuple(
        Poisoned(p, agreement, **other) if p.name == name else p for p in follower.projections
    )


def heal(follower: Follower) -> None:
    """Let every projection be what it was."""
    follower.projections = tuple(p.projection if isinstance(p, Poisoned) else p for p in follower.projections)


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def interrupt_after(batches: int) -> Callable[[Progress], None]:
    """Somebody who presses Ctrl-C when told of so many batches."""
    left = iter(range(1, batches))

    def tell(_: Progress) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return tell


def interrupted(follower: Follower, batches: int = 2) -> None:
    """Rebuild all views, but not to the end."""
    with pytest.raises(KeyboardInterrupt):
        follower.rebuild((), interrupt_after(batches))
