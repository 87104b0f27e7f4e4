"""The register: its filters, its pages, its order, and the same as a table."""

import base64
import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from projections import narrowing
from tests.api.doors import BANDUNG, Doors, fact, pointers, problem

SERANG = {"name": "Kota Serang", "kind": "city", "country": "ID", "aliases": ["Pemkot Serang"]}
SHENZHEN = {"name": "Kota Shenzhen", "kind": "city", "country": "CN", "aliases": ["深圳"]}
OLD = fact("loi_signed", "2019-01-01", valid_until="2020-01-01")


@pytest.fixture(scope="module")
def pakta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """Six agreements that differ in what can be asked for."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("register"), public_reading=True)
    with TestClient(create_app(settings)) as client:
        doors = Doors.of(client).as_("kota-bandung")
        doors.open(title="alpha", kind="regional", parties=[BANDUNG, SERANG], fields=["Air & sampah"])
        doors.open(OLD, title="Beta", kind="sister_city", parties=[BANDUNG, SHENZHEN], reference="REF-7")
        doors.open(fact("mou_signed", "2024-02-02"), title="gamma", parties=[BANDUNG, SHENZHEN], kind="other")
        visit = fact("follow_up_visit_scheduled", "2024-03-01", visit="v", window="2024-06")
        loi = fact("loi_signed", "2024-02-20")
        doors.open(loi, visit, title="Délta", kind="friendship_city", parties=[SERANG], fields=["Smart city"])
        results = (fact("mou_signed", "2021-01-01"), fact("realised", "2022-01-01", extent="partly"))
        doors.open(*results, title="Epsilon", occurred="../2020-05", fields=["smart city", "water"])
        doors.open(title="Zeta net", kind="network", occurred=None, parties=[])
        doors.as_("kota-serang").open(
            fact("withdrawn", "2024-02-01"), title="=eta", kind="third_party", parties=[SERANG]
        )
        yield doors


def titles(doors: Doors, **filters: Any) -> list[str]:
    return [item["title"] for item in doors.get("/agreements", **filters)["items"]]


ALL = ["alpha", "Beta", "gamma", "Délta", "Epsilon", "Zeta net", "=eta"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ALL),
        ({"status": "proposed"}, ["alpha", "=eta"]),
        ({"status": "loi_signed"}, ["Beta"]),
        ({"status": "mou_signed"}, ["gamma"]),
        ({"status": "follow_up_visit_scheduled"}, ["Délta"]),
        ({"status": "realised"}, ["Epsilon"]),
        ({"instrument": "none"}, ["alpha", "Zeta net", "=eta"]),
        ({"instrument": "mou"}, ["gamma", "Epsilon"]),
        ({"standing": "expired"}, ["Beta"]),
        ({"standing": "withdrawn"}, ["=eta"]),
        ({"kind": "network"}, ["Zeta net"]),
        ({"country": "CN"}, ["Beta", "gamma", "Epsilon"]),
        ({"country": "MY"}, []),
        ({"party": "kota shenzhen"}, ["Beta", "gamma"]),
        ({"party": "深圳"}, ["Beta", "gamma"]),
        ({"party": "PEMKOT  SERANG"}, ["alpha", "Délta", "=eta"]),
        ({"party": "32.73"}, ["alpha", "Beta", "gamma", "Epsilon"]),
        ({"party": "Serang"}, []),
        ({"field": "smart CITY"}, ["Délta", "Epsilon"]),
        ({"field": "water", "status": "proposed"}, []),
        ({"owner": "kota-serang"}, ["=eta"]),
        ({"overdue": "true"}, ["Délta"]),
        ({"overdue": "false"}, [title for title in ALL if title != "Délta"]),
        ({"stalled": "true", "kind": "other"}, ["gamma"]),
        ({"stalled": "false"}, ["Beta", "Zeta net", "=eta"]),
        ({"q": "delta"}, ["Délta"]),
        ({"q": "ref-7"}, ["Beta"]),
        ({"q": "serang sampah"}, ["alpha"]),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"q": "&"}, []),
        ({"q": ""}, ALL),
        ({"as_of": "2023-06-01"}, ["Beta", "Epsilon"]),
        ({"as_of": "2023-06-01", "status": "realised"}, ["Epsilon"]),
        ({"as_of": "2019-06-01"}, ["Beta"]),
        ({"as_of": "2019-06-01", "standing": "active"}, ["Beta"]),
        ({"as_of": "1999-01-01"}, []),
        ({"as_of": "2999-01-01"}, ALL),
    ],
)
@pytest.mark.parametrize("few", [0, narrowing.LEAST])
def test_a_filter_narrows_the_register(
    pakta: Doors, monkeypatch: pytest.MonkeyPatch, few: int, filters: dict[str, str], found: list[str]
) -> None:
    monkeypatch.setattr(narrowing, "few", lambda _: few)  # agreements that are looked up by name
    assert titles(pakta, **filters) == found


SORTS: dict[str, Callable[[Any], Any]] = {
    "recorded": lambda item: ALL.index(item["title"]),
    "title": lambda item: item["title"].lower().replace("é", "e"),
    "status": lambda item: -1 if item["status"] is None else list(item["milestones"]).index(item["status"]),
    "proposed": lambda item: (item["milestones"]["proposed"] or "").replace("../2020-05", "0001"),
    "signed": lambda item: min(
        (d for r in ("loi_signed", "mou_signed") if (d := item["milestones"][r])), default=""
    ),
}


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_pages_walk_every_agreement_once_in_every_order(pakta: Doors, sort: str, limit: int) -> None:
    items = pakta.walk("/agreements", sort=sort, limit=limit)
    assert sorted(item["title"] for item in items) == sorted(ALL)
    keys = [SORTS[sort.removeprefix("-")](item) for item in items]
    assert keys == sorted(keys, reverse=sort.startswith("-"))


def test_a_filter_and_a_day_go_with_the_pages(pakta: Doors) -> None:
    found = pakta.walk("/agreements", party="32.73", as_of="2024-02-15", limit=1, sort="-title")
    assert [item["title"] for item in found] == ["gamma", "Epsilon", "Beta", "alpha"]


def test_the_next_page_is_also_a_link(pakta: Doors) -> None:
    answer = pakta.ask("GET", "/agreements?limit=3&sort=title")
    following = answer.json()["next"]
    assert following.startswith("/api/v1/agreements?")
    assert answer.headers["link"] == f'<{following}>; rel="next"'
    last = pakta.ask("GET", "/agreements?limit=7")
    assert last.json()["next"] is None
    assert "link" not in last.headers


def test_a_cursor_of_another_order_or_of_nobody_is_not_taken(pakta: Doors) -> None:
    cursor = pakta.get("/agreements?limit=1&sort=title")["next"].partition("cursor=")[2]
    detail = "belongs to a list in another order"
    for path in (f"/agreements?sort=status&cursor={cursor}", f"/visits?cursor={cursor}"):
        assert pointers(problem(pakta.ask("GET", path), 422, "invalid")) == {"cursor": detail}
    forged = [["title"], ["title", None, 1], ["title", 1, "x"], ["title", "x", 2**70], ["title", "\0", 1]]
    forged += [["title", "\ud800", 1], ["title", "x", True], ["title", "x", 1.5], [[]], {}, None]
    encoded = [base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in forged]
    for nonsense in (*encoded, "x", "%00", "é", ""):
        answer = pakta.ask("GET", f"/agreements?sort=title&cursor={nonsense}")
        assert set(pointers(problem(answer, 422, "invalid"))) == {"cursor"}


@pytest.mark.parametrize(
    "path",
    [
        *("/agreements?colour=red", "/agreements?status=signed", "/agreements?stalled=perhaps"),
        *("/agreements?limit=0", "/agreements?limit=501", "/agreements?limit=x", "/agreements?sort=owner"),
        *("/agreements?country=id", "/agreements?owner=Kota%20Bandung", "/agreements?as_of=2024-02-30"),
        *("/agreements?as_of=2024", "/agreements?as_of=0", "/agreements?as_of=20240201"),
        *("/agreements?min_position=-1", "/agreements?kind=city", "/agreements?instrument=pks"),
        *("/summary?as_of=yesterday", "/summary?limit=1", "/visits?state=open", "/visits?kind=city"),
        *("/commitments?state=held", "/parties?kind=town", "/parties?country=Indonesia", "/fields?field=x"),
        *("/events?after=-1", "/events?limit=501", "/events?after=x", "/events?as_of=2024-01-01"),
        *("/events/stream?after=-1", "/events/stream?limit=5"),
    ],
)
def test_an_unknown_filter_or_a_malformed_value_is_a_problem(pakta: Doors, path: str) -> None:
    name = path.partition("?")[2].partition("=")[0]
    assert set(pointers(problem(pakta.ask("GET", path), 422, "invalid"))) == {name}


def test_the_register_is_a_table_too(pakta: Doors) -> None:
    answer = pakta.ask("GET", "/agreements?limit=5&sort=title", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert 'rel="next"' in answer.headers["link"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["title"] for row in rows] == ["'=eta", "alpha", "Beta", "Délta", "Epsilon"]
    delta = rows[3]
    assert (delta["status"], delta["follow_up"], delta["window"]) == (
        *("follow_up_visit_scheduled", "overdue", "2024-06"),
    )
    assert int(delta["days_overdue"]) > 300
    assert rows[4]["fields"] == "smart city; water"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "＝", "＠", " =", "\n="])
def test_a_cell_is_never_a_formula(shared: Doors, start: str) -> None:
    shared.open(title=f'{start}HYPERLINK("http://x")', kind="other", parties=[])
    answer = shared.ask("GET", "/agreements?sort=-recorded&limit=1", headers={"Accept": "text/csv"})
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert row["title"].startswith("'")


@pytest.mark.parametrize("name", ["q", "party", "field"])
def test_words_that_no_database_keeps_are_not_looked_for(pakta: Doors, name: str) -> None:
    answer = pakta.ask("GET", f"/agreements?{name}=a%00b")
    assert pointers(problem(answer, 422, "invalid")) == {name: "must not hold control characters"}


@pytest.mark.parametrize(
    "path",
    [
        "/events?after={n}",
        "/agreements/{a}/events?after={n}",
        "/agreements/{a}?version={n}",
        "/summary?min_position={n}",
        "/agreements/{a}?min_position={n}",
        "/events/stream?after={n}",
    ],
)
def test_a_number_beyond_all_numbers_is_a_problem(pakta: Doors, path: str) -> None:
    agreement = pakta.get("/agreements?limit=1")["items"][0]["agreement"]
    for n in (2**63, 10**30):
        answer = pakta.ask("GET", path.format(a=agreement, n=n))
        assert answer.status_code == 422, path


def test_an_item_says_all_but_visits_and_commitments(pakta: Doors) -> None:
    item = pakta.get("/agreements?q=delta")["items"][0]
    state = pakta.get(f"/agreements/{item['agreement']}")
    assert set(state) - set(item) == {"visits", "commitments", "as_of", "voided"}
    assert {name: state[name] for name in item} == item
