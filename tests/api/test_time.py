"""The two axes of time: how things stand on a day, and what was known of it when."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.doors import Doors, fact, pointers, problem


def at(pakta: Doors, moment: str) -> None:
    """Set the clock, in UTC."""
    fixed = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    pakta.running.journal.clock = lambda: fixed


def seen(pakta: Doors, agreement: str, **when: Any) -> tuple[Any, ...]:
    told = pakta.get(f"/agreements/{agreement}", **when)
    return told["version"], told["status"], told["milestones"]["mou_signed"], told["follow_up"]["state"]


@pytest.fixture
def agreement(pakta: Doors) -> str:
    """Recorded over the first months of 2024; its memorandum first with a wrong date."""
    at(pakta, "2024-01-15T03:00:00")
    found = pakta.open(occurred="2023-12-01")
    at(pakta, "2024-02-15T03:00:00")
    pakta.record(found, fact("mou_signed", "2024-02-10", valid_until="2025-02-09"))
    at(pakta, "2024-03-15T03:00:00")
    pakta.record(found, fact("follow_up_visit_scheduled", "2024-03-10", visit="v", window="2024-06"))
    at(pakta, "2024-04-15T03:00:00")
    right = fact("mou_signed", "2024-01-20", valid_until="2025-02-09")
    pakta.record(found, fact("corrected", version=2, reason="The paper", fact=right))
    return found


def test_a_day_past_shows_what_had_happened_by_then(pakta: Doors, agreement: str) -> None:
    assert seen(pakta, agreement, as_of="2023-11-30") == (4, None, None, "none")
    assert seen(pakta, agreement, as_of="2023-12-01") == (4, "proposed", None, "none")
    assert seen(pakta, agreement, as_of="2024-01-20") == (4, "mou_signed", "2024-01-20", "none")
    scheduled = "follow_up_visit_scheduled"
    assert seen(pakta, agreement, as_of="2024-03-10") == (4, scheduled, "2024-01-20", "scheduled")


def test_today_is_the_day_of_the_clock(pakta: Doors, agreement: str) -> None:
    assert pakta.get(f"/agreements/{agreement}")["as_of"] == "2024-04-15"
    at(pakta, "2024-06-30T16:59:59")
    told = pakta.get(f"/agreements/{agreement}")
    assert (told["as_of"], told["follow_up"]["state"]) == ("2024-06-30", "scheduled")
    at(pakta, "2024-06-30T17:00:00")
    told = pakta.get(f"/agreements/{agreement}")
    assert (told["as_of"], told["follow_up"]["days_overdue"]) == ("2024-07-01", 1)
    item = pakta.get("/agreements")["items"][0]
    assert item["follow_up"] == told["follow_up"]
    assert pakta.get("/visits")["items"][0]["days_overdue"] == 1
    assert pakta.get("/summary")["overdue_follow_ups"] == 1


def test_a_day_ahead_shows_what_will_be_if_nothing_happens(pakta: Doors, agreement: str) -> None:
    for day, standing, days in (
        ("2024-07-10", "active", 10),
        ("2025-02-09", "active", 224),
        ("2025-02-10", "expired", 225),
    ):
        told = pakta.get(f"/agreements/{agreement}", as_of=day)
        assert (told["standing"], told["follow_up"]["days_overdue"]) == (standing, days)
        item = pakta.get("/agreements", as_of=day)["items"][0]
        assert {name: told[name] for name in item} == item
        assert pakta.get("/summary", as_of=day)["by_standing"][standing] == 1


@pytest.mark.parametrize("day", ["2023-06-01", "2023-12-01", "2024-02-01", "2024-03-20", "2024-07-05"])
def test_a_list_says_of_a_day_what_the_agreement_says(pakta: Doors, agreement: str, day: str) -> None:
    told = pakta.get(f"/agreements/{agreement}", as_of=day)
    items = pakta.get("/agreements", as_of=day)["items"]
    assert items == ([{name: told[name] for name in items[0]}] if told["status"] else [])


def test_known_at_asks_what_had_been_recorded(pakta: Doors, agreement: str) -> None:
    assert seen(pakta, agreement, known_at="1") == (1, "proposed", None, "none")
    assert seen(pakta, agreement, known_at="2") == (2, "mou_signed", "2024-02-10", "none")
    assert seen(pakta, agreement, known_at="99999")[0] == 4
    assert seen(pakta, agreement, known_at="2024-02-15T02:59:59Z")[0] == 1
    assert seen(pakta, agreement, known_at="2024-02-15T03:00:00Z")[0] == 2
    assert seen(pakta, agreement, known_at="2024-02-15T10:00:00+07:00")[0] == 2
    assert seen(pakta, agreement, known_at="2024-02-15T09:59:59+07:00")[0] == 1
    problem(pakta.ask("GET", f"/agreements/{agreement}?known_at=0"), 404, "not_found")
    problem(pakta.ask("GET", f"/agreements/{agreement}?known_at=2024-01-01T00:00:00Z"), 404, "not_found")
    unescaped = pakta.ask("GET", f"/agreements/{agreement}?known_at=2024-02-15T10:00:00+07:00")
    assert unescaped.json()["version"] == 2


def test_both_axes_together_tell_what_was_believed_about_a_day(pakta: Doors, agreement: str) -> None:
    march = "2024-03-20T00:00:00Z"
    assert seen(pakta, agreement, as_of="2024-02-01", known_at=march) == (3, "proposed", None, "none")
    assert seen(pakta, agreement, as_of="2024-02-01", known_at="4") == (4, "mou_signed", "2024-01-20", "none")
    believed = seen(pakta, agreement, as_of="2024-08-01", known_at=march)
    assert believed == (3, "follow_up_visit_scheduled", "2024-02-10", "overdue")
    assert seen(pakta, agreement, as_of="2024-02-12", version=2) == (2, "mou_signed", "2024-02-10", "none")
    assert seen(pakta, agreement, version=3, known_at="2")[0] == 2


@pytest.mark.parametrize(
    "known",
    ["", "yesterday", "2024-02-15", "2024-02-15T03:00:00", "-1", "1.5", "1e3", "²", "2024-02-15 03:00Z"],
)
def test_known_at_is_a_position_or_a_time(pakta: Doors, agreement: str, known: str) -> None:
    answer = pakta.ask("GET", f"/agreements/{agreement}", params={"known_at": known})
    assert set(pointers(problem(answer, 422, "invalid"))) == {"known_at"}


def test_a_version_that_does_not_exist_is_a_problem(pakta: Doors, agreement: str) -> None:
    for version in ("0", "5", "x", "-1", "1" * 5000):
        answer = pakta.ask("GET", f"/agreements/{agreement}?version={version}")
        assert set(pointers(problem(answer, 422, "invalid"))) == {"version"}
    assert seen(pakta, agreement, known_at="9" * 5000)[0] == 4


def test_only_the_present_state_has_an_etag(pakta: Doors, agreement: str) -> None:
    path = f"/agreements/{agreement}"
    assert pakta.ask("GET", path).headers["etag"] == '"4"'
    for question in ("as_of=2024-03-01", "known_at=2", "version=4"):
        assert "etag" not in pakta.ask("GET", f"{path}?{question}").headers
    again = pakta.ask("GET", path, headers={"If-None-Match": '"4"'})
    assert again.status_code == 200, "flags change with the day"


def test_a_date_that_is_vague_is_uncertain_until_its_end(pakta: Doors) -> None:
    agreement = pakta.open(fact("loi_signed", "2025-03"), fact("mou_signed", None), occurred="2025-02-01")
    told = pakta.get(f"/agreements/{agreement}", as_of="2025-03-15")
    assert told["status"] == "proposed"
    assert told["uncertain"] == [
        {"version": 3, "type": "mou_signed", "occurred": None},
        {"version": 2, "type": "loi_signed", "occurred": "2025-03"},
    ]
    assert pakta.get("/summary?as_of=2025-03-15")["uncertain"] == 2
    after = pakta.get(f"/agreements/{agreement}", as_of="2025-03-31")
    assert (after["status"], [u["version"] for u in after["uncertain"]]) == ("loi_signed", [3])


def test_a_position_beyond_the_head_does_not_exist(pakta: Doors, agreement: str) -> None:
    paths = ["", "/events", "/timeline"]
    lists = ["/agreements", "/summary", "/visits", "/commitments", "/parties", "/fields", "/events"]
    for path in (*(f"/agreements/{agreement}{rest}" for rest in paths), *lists):
        assert pakta.get(path, min_position=4)["position"] == 4
        told = problem(pakta.ask("GET", f"{path}?min_position=5"), 422, "beyond_the_head")
        assert told["detail"] == "The journal ends at position 4."


def test_a_reader_waits_for_a_position_but_not_for_ever(
    pakta: Doors, agreement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pakta.get("/summary", min_position=4)
    pakta.running.follower.stop()
    pakta.record(agreement, fact("annotated", note="unseen"))
    monkeypatch.setattr("api.asking.MIN_POSITION_SECONDS", 0.2)
    answer = pakta.ask("GET", "/summary?min_position=5")
    assert problem(answer, 503, "not_ready")["detail"] == "The views are at position 4."
    assert answer.headers["retry-after"] == "1"
    assert pakta.get(f"/agreements/{agreement}?min_position=5")["version"] == 5, "the journal is never behind"


@pytest.mark.parametrize("day", ["0001-01-01", "0002-02-28", "9999-12-31"])
@pytest.mark.parametrize("path", ["/summary", "/agreements", "/visits", "/parties"])
def test_the_first_and_the_last_day_of_the_calendar_can_be_asked_for(
    shared: Doors, path: str, day: str
) -> None:
    shared.open()
    told = shared.get(path, as_of=day)
    assert told.get("as_of", day) == day
    assert bool(told.get("agreements") or told.get("items")) == (day > "9" and path != "/visits")
