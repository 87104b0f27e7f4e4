"""What a projection is given: agreements that changed, with all that is known of them."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, NamedTuple, Self, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement import History, State, Stretch, outlook
from domain.agreement.access import Access, access
from domain.journal import Entry
from projections.turning import Turns
from projections.writing import Row, Values, halves, in_columns, put_in, put_over, take_out

Thing = TypeVar("Thing")
Made = Mapping[UUID, Sequence[Sequence[Row]]]  # rows by agreement, table by table
# By which the rows of an agreement in a table are known again: their hashes, or what they rest on.
Marks = dict[tuple[UUID, sa.Table], Hashable]
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
    def reach(self) -> Access:
        """Who may see it."""
        return access(self.history)

    @cached_property
    def readers(self) -> Sequence[str]:
        """To whom it was granted, by name; of what is public nobody, as everybody reads that."""
        return sorted(self.reach.readers) if self.reach.visibility != "public" else ()

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

    def project(self, connection: Connection, changes: Sequence[Change], marks: Marks | None = None) -> None:
        """Have the rows of the agreements that changed.

        `marks` are of what is there for certain, and is left as it is where it would be the same; they are
        brought up to date. Without them all rows are replaced.
        """
        made = {change.agreement: [list(rows) for rows in self.rows(change)] for change in changes}
        self.put(connection, made, {} if marks is None else marks)

    def put(self, connection: Connection, made: Made, marks: Marks) -> None:
        """Put rows in place of those that are there; see `project`."""
        for n, table in enumerate(self.tables):
            if "agreement" in table.c:
                rows = {agreement: in_columns(connection, table, its[n]) for agreement, its in made.items()}
                _replace(connection, table, rows, marks)

    def turns(self, rows: Sequence[Sequence[Row]]) -> Turns:  # noqa: ARG002  # most count nothing
        """What all rows of some agreements, table by table, do to figures that are of many."""
        return {}

    def turned(self, connection: Connection) -> Turns:  # noqa: ARG002  # likewise
        """What all rows that are there do to figures."""
        return {}

    def sum_up(self, connection: Connection, turned: Turns) -> None:
        """Keep what rows that were put in without `project` do to figures."""


class Mark(NamedTuple):
    """The hashes of an agreement's rows in a table: of what is quiet in them, and of all the rest."""

    quiet: int
    rest: int

    @classmethod
    def of(cls, table: sa.Table, rows: Sequence[Values]) -> Self:
        """The mark of rows."""
        quiet, rest = halves(table)
        return cls(hash(tuple(map(quiet, rows))), hash(tuple(map(rest, rows))))

    def has_rest_of(self, other: Hashable) -> bool:
        """Whether rows differ from others in what is quiet alone."""
        return isinstance(other, Mark) and other.rest == self.rest


def _replace(
    connection: Connection, table: sa.Table, rows: Mapping[UUID, Sequence[Values]], marks: Marks
) -> None:
    found = {agreement: Mark.of(table, its) for agreement, its in rows.items()}
    known = {agreement: marks.get((agreement, table)) for agreement in found}
    changed = [agreement for agreement, mark in found.items() if known[agreement] != mark]
    alike = {agreement for agreement in changed if found[agreement].has_rest_of(known[agreement])}
    others = [agreement for agreement in changed if agreement not in alike]
    take_out(connection, table, others)
    put_in(connection, table, list(chain.from_iterable(rows[agreement] for agreement in others)))
    put_over(connection, table, list(chain.from_iterable(rows[agreement] for agreement in alike)))
    marks.update({(agreement, table): found[agreement] for agreement in changed})


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


def span_columns(*, index: bool = True) -> list[sa.Column[Any]]:
    """The columns of a row that holds for a stretch of days, found by its agreement."""
    return [
        sa.Column("agreement", sa.Uuid, nullable=False, index=index),
        sa.Column("since", sa.String(10), nullable=False),
        sa.Column("until", sa.String(10), nullable=False),
    ]


@lru_cache(maxsize=1 << 12)  # several views tell of the same entry
def in_utc(moment: datetime) -> str:
    """A time as the record writes it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def on(table: sa.FromClause, day: date) -> sa.ColumnElement[bool]:
    """The rows that hold on a day; the very last day there is is the one before for this."""
    text = min(day, LAST_DAY).isoformat()
    return sa.and_(table.c.since <= text, table.c.until > text)
