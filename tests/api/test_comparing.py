"""The door to what changed in an agreement."""

from typing import Any

import pytest

from tests.api.doors import Doors, fact, pointers, problem


@pytest.fixture
def agreement(pakta: Doors) -> str:
    """A visit whose day was too exact, and was corrected."""
    found = pakta.open(fact("loi_signed", "2024-02"))
    plan = fact("follow_up_visit_scheduled", "2024-02", visit="return", window="2024-09-01")
    right = plan | {"window": "2024-09"}
    pakta.record(found, plan, fact("corrected", version=3, reason="Only the month is said", fact=right))
    return found


def changed(pakta: Doors, agreement: str, **asked: Any) -> dict[str, tuple[Any, Any, Any]]:
    answer = pakta.get(f"/agreements/{agreement}/compare", **asked)
    return {
        ".".join(each["field"]): (each["from"], each["to"], (each["entry"] or {}).get("version"))
        for each in answer["differences"]
    }


def test_two_versions_are_laid_side_by_side(pakta: Doors, agreement: str) -> None:
    found = changed(pakta, agreement, **{"from": "3", "to": "4", "as_of": "2024-10-01"})
    assert found == {
        "visits.return.window": ("2024-09-01", "2024-09", 4),
        "visits.return.days_overdue": (30, 1, 4),
    }


def test_the_entry_that_changed_it_is_named(pakta: Doors, agreement: str) -> None:
    answer = pakta.get(f"/agreements/{agreement}/compare", **{"from": "3"})
    assert (answer["from"], answer["to"], answer["agreement"]) == (3, 4, agreement)
    entry = answer["differences"][0]["entry"]
    trail = pakta.get(f"/agreements/{agreement}/events")["items"][3]
    assert entry["type"] == "corrected"
    assert {name: trail[name] for name in ("version", "position", "recorded_at", "recorded_by")} == {
        name: entry[name] for name in ("version", "position", "recorded_at", "recorded_by")
    }


def test_times_are_taken_as_well_as_versions(pakta: Doors, agreement: str) -> None:
    found = changed(pakta, agreement, **{"from": "2020-01-01T00:00:00Z", "to": "2099-01-01T00:00:00+07:00"})
    assert found["title"] == (None, "Bandung – Nanning", 1)
    assert changed(pakta, agreement, **{"from": "4", "to": "2099-01-01T00:00:00Z"}) == {}


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"from": "9"}, "from"),
        ({"from": "1", "to": "9"}, "to"),
        ({"from": "1", "to": "2024-01-01"}, "to"),
        ({"from": "1", "as_of": "soon"}, "as_of"),
        ({"from": "1", "until": "2"}, "until"),
    ],
)
def test_what_is_no_version_and_no_time_is_a_problem(
    pakta: Doors, agreement: str, asked: dict[str, str], wrong: str
) -> None:
    answer = pakta.ask("GET", f"/agreements/{agreement}/compare", params=asked)
    assert set(pointers(problem(answer, 422, "invalid"))) == {wrong}


def test_what_is_hidden_is_not_compared(closed: Doors) -> None:
    agreement = closed.open(visibility="organisation")
    other = closed.as_("kota-serang")
    problem(other.ask("GET", f"/agreements/{agreement}/compare?from=1"), 404, "not_found")
