"""However a list is narrowed, the same is found; and of many no row is read that is not wanted."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from benchmarks.register.filling import Register, fill
from domain.databases import Databases
from domain.journal import Journal
from projections import listing
from projections.counting import count
from projections.follower import Follower
from projections.listing import Wanted, agreements
from projections.views import View, Views

FILTERS: tuple[Mapping[str, object], ...] = (
    {"status": "mou_signed"},
    {"kind": "regional", "status": "mou_signed"},
    {"country": "ID", "instrument": "mou"},
    {"country": "ID", "q": "kabupaten"},
    {"q": "kota"},
    {"q": "kota kabupaten"},
    {"q": "k", "standing": "active"},
    {"q": "nobody has it"},
)
WAYS = {"one by one": (1000, 1000), "along the order": (0, 1000), "row by row": (0, -1)}


@pytest.fixture
def view(databases: Databases, journal: Journal, follower: Follower) -> Iterator[View]:
    """A small register, of which a filter is true of a good deal."""
    fill(databases, Register(80))
    follower.rebuild()
    views = Views(journal, follower)
    with views.on(journal.today()) as opened:
        yield opened
    views.close()


@pytest.fixture
def asked(view: View) -> list[tuple[str, Any]]:
    """What the database is asked from here on."""
    told: list[tuple[str, Any]] = []
    sa.event.listen(
        view.connection, "before_cursor_execute", lambda *given: told.append((given[2], given[3]))
    )
    return told


def found(view: View, filters: Mapping[str, Any], sort: str) -> list[UUID]:
    return [row["agreement"] for row in agreements(view, None, Wanted(filters, sort, None, 500)).rows]


def test_the_same_is_found_in_every_way(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, list[object]] = {}
    for way, (few, some) in WAYS.items():
        for name, number in (("FEW", few), ("FEW_OF_OTHERS", few), ("SOME", some)):
            monkeypatch.setattr(listing, name, number)
        told[way] = [found(view, filters, sort) for filters in FILTERS for sort in ("title", "-signed")]
        told[way] += [count(view, None, filters) for filters in FILTERS]
    assert told["one by one"] == told["along the order"] == told["row by row"]
    assert all(told["row by row"][: 2 * len(FILTERS) - 2])


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_the_index_of_the_order_tells_which_rows_are_wanted(
    view: View, asked: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "FEW", 0)
    for sort in ("title", "-title", "recorded", "-signed", "status", "proposed"):
        found(view, {"q": "kota", "kind": "regional"}, sort)
        statement, parameters = next(each for each in asked if "document" in each[0])
        plan = view.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        assert plan[0].detail.startswith("SCAN register USING INDEX register_")
        assert not [row for row in plan if row.detail.endswith("B-TREE FOR ORDER BY")]
        asked.clear()
