"""Views with a row for each version of an agreement: most facts add theirs and leave the others alone."""

from collections.abc import Iterable, Sequence

from sqlalchemy.engine import Connection

from domain.agreement.history import MENDS
from projections.change import Change, Marks, Projection
from projections.writing import Row, in_columns, put_in


class ByVersion(Projection):
    """A view of one table. A row depends on its own entry, on what mends it, and on who may see it."""

    def beyond(self, change: Change, version: int) -> Iterable[Row]:
        """The rows of all versions beyond one."""
        raise NotImplementedError

    def rows(self, change: Change) -> Sequence[Iterable[Row]]:
        """See `Projection`."""
        return (self.beyond(change, 0),)

    def project(self, connection: Connection, changes: Sequence[Change], marks: Marks | None = None) -> None:
        """See `Projection`. Where nothing that is there can have changed, rows are added to it."""
        known: Marks = {} if marks is None else marks
        (table,) = self.tables
        grown: list[Row] = []
        others = []
        for change in changes:
            mark = known.pop((change.agreement, table), None)
            if isinstance(mark, tuple) and mark[1:] == _mark(change)[1:] and not _is_mended(change, mark[0]):
                grown += self.beyond(change, mark[0])
            else:
                others.append(change)
        super().project(connection, others)
        put_in(connection, table, in_columns(connection, table, grown))
        known.update({(change.agreement, table): _mark(change) for change in changes})


def _mark(change: Change) -> tuple[int, str, str]:
    reach = change.reach
    return len(change.entries), reach.owner, reach.visibility


def _is_mended(change: Change, version: int) -> bool:
    return any(entry.fact.type in MENDS for entry in change.entries[version:])
