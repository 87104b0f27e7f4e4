"""Figures and lists over all agreements."""

from itertools import pairwise

import pytest

from tests.api.doors import BANDUNG, NANNING, Doors, fact

VISIT = fact("follow_up_visit_scheduled", "2024-02-10")


def test_an_empty_record_has_no_shares(pakta: Doors) -> None:
    told = pakta.get("/summary")
    assert (told["agreements"], told["networks"], told["position"]) == (0, 0, 0)
    assert told["shares"] == {
        "realisation_rate": None,
        "follow_up_held_rate": None,
        "loi_to_mou_median_days": None,
    }
    assert set(told["by_status"].values()) == {0}


def test_the_figures_of_a_day(pakta: Doors) -> None:
    pakta.open(kind="network", parties=[])
    loi, mou = fact("loi_signed", "2020-01-01"), fact("mou_signed", "2020-01-31", valid_until="2024-06-30")
    results = fact(
        "realised", "2021-01-01", extent="fully", evidence=[{"title": "Report", "grade": "primary"}]
    )
    pakta.open(loi, mou, fact("visit_held", "2020-05-01"), results, occurred="2019")
    pakta.open(fact("mou_signed", "2019-06-01"), occurred="2019", kind="regional")
    pakta.open(fact("loi_signed", "2020"), occurred="2019", kind="government")
    pakta.open(occurred="2019", kind="other")
    told = pakta.get("/summary?as_of=2024-06-15")
    assert (told["as_of"], told["agreements"], told["networks"]) == ("2024-06-15", 4, 1)
    assert told["by_status"] == {
        "proposed": 1,
        "loi_signed": 1,
        "mou_signed": 1,
        "follow_up_visit_scheduled": 0,
        "follow_up_visit_held": 0,
        "realised": 1,
    }
    assert told["by_instrument"] == {"none": 1, "loi": 1, "arrangement": 0, "mou": 2}
    assert told["by_realisation"] == {"none": 3, "partly": 0, "fully": 1}
    assert told["by_kind"]["regional"] == 1
    assert "network" not in told["by_kind"]
    assert told["expiring"] == {"30": 1, "90": 1, "180": 1}
    assert told["shares"] == {
        "realisation_rate": 0.5,
        "follow_up_held_rate": 0.3333,
        "loi_to_mou_median_days": 30.0,
    }


def test_networks_are_listed_and_never_counted(pakta: Doors) -> None:
    net = pakta.open(fact("mou_signed", "2024-02-01"), kind="network")
    told = pakta.get("/summary")
    assert (told["agreements"], told["networks"]) == (0, 1)
    for name in ("by_status", "by_instrument", "by_standing", "by_kind", "by_realisation"):
        assert set(told[name].values()) == {0}
    (item,) = pakta.get("/agreements")["items"]
    assert (item["agreement"], item["status"], item["flags"]) == (net, None, [])


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_visits_come_with_the_earliest_window_first(pakta: Doors, limit: int) -> None:
    first = pakta.open(
        fact("mou_signed", "2024-02-01"),
        VISIT | {"visit": "b", "window": "2024-08", "certainty": "tentative"},
        VISIT | {"visit": "a", "window": "2024-06"},
        VISIT | {"visit": "c", "window": "2024-05"},
        fact("visit_held", "2024-06-10", visit="a"),
        fact("visit_cancelled", "2024-04-10", visit="c"),
    )
    second = pakta.open(fact("visit_held", "2024-01-20"), kind="other")
    items = pakta.walk("/visits", as_of="2024-07-10", limit=limit)
    assert [(i["agreement"], i["visit"], i["state"]) for i in items] == [
        (second, None, "held"),
        (first, "c", "cancelled"),
        (first, "a", "held"),
        (first, "b", "tentative"),
    ]
    assert [i["follow_up"] for i in items] == [False, True, True, True]
    (overdue,) = pakta.get("/visits?as_of=2024-09-10&state=overdue")["items"]
    assert (overdue["visit"], overdue["days_overdue"]) == ("b", 10)
    assert pakta.get("/visits?owner=kota-serang")["items"] == []


def test_commitments_come_with_the_earliest_due_first(pakta: Doors) -> None:
    made = fact("commitment_made", "2024-02-01", text="Help", by="Kota Bandung", field="water")
    agreement = pakta.open(
        *(made | {"commitment": name} for name in ("undated", "dropped")),
        made | {"commitment": "late", "due": "2024-03"},
        made | {"commitment": "done", "due": "2024-02-20"},
        fact("progress_reported", "2024-03-01", commitment="late", percent=40),
        fact("commitment_realised", "2024-02-19", commitment="done", outcome="Built"),
        fact("commitment_dropped", "2024-02-19", commitment="dropped", reason="No money"),
    )
    items = pakta.walk("/commitments", as_of="2024-04-10", limit=1)
    assert [(i["commitment"], i["state"], i["outcome"]) for i in items] == [
        ("done", "realised", "Built"),
        ("late", "overdue", None),
        ("undated", "open", None),
        ("dropped", "dropped", "No money"),
    ]
    assert (items[1]["percent"], items[1]["days_overdue"], items[1]["by"]) == (40, 10, "Kota Bandung")
    assert {i["agreement"] for i in items} == {agreement}
    assert [i["commitment"] for i in pakta.get("/commitments?state=dropped")["items"]] == ["dropped"]
    state = pakta.get(f"/agreements/{agreement}")
    assert (state["status"], state["realisation"]) == ("proposed", "partly")


def test_parties_and_fields_are_counted_once_for_each_agreement(pakta: Doors) -> None:
    pakta.open(fact("loi_signed", "2024-02-01", fields=["Water"]), fields=["air"])
    pakta.open(kind="other", parties=[BANDUNG | {"name": "Pemkot Bandung"}], fields=["AIR", "water"])
    pakta.open(kind="regional", parties=[NANNING, {"name": "Kabupaten Bandung", "kind": "regency"}])
    parties = pakta.walk("/parties", limit=1)
    assert [(p["code"] or p["name"], p["agreements"]) for p in parties] == [
        ("Kota Nanning", 2),
        ("32.73", 2),
        ("Kabupaten Bandung", 1),
    ]
    assert [p["name"] for p in pakta.get("/parties?country=CN")["items"]] == ["Kota Nanning"]
    assert [p["name"] for p in pakta.get("/parties?kind=regency")["items"]] == ["Kabupaten Bandung"]
    fields = pakta.walk("/fields", limit=1)
    assert [(f["name"].lower(), f["agreements"], f["agreed"]) for f in fields] == [
        ("air", 2, 0),
        ("water", 2, 1),
    ]
    assert all(a["agreements"] >= b["agreements"] for a, b in pairwise(fields))
