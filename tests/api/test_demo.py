"""The agreements of five articles, loaded through a real server: the figures that are known beforehand."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient

from api.app import create_app
from api.demo import loading
from api.running import Running
from api.settings import Settings
from tests.api.doors import Doors

DAY = "2026-11-21"
SEVEN = ["Kerinci", "Serdang Bedagai", "Sarolangun", "Mempawah", "Tasikmalaya", "Tanjungpinang"]
SEVEN += ["Aceh Tengah"]


def load_twice(running: Running, settings: Settings) -> tuple[int, int]:
    """Over the network, as the demo does it. The head after each time."""
    app = create_app(settings, running=running)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    heads = []
    for _ in range(2):
        assert loading.load(address, running.directory) == 11
        heads.append(running.journal.head())
    server.should_exit = True
    thread.join()
    return heads[0], heads[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Doors, tuple[int, int]]]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("demo"), public_reading=True)
    running = Running.open(settings)
    heads = load_twice(running, settings)
    with TestClient(create_app(settings, running=running)) as client:
        yield Doors.of(client), heads
    running.close()


@pytest.fixture(scope="module")
def doors(demo: tuple[Doors, tuple[int, int]]) -> Doors:
    return demo[0]


def named(doors: Doors, title: str) -> Any:
    (item,) = [i for i in doors.get("/agreements", limit=100)["items"] if i["title"] == title]
    return item["agreement"]


def test_loading_twice_stores_nothing_twice(demo: tuple[Doors, tuple[int, int]]) -> None:
    doors, (first, second) = demo
    assert first == second == len(doors.walk("/events"))
    warnings = [w["code"] for i in doors.get("/agreements")["items"] for w in i["warnings"]]
    assert "possible_duplicate" not in warnings


def test_the_figures_of_the_five_articles(doors: Doors) -> None:
    told = doors.get("/summary", as_of=DAY)
    assert (told["agreements"], told["networks"]) == (10, 1)
    assert told["by_status"] == {
        "proposed": 1,
        "loi_signed": 0,
        "mou_signed": 7,
        "follow_up_visit_scheduled": 1,
        "follow_up_visit_held": 1,
        "realised": 0,
    }
    assert told["by_instrument"] == {"none": 1, "loi": 1, "arrangement": 0, "mou": 8}
    kinds = {kind: count for kind, count in told["by_kind"].items() if count}
    assert kinds == {"sister_city": 1, "regional": 8, "government": 1}
    assert {name: count for name, count in told["by_standing"].items() if count} == {"active": 10}
    assert told["overdue_follow_ups"] == 1
    assert (told["stalled"], told["dormant"], told["no_next_step"]) == (10, 8, 9)
    assert told["expiring"] == {"30": 0, "90": 0, "180": 0}
    assert told["shares"]["loi_to_mou_median_days"] is None
    assert told["shares"]["realisation_rate"] == 0


def test_the_figures_agree_with_the_list(doors: Doors) -> None:
    told = doors.get("/summary", as_of=DAY)
    for name, count in told["by_status"].items():
        assert len(doors.get("/agreements", as_of=DAY, status=name)["items"]) == count
    assert len(doors.get("/agreements", as_of=DAY, stalled="true")["items"]) == told["stalled"]
    assert len(doors.get("/agreements", as_of=DAY, overdue="true")["items"]) == 1


def test_nanning_before_and_after_the_planned_visit(doors: Doors) -> None:
    nanning = named(doors, "Bandung – Nanning")
    before = doors.get(f"/agreements/{nanning}", as_of="2025-06-01")
    assert (before["follow_up"]["state"], before["follow_up"]["window"]) == ("tentative", "2025-09")
    assert before["status"] == "follow_up_visit_scheduled"
    assert before["milestones"]["loi_signed"] == "2025-03"
    after = doors.get(f"/agreements/{nanning}", as_of=DAY)
    assert (after["follow_up"]["state"], after["follow_up"]["days_overdue"]) == ("overdue", 417)
    assert {w["code"] for w in after["warnings"]} >= {"sources_disagree"}


def test_the_seven_of_2018_are_one_ceremony(doors: Doors) -> None:
    found = [named(doors, f"Bandung – {name}") for name in SEVEN]
    ids = set()
    for agreement in found:
        for entry in doors.get(f"/agreements/{agreement}/events")["items"][:2]:
            ids.add(entry["correlation_id"])
    assert len(ids) == 1
    assert ids != {None}


def test_the_network_is_listed_and_not_counted(doors: Doors) -> None:
    (item,) = doors.get("/agreements", kind="network")["items"]
    assert (item["title"], item["status"]) == ("ASEAN Smart Cities Network (ASCN)", None)


def test_the_loaders_tokens_end_with_the_loading(doors: Doors) -> None:
    given = doors.running.directory.given_out()
    assert given
    assert all(row["revoked_at"] for row in given)
