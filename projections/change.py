"""What a projection is given: agreements that changed, with all that is known of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement import History, State, Stretch, outlook
from domain.journal import Entry
from projections.beside import at_hand

Row = dict[str, Any]
LAST_DAY = date.max - timedelta(days=1)


@dataclass(frozen=True)
class Change:
    """An agreement of which something was recorded: every entry up to now, folded."""

    agreement: UUID
    entries: Sequence[Entry]
    history: History
    answers: Sequence[Stretch] | None = None

    @cached_property
    def stretches(self) -> Sequence[Stretch]:
        """The answers wanted; else how it stands from now on, worked out once for all projections."""
        return outlook(self.history) if self.answers is None else self.answers

    @property
    def recorded_on(self) -> date:
        """The first day for which the stretches have an answer."""
        return self.stretches[0].since


class Projection(Protocol):
    """A view of the journal: its tables and how to fill them. What it writes depends on the change alone."""

    name: str
    version: int
    tables: Sequence[sa.Table]

    def project(self, connection: Connection, changes: Sequence[Change]) -> None:
        """Replace all rows of the agreements that changed."""
        ...


def replace(connection: Connection, table: sa.Table, changes: Sequence[Change], rows: Iterable[Row]) -> None:
    """Take out an agreement's rows and put in others; in the table beside if the connection is for those."""
    table = at_hand(connection, table)
    gone = sa.delete(table).where(table.c.agreement == sa.bindparam("changed"))
    connection.execute(gone, [{"changed": change.agreement} for change in changes])
    new = list(rows)
    if new:
        connection.execute(sa.insert(table), new)


def runs(change: Change, rows_of: Callable[[State], Iterable[Row]]) -> Iterable[Row]:
    """The rows of every stretch, each row as long as it stays the same. Voids have none."""
    open_rows: list[Row] = []
    for stretch in change.stretches:
        wanted = [] if stretch.state.voided else list(rows_of(stretch.state))
        kept = []
        for row in open_rows:
            bare = {name: value for name, value in row.items() if name not in ("agreement", "since", "until")}
            if bare in wanted:
                wanted.remove(bare)
                kept.append(row | {"until": stretch.until.isoformat()})
            else:
                yield row
        span = {
            "agreement": change.agreement,
            "since": stretch.since.isoformat(),
            "until": stretch.until.isoformat(),
        }
        open_rows = kept + [{**span, **row} for row in wanted]
    yield from open_rows


def span_columns() -> list[sa.Column[Any]]:
    """The columns of a row that holds for a stretch of days."""
    return [
        sa.Column("agreement", sa.Uuid, nullable=False, index=True),
        sa.Column("since", sa.String(10), nullable=False),
        sa.Column("until", sa.String(10), nullable=False),
    ]


def on(table: sa.FromClause, day: date) -> sa.ColumnElement[bool]:
    """The rows that hold on a day; the very last day there is is the one before for this."""
    text = min(day, LAST_DAY).isoformat()
    return sa.and_(table.c.since <= text, table.c.until > text)
