"""Mistakes are mended by new entries: the state, the timeline and the trail after each step."""

from typing import Any

from tests.api.doors import Doors, fact, problem, proposed


def facts(pakta: Doors, agreement: str) -> list[tuple[str, str | None, int, int | None]]:
    """The timeline in short: what, when, which version, corrected in which."""
    items = pakta.get(f"/agreements/{agreement}/timeline")["items"]
    return [(i["fact"]["type"], i["fact"]["occurred"], i["version"], i["corrected_in"]) for i in items]


def links(pakta: Doors, agreement: str) -> dict[int, tuple[list[int], list[int]]]:
    """Which versions correct and retract which."""
    items = pakta.get(f"/agreements/{agreement}/events")["items"]
    assert [item["version"] for item in items] == list(range(1, len(items) + 1))
    found = {item["version"]: (item["corrected_by"], item["retracted_by"]) for item in items}
    return {version: those for version, those in found.items() if those != ([], [])}


def state(pakta: Doors, agreement: str) -> Any:
    return pakta.get(f"/agreements/{agreement}")


def refused(pakta: Doors, agreement: str, body: Any, code: str) -> str:
    answer = pakta.post(f"/agreements/{agreement}/events", body)
    return str(problem(answer, 409, code)["detail"])


def test_a_wrong_fact_is_corrected_and_the_correction_too(pakta: Doors) -> None:
    agreement = pakta.open(fact("mou_signed", "2024-03-01", place="Bandung"))
    assert state(pakta, agreement)["milestones"]["mou_signed"] == "2024-03-01"

    right = fact("loi_signed", "2024-03-01", place="Bandung")
    pakta.record(agreement, fact("corrected", version=2, reason="It was a letter", fact=right))
    told = state(pakta, agreement)
    assert (told["status"], told["instrument"], told["warnings"]) == ("loi_signed", "loi", [])
    assert facts(pakta, agreement)[1:] == [("loi_signed", "2024-03-01", 2, 3)]
    assert links(pakta, agreement) == {2: ([3], [])}

    right["occurred"] = "2024-03-02"
    pakta.record(agreement, fact("corrected", version=2, reason="The day after", fact=right))
    assert state(pakta, agreement)["milestones"]["loi_signed"] == "2024-03-02"
    assert facts(pakta, agreement)[1:] == [("loi_signed", "2024-03-02", 2, 4)]
    assert links(pakta, agreement) == {2: ([3, 4], [])}

    pakta.record(agreement, fact("retracted", version=4, reason="The first was right"))
    assert facts(pakta, agreement)[1:] == [("loi_signed", "2024-03-01", 2, 3)]
    assert links(pakta, agreement) == {2: ([3, 4], []), 4: ([], [5])}

    pakta.record(agreement, fact("retracted", version=3, reason="It was a memorandum after all"))
    assert facts(pakta, agreement)[1:] == [("mou_signed", "2024-03-01", 2, None)]
    assert state(pakta, agreement)["status"] == "mou_signed"

    trail = pakta.get(f"/agreements/{agreement}/events")["items"]
    assert [item["fact"]["type"] for item in trail] == [
        *("proposed", "mou_signed", "corrected", "corrected", "retracted", "retracted"),
    ]
    assert trail[1]["fact"]["place"] == "Bandung", "the entry itself stays as it was"


def test_each_version_can_be_looked_at_again(pakta: Doors) -> None:
    agreement = pakta.open(fact("loi_signed", "2024-02-01"), fact("retracted", version=2, reason="No"))
    seen = [pakta.get(f"/agreements/{agreement}?version={n}") for n in (1, 2, 3)]
    assert [(s["version"], s["status"]) for s in seen] == [
        (1, "proposed"),
        (2, "loi_signed"),
        (3, "proposed"),
    ]


def test_a_termination_that_was_a_mistake_is_retracted(pakta: Doors) -> None:
    agreement = pakta.open(
        fact("mou_signed", "2024-02-01"), fact("terminated", "2024-05-01", ground="breach")
    )
    assert state(pakta, agreement)["standing"] == "terminated"
    later = fact("extended", "2024-06-01", valid_until="2030-01-01")
    assert "version 3" in refused(pakta, agreement, later, "ended")
    warned = pakta.record(agreement, fact("visit_held", "2024-07-01"))[0]["warnings"]
    assert [w["code"] for w in warned] == ["after_end"]
    pakta.record(agreement, fact("retracted", version=3, reason="Another agreement was meant"))
    told = state(pakta, agreement)
    assert told["standing"] == "active"
    assert "after_end" not in {w["code"] for w in told["warnings"]}
    assert [f[0] for f in facts(pakta, agreement)] == ["proposed", "mou_signed", "visit_held"]
    pakta.record(agreement, later)
    assert state(pakta, agreement)["valid_until"] == "2030-01-01"
    assert pakta.get("/agreements?standing=active")["items"][0]["agreement"] == agreement
    refused(pakta, agreement, fact("retracted", version=5, reason="Again?"), "ended")


def test_retracting_the_proposal_voids_the_agreement_and_its_trail_stays(pakta: Doors) -> None:
    agreement = pakta.open(
        fact("mou_signed", "2024-02-01"),
        fact("follow_up_visit_scheduled", "2024-02-01", visit="v", window="2024-06"),
        fact("commitment_made", "2024-02-01", commitment="c", text="Help"),
        fields=["water"],
    )
    pakta.record(agreement, fact("retracted", version=1, reason="Recorded twice"))
    told = state(pakta, agreement)
    assert (told["voided"], told["status"], told["flags"], told["warnings"]) == (True, None, [], [])
    for path in ("/agreements", "/visits", "/commitments", "/parties", "/fields"):
        for day in ("", "?as_of=2024-06-01", "?as_of=2030-01-01"):
            assert pakta.get(path + day)["items"] == [], path
    assert pakta.get("/summary")["agreements"] == 0
    assert len(pakta.get(f"/agreements/{agreement}/events")["items"]) == 5
    assert len(pakta.get("/events")["items"]) == 5
    refused(pakta, agreement, fact("realised", extent="fully"), "voided")
    refused(pakta, agreement, fact("handed_over", organisation="kota-serang"), "voided")
    pakta.record(agreement, fact("annotated", note="See the other one"))
    pakta.record(agreement, fact("retracted", version=5, reason="It is the right one"))
    assert state(pakta, agreement)["status"] == "follow_up_visit_scheduled"
    assert len(pakta.get("/agreements")["items"]) == 1


def test_an_agreement_that_is_void_has_no_duplicate(pakta: Doors) -> None:
    first = pakta.open()
    pakta.record(first, fact("retracted", version=1, reason="Typing"))
    assert pakta.post("/agreements", proposed()).json()["warnings"] == []


def test_what_cannot_be_mended_is_refused(pakta: Doors) -> None:
    agreement = pakta.open(
        fact("follow_up_visit_scheduled", "2024-02-01", visit="v", window="2024-06"),
        fact("visit_held", "2024-06-10", visit="v"),
        fact("retracted", version=3, reason="Not yet"),
    )
    signed = fact("mou_signed", "2024-03-01")
    refused(pakta, agreement, fact("retracted", version=9, reason="?"), "unknown_version")
    refused(pakta, agreement, fact("corrected", version=9, reason="?", fact=signed), "unknown_version")
    refused(pakta, agreement, fact("corrected", version=4, reason="?", fact=signed), "not_an_original")
    refused(pakta, agreement, fact("corrected", version=3, reason="?", fact=signed), "already_retracted")
    refused(pakta, agreement, fact("retracted", version=3, reason="?"), "already_retracted")
    refused(pakta, agreement, fact("corrected", version=1, reason="?", fact=signed), "first_stays_proposed")
    refused(pakta, agreement, fact("corrected", version=2, reason="?", fact=proposed()), "already_proposed")
    late = fact("corrected", version=2, reason="?", fact=fact("mou_signed", "2999"))
    refused(pakta, agreement, late, "in_the_future")
    pakta.record(agreement, fact("retracted", version=4, reason="It was held"))
    refused(pakta, agreement, fact("retracted", version=2, reason="?"), "unknown_visit")


def test_the_proposal_is_corrected_in_place(pakta: Doors) -> None:
    agreement = pakta.open(title="Bandung – Naning", reference="B-1")
    right = proposed(title="Bandung – Nanning", reference="B-2", kind="friendship_city")
    pakta.record(agreement, fact("corrected", version=1, reason="A letter was missing", fact=right))
    told = state(pakta, agreement)
    assert (told["title"], told["reference"], told["kind"]) == ("Bandung – Nanning", "B-2", "friendship_city")
    assert [i["title"] for i in pakta.get("/agreements?q=nanning&kind=friendship_city")["items"]] == [
        "Bandung – Nanning"
    ]
    pakta.open(kind="other", reference="B-1")
    back = fact("corrected", version=1, reason="?", fact=proposed(reference="B-1"))
    refused(pakta, agreement, back, "reference_taken")


def test_sources_that_disagree_stay_a_warning_until_one_is_decided_on(pakta: Doors) -> None:
    agreement = pakta.open(fact("loi_signed", "2025-03-25"))
    source = fact("evidence_attached", version=2, evidence=[{"title": "Report"}])
    pakta.record(agreement, source | {"says": {"occurred": "2024-03-25"}})
    told = state(pakta, agreement)["warnings"]
    assert [(w["code"], w["version"]) for w in told] == [("sources_disagree", 2)]
    assert told[0]["text"] == "A source attached in version 3 states otherwise (occurred)."
    refused(pakta, agreement, source | {"says": {"colour": "red"}}, "unknown_field")
    keep = fact(
        "corrected", version=2, reason="The day of the week decides", fact=fact("loi_signed", "2025-03-25")
    )
    pakta.record(agreement, keep)
    assert state(pakta, agreement)["warnings"] == []


def test_the_trail_says_who_when_and_with_what(pakta: Doors) -> None:
    agreement = pakta.open(fact("annotated", note="Why", evidence=[{"title": "A letter"}]))
    entry = pakta.get(f"/agreements/{agreement}/events?after=1")["items"][0]
    assert set(entry) == {
        *("agreement", "version", "position", "recorded_at", "recorded_by", "command_id"),
        *("correlation_id", "software", "fact", "corrected_by", "retracted_by"),
    }
    assert entry["recorded_at"].endswith("Z")
    assert entry["recorded_by"]["organisation"] == "kota-bandung"
    assert entry["recorded_by"]["role"] == "coordinator"
    assert (entry["fact"]["note"], entry["fact"]["evidence"][0]["title"]) == ("Why", "A letter")


def test_trail_and_timeline_come_in_pages(pakta: Doors) -> None:
    days = ["2024-05-01", "2024-02", "2024-03-01/2024-03-05", "2024-02-29", "../2024-01-01"]
    agreement = pakta.open(*(fact("statement_recorded", day, text="Said") for day in days), occurred=None)
    for limit in (1, 2, 6, 500):
        trail = pakta.walk(f"/agreements/{agreement}/events", limit=limit)
        assert [item["version"] for item in trail] == [1, 2, 3, 4, 5, 6]
        line = pakta.walk(f"/agreements/{agreement}/timeline", limit=limit)
        assert [item["version"] for item in line] == [6, 1, 3, 5, 4, 2]
    line = pakta.get(f"/agreements/{agreement}/timeline")["items"]
    assert (line[0]["earliest"], line[0]["latest"]) == (None, "2024-01-01")
    assert (line[2]["earliest"], line[2]["latest"]) == ("2024-02-01", "2024-02-29")
    link = pakta.ask("GET", f"/agreements/{agreement}/events?limit=2").headers["link"]
    assert link == f'</api/v1/agreements/{agreement}/events?limit=2&after=2>; rel="next"'
