"""Batches stand or fall together, and a ceremony is known as one."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.doors import Doors, fact, pointers, problem, proposed


def command(*facts: Any, **other: Any) -> dict[str, Any]:
    return {"facts": list(facts), **other}


def test_a_ceremony_opens_several_agreements_with_one_correlation_id(pakta: Doors) -> None:
    kinds = ("regional", "other", "government")
    told = pakta.batch(*(command(proposed(kind=k), fact("mou_signed", "2024-02-01")) for k in kinds))
    assert set(told) == {"correlation_id", "results"}
    assert [(r["version"], r["position"]) for r in told["results"]] == [(2, 2), (2, 4), (2, 6)]
    assert [[w["code"] for w in r["warnings"]] for r in told["results"]] == [
        ["mou_without_loi", "gate_evidence_missing"]
    ] * 3
    entries = pakta.get("/events")["items"]
    assert {entry["correlation_id"] for entry in entries} == {told["correlation_id"]}
    assert len({entry["recorded_at"] for entry in entries}) == 1
    (other,) = pakta.batch(command(proposed(title="alone")))["results"]
    assert pakta.get("/events?after=6")["items"][0]["correlation_id"] != told["correlation_id"]
    assert other["position"] == 7


def test_an_event_alone_has_no_correlation_id(pakta: Doors) -> None:
    agreement = pakta.open()
    assert pakta.get(f"/agreements/{agreement}/events")["items"][0]["correlation_id"] is None


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_fact_that_cannot_be_true_stops_all_and_is_pointed_at(pakta: Doors, place: int) -> None:
    agreement = pakta.open()
    commands = [
        command(proposed(kind="other"), fact("mou_signed", "2024-02-01")),
        command(fact("resumed"), agreement=agreement),
        command(proposed(kind="regional"), fact("resumed")),
    ]
    commands[place]["facts"].append(fact("realised", "2999", extent="fully"))
    where = f"/commands/{place}/facts/{len(commands[place]['facts']) - 1}"
    told = problem(pakta.post("/batches", {"commands": commands}), 409, "in_the_future")
    assert pointers(told) == {where: told["detail"]}
    assert pakta.running.journal.head() == 1


def test_an_agreement_opens_with_its_proposal_in_a_batch_too(pakta: Doors) -> None:
    told = problem(pakta.post("/batches", {"commands": [command(fact("resumed"))]}), 409, "not_proposed")
    assert set(pointers(told)) == {"/commands/0/facts/0"}
    both = {"commands": [command(proposed(), proposed())]}
    told = problem(pakta.post("/batches", both), 409, "already_proposed")
    assert set(pointers(told)) == {"/commands/0/facts/1"}


def test_the_expected_version_holds_for_all(pakta: Doors) -> None:
    first, second = pakta.open(), pakta.open(kind="other")
    resumed = fact("resumed")
    commands = [
        command(resumed, agreement=first, expected_version=1),
        command(resumed, agreement=second, expected_version=2),
    ]
    problem(pakta.post("/batches", {"commands": commands}), 412, "stale")
    assert pakta.running.journal.head() == 2
    commands[1]["expected_version"] = 1
    told = pakta.batch(*commands)
    assert [r["version"] for r in told["results"]] == [2, 2]


def test_two_commands_on_one_agreement_follow_each_other(pakta: Doors) -> None:
    agreement = pakta.open()
    visit = fact("follow_up_visit_scheduled", "2024-02-01", visit="v", window="2024-06")
    told = pakta.batch(
        command(visit, agreement=agreement, expected_version=1),
        command(fact("visit_confirmed", "2024-03-01", visit="v"), agreement=agreement, expected_version=2),
    )
    assert [(r["version"], r["position"]) for r in told["results"]] == [(2, 2), (3, 3)]


def test_a_hidden_or_foreign_agreement_stops_all(pakta: Doors) -> None:
    own, hidden = pakta.open(), pakta.as_("kota-serang").open(visibility="organisation")
    foreign = pakta.as_("kota-serang").open(kind="other")
    for other, status, code in (
        (hidden, 404, "not_found"),
        (str(uuid4()), 404, "not_found"),
        (foreign, 403, "not_allowed"),
    ):
        both = [command(fact("resumed"), agreement=each) for each in (own, other)]
        problem(pakta.post("/batches", {"commands": both}), status, code)
    assert pakta.running.journal.head() == 3


def test_twins_and_references_are_seen_within_a_batch(pakta: Doors) -> None:
    told = pakta.batch(command(proposed()), command(proposed()))
    assert [[w["code"] for w in r["warnings"]] for r in told["results"]] == [[], ["possible_duplicate"]]
    states = [pakta.get(f"/agreements/{r['agreement']}")["warnings"] for r in told["results"]]
    assert [[w["code"] for w in s] for s in states] == [[], ["possible_duplicate"]]
    same = [command(proposed(kind=kind, reference="B-1")) for kind in ("other", "regional")]
    refused = problem(pakta.post("/batches", {"commands": same}), 409, "reference_taken")
    assert next(iter(pointers(refused))).startswith("/commands/1/")


def test_a_retry_of_a_batch_repeats_the_first_answer(pakta: Doors) -> None:
    body = {"commands": [command(proposed(parties=[]))]}
    first = pakta.post("/batches", body, key="ceremony")
    again = pakta.post("/batches", body, key="ceremony", headers={"Accept-Language": "id"})
    assert (again.status_code, again.content) == (201, first.content)
    body["commands"][0]["facts"][0]["title"] = "Other"
    problem(pakta.post("/batches", body, key="ceremony"), 422, "key_reused")


def test_a_batch_has_a_largest_size(pakta: Doors) -> None:
    told = problem(pakta.post("/batches", {"commands": [{}] * 1001}), 422, "invalid")
    assert pointers(told)["/commands"] == "must have at most 1000 items"
