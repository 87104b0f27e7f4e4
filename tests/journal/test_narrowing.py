"""However a list is narrowed, the same is found; and of many no row is read that is not wanted."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

import pytest
import sqlalchemy as sa

from benchmarks.register.filling import Register, fill
from domain.databases import Databases
from domain.journal import Journal
from projections import listing, narrowing
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
WAYS = {"one by one": (1000, 1000), "some of them": (20, 1000), "row by row": (-1, 1000), "far": (-1, 7)}


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
    for way, (few, near) in WAYS.items():
        monkeypatch.setattr(narrowing, "few", lambda _, few=few: few)
        monkeypatch.setattr(listing, "NEAR", near)
        told[way] = [found(view, filters, sort) for filters in FILTERS for sort in ("title", "-signed")]
        told[way] += [count(view, None, filters) for filters in FILTERS]
    assert told["one by one"] == told["some of them"] == told["row by row"] == told["far"]
    assert all(told["row by row"][: 2 * len(FILTERS) - 2])


@pytest.mark.parametrize("limit", [1, 3, 7])
@pytest.mark.parametrize("near", [0, 5, 7, 20])
def test_pages_of_what_is_near_and_far_hold_everything_once(
    view: View, monkeypatch: pytest.MonkeyPatch, near: int, limit: int
) -> None:
    monkeypatch.setattr(narrowing, "few", lambda _: -1)
    whole = {sort: found(view, {"q": "kota"}, sort) for sort in ("title", "-signed", "recorded")}
    monkeypatch.setattr(listing, "NEAR", near)
    for sort, expected in whole.items():
        walked, after, more = [], None, True
        while more:
            page = agreements(view, None, Wanted({"q": "kota"}, sort, after, limit))
            assert page.rows
            walked += [row["agreement"] for row in page.rows]
            after, more = page.last, page.last is not None
        assert walked == expected


class Way(NamedTuple):
    """How a list is looked for on SQLite, in whatever order, where so many are found one by one."""

    filters: Mapping[str, object]
    few: int
    plan: str


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "way",
    [
        Way({"kind": "regional", "country": "ID"}, -1, "SCAN register USING COVERING INDEX register_"),
        Way({"q": "kota", "kind": "regional"}, -1, "SCAN register USING INDEX register_"),
        Way({"q": "kota", "kind": "regional"}, 1000, "SEARCH register USING COVERING INDEX register_"),
    ],
)
def test_an_index_tells_which_rows_are_wanted(
    view: View, asked: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    monkeypatch.setattr(narrowing, "few", lambda _: way.few)
    for sort in ("title", "-title", "recorded", "-signed", "status", "proposed"):
        found(view, way.filters, sort)
        statement, parameters = next(each for each in asked if "key_0" in each[0])
        plan = view.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        assert plan[0].detail.startswith(way.plan)
        is_sorted = any(row.detail.endswith("B-TREE FOR ORDER BY") for row in plan)
        assert is_sorted == (way.few > 0)
        asked.clear()
