"""Pages in a stable order: each begins just beyond the last row of the one before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Page:
    """Rows in order; `last` is the key to go on from, or None when there are no more."""

    rows: Sequence[Any]
    last: Key | None


def paged(
    connection: Connection,
    query: sa.Select[Any],
    key: Sequence[sa.ColumnElement[Any]],
    after: Key | None,
    limit: int,
    *,
    descending: bool = False,
) -> Page:
    """A page in order of a key, from just beyond the one given (keyset pagination)."""
    labelled = query.add_columns(*(column.label(f"key_{n}") for n, column in enumerate(key)))
    walked = in_order(labelled, key, after, descending=descending)
    rows = connection.execute(walked.limit(limit + 1)).mappings().all()
    shown = rows[:limit]
    last = tuple(shown[-1][f"key_{n}"] for n in range(len(key))) if len(rows) > limit else None
    return Page(shown, last)


def in_order(
    query: sa.Select[Any], key: Sequence[sa.ColumnElement[Any]], after: Key | None, *, descending: bool
) -> sa.Select[Any]:
    """A query in order of a key, from just beyond the one given."""
    if after is not None:
        here, there = sa.tuple_(*key), sa.tuple_(*after)
        query = query.where(here < there if descending else here > there)
    return query.order_by(*(column.desc() if descending else column for column in key))
