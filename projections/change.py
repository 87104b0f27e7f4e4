"""What a projection is given: agreements that changed, with all that is known of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement import History, State, Stretch, outlook
from domain.journal import Entry
from projections.turning import Turns
from projections.writing import Row, in_columns, put_in, take_out

Thing = TypeVar("Thing")
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

    @cached_property
    def recorded_at(self) -> Sequence[str]:
        """When each entry was recorded, as the record writes it: UTC, to the microsecond."""
        return [in_utc(entry.recorded_at) for entry in self.entries]

    @property
    def recorded_on(self) -> date:
        """The first day for which the stretches have an answer."""
        return self.stretches[0].since


class Projection:
    """A view of the journal: its tables and how to fill them. What it writes depends on the change alone."""

    name: str
    version: int
    tables: Sequence[sa.Table]

    def rows(self, change: Change) -> Sequence[Iterable[Row]]:
        """All rows of an agreement, table by table; each has a value for every column."""
        raise NotImplementedError

    def project(self, connection: Connection, changes: Sequence[Change]) -> None:
        """Replace all rows of the agreements that changed."""
        if not changes:
            return
        made = [self.rows(change) for change in changes]
        agreements = [change.agreement for change in changes]
        for table, rows in zip(self.tables, zip(*made, strict=True), strict=True):
            if "agreement" in table.c:
                take_out(connection, table, agreements)
            put_in(connection, table, in_columns(connection, table, chain.from_iterable(rows)))

    def turns(self, rows: Sequence[Sequence[Row]]) -> Turns:  # noqa: ARG002  # most count nothing
        """What all rows of some agreements, table by table, do to figures that are of many."""
        return {}

    def sum_up(self, connection: Connection, turned: Turns) -> None:
        """Keep what rows that were put in without `project` do to figures."""


def runs(
    change: Change,
    things_of: Callable[[State], Iterable[Thing]],
    row_of: Callable[[Thing], Row],
    *,
    lasting: bool = False,
) -> Iterator[Row]:
    """A row for everything that the stretches tell of, as long as it stays the same. Voids have none.

    What is `lasting` does not turn with the day alone, but only when another fact counts.
    """
    made: dict[int, tuple[Thing, Row]] = {}  # a thing that is kept keeps its id
    opened: list[tuple[Row, date]] = []
    since = until = date.min
    settled: State | None = None
    for stretch in change.stretches:
        since, until = stretch.since, stretch.until
        if lasting and settled is not None and stretch.state.milestones is settled.milestones:
            continue
        settled = stretch.state
        things = () if stretch.state.voided else things_of(stretch.state)
        # Most things are the same objects from one stretch to the next.
        told = [made.get(id(thing)) or made.setdefault(id(thing), (thing, row_of(thing))) for thing in things]
        wanted = [row for _, row in told]
        kept = []
        for row, begun in opened:
            if row in wanted:
                wanted.remove(row)
                kept.append((row, begun))
            else:
                yield {**_span(change, begun, since), **row}
        opened = kept + [(row, since) for row in wanted]
    for row, begun in opened:
        yield {**_span(change, begun, until), **row}


def _span(change: Change, since: date, until: date) -> Row:
    return {"agreement": change.agreement, "since": since.isoformat(), "until": until.isoformat()}


def span_columns() -> list[sa.Column[Any]]:
    """The columns of a row that holds for a stretch of days."""
    return [
        sa.Column("agreement", sa.Uuid, nullable=False, index=True),
        sa.Column("since", sa.String(10), nullable=False),
        sa.Column("until", sa.String(10), nullable=False),
    ]


def in_utc(moment: datetime) -> str:
    """A time as the record writes it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def on(table: sa.FromClause, day: date) -> sa.ColumnElement[bool]:
    """The rows that hold on a day; the very last day there is is the one before for this."""
    text = min(day, LAST_DAY).isoformat()
    return sa.and_(table.c.since <= text, table.c.until > text)
