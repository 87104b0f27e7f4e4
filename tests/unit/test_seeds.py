"""The demonstration's agreements: as uncertain as their sources, and with the answers known beforehand."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.commands import BATCH
from domain.agreement import EMPTY, History, Recorded, State, Warned, admit, derive
from domain.agreement.access import access
from domain.facts import (
    LATER_FACT,
    PROPOSED,
    EvidenceAttached,
    Fact,
    FollowUpVisitScheduled,
    MouSigned,
    VisitHeld,
)

SEEDS = Path(__file__).parents[2] / "api" / "demo" / "seeds.jsonl"
TODAY = date(2026, 11, 21)
SEVEN = {
    "kerinci",
    "serdang_bedagai",
    "sarolangun",
    "mempawah",
    "tasikmalaya",
    "tanjungpinang",
    "aceh_tengah",
}

Line = dict[str, Any]


def read() -> list[Line]:
    """Every request, the comment left aside."""
    with SEEDS.open(encoding="utf-8") as lines:
        return [line for line in map(json.loads, lines) if "comment" not in line]


def steps(line: Line) -> Iterator[tuple[str, tuple[Fact, ...]]]:
    """The agreements that a request writes to, by name, each with its facts, as the API would read them."""
    body = json.dumps(line["body"])
    if line["post"] == "/agreements":
        (name,) = line["names"]
        yield name, (PROPOSED.validate_json(body),)
    elif line["post"] == "/batches":
        commands = BATCH.validate_json(body).commands
        assert all(command.agreement is None for command in commands)
        for name, command in zip(line["names"], commands, strict=True):
            yield name, tuple(command.facts)
    else:
        name = line["post"].removeprefix("/agreements/{").removesuffix("}/events")
        assert line["post"] == f"/agreements/{{{name}}}/events"
        yield name, (LATER_FACT.validate_json(body),)


def record() -> tuple[dict[str, History], dict[str, list[Warned]]]:
    """Every agreement's history, and every warning that recording it brought."""
    histories: dict[str, History] = {}
    brought: dict[str, list[Warned]] = {}
    for line in read():
        for name, facts in steps(line):
            assert (name in histories) != (name in line.get("names", ())), (
                "opened once, and before it is used"
            )
            history = histories.get(name, EMPTY)
            assert not history.entries or access(history).owner == line["as"]
            for fact in facts:
                history, warned = admit(history, Recorded(history.version + 1, fact, TODAY, line["as"]))
                brought.setdefault(name, []).extend(warned)
            histories[name] = history
    return histories, brought


@pytest.fixture(scope="module")
def histories() -> dict[str, History]:
    return record()[0]


@pytest.fixture(scope="module")
def states(histories: dict[str, History]) -> dict[str, State]:
    return {name: derive(history, TODAY) for name, history in histories.items()}


@pytest.fixture(scope="module")
def agreements(states: dict[str, State]) -> list[State]:
    """All but the network."""
    return [state for state in states.values() if state.kind != "network"]


def entries(histories: dict[str, History]) -> list[Fact]:
    return [entry.fact for history in histories.values() for entry in history.entries.values()]


def codes(state: State) -> set[str]:
    return {warned.code for warned in state.warnings}


def test_every_request_has_a_key_of_its_own() -> None:
    keys = [line["key"] for line in read()]
    assert len(keys) == len(set(keys))


def test_a_request_holds_what_it_needs_and_nothing_else() -> None:
    for line in read():
        opens = line["post"] in ("/agreements", "/batches")
        assert set(line) == {"as", "key", "post", "body"} | ({"names"} if opens else set())


def test_a_comment_stands_on_the_first_line_alone() -> None:
    lines = [json.loads(line) for line in SEEDS.read_text(encoding="utf-8").splitlines()]
    assert [set(line) == {"comment"} for line in lines] == [True] + [False] * (len(lines) - 1)


def test_three_organisations_own_the_agreements(states: dict[str, State]) -> None:
    owners = {name: state.owner for name, state in states.items()}
    assert owners.pop("shenzhen") == "otorita-ikn"
    assert owners.pop("ascn") == "kemendagri"
    assert owners == dict.fromkeys(SEVEN | {"nanning", "serang"}, "kota-bandung")


def test_the_seven_are_signed_in_one_ceremony() -> None:
    batches = [line for line in read() if line["post"] == "/batches"]
    assert [set(batch["names"]) for batch in batches] == [SEVEN]


def test_every_fact_rests_on_a_secondary_source(histories: dict[str, History]) -> None:
    for fact in entries(histories):
        assert fact.evidence
        assert {source.grade for source in fact.evidence} == {"secondary"}


def test_no_fact_lacks_a_last_day_so_that_answers_do_not_depend_on_when_it_is_loaded(
    histories: dict[str, History],
) -> None:
    for fact in entries(histories):
        assert fact.occurred is not None
        assert fact.occurred.latest <= TODAY
        assert fact.occurred.basis is not None


def test_what_was_proposed_unseen_is_marked_as_inferred(histories: dict[str, History]) -> None:
    unseen = set(histories) - {"serang"}
    for name in unseen:
        proposed = histories[name].proposed
        assert proposed is not None
        assert proposed.occurred is not None
        assert proposed.occurred.basis == "inferred"
        assert (proposed.occurred.edtf or "").startswith("../")


def test_no_fact_names_a_party_that_its_agreement_does_not_have(states: dict[str, State]) -> None:
    brought = record()[1]
    assert not [name for name, warned in brought.items() if any(w.code == "unknown_party" for w in warned)]
    assert not [name for name, state in states.items() if "unknown_party" in codes(state)]


def test_ten_agreements_stand_where_the_reports_left_them(agreements: list[State]) -> None:
    assert Counter(state.status for state in agreements) == {
        "proposed": 1,
        "follow_up_visit_scheduled": 1,
        "follow_up_visit_held": 1,
        "mou_signed": 7,
    }
    assert Counter(state.instrument for state in agreements) == {"none": 1, "loi": 1, "mou": 8}
    assert Counter(state.kind for state in agreements) == {"sister_city": 1, "regional": 8, "government": 1}
    assert {state.standing for state in agreements} == {"active"}
    assert {state.realisation for state in agreements} == {"none"}


def test_all_stand_still_and_one_alone_has_a_next_step(agreements: list[State]) -> None:
    flags = Counter(flag for state in agreements for flag in state.flags)
    assert flags == {"stalled": 10, "dormant": 8, "no_next_step": 9}


def test_the_return_visit_to_nanning_alone_is_overdue(states: dict[str, State]) -> None:
    overdue = [name for name, state in states.items() if state.follow_up.state == "overdue"]
    assert overdue == ["nanning"]
    assert states["nanning"].follow_up.days_overdue == 417


def test_each_warning_is_one_that_the_sources_give_cause_for(states: dict[str, State]) -> None:
    warned = {name: codes(state) for name, state in states.items() if state.warnings}
    assert warned == {
        "nanning": {"sources_disagree"},
        "shenzhen": {"mou_without_loi", "gate_evidence_missing"},
    }


def test_another_source_dates_nannings_letter_of_intent_a_year_earlier(histories: dict[str, History]) -> None:
    facts = [entry.fact for entry in histories["nanning"].entries.values()]
    (source,) = [fact for fact in facts if isinstance(fact, EvidenceAttached)]
    assert facts[source.version - 1].type == "loi_signed"
    assert source.says == {"occurred": "2024-03-25"}


@pytest.mark.parametrize("day", [date(2025, 4, 1), date(2025, 6, 1)])
def test_until_september_2025_the_return_visit_to_nanning_is_tentative(
    histories: dict[str, History], day: date
) -> None:
    state = derive(histories["nanning"], day)
    assert (state.status, state.instrument) == ("follow_up_visit_scheduled", "loi")
    assert (state.follow_up.state, state.follow_up.window) == ("tentative", "2025-09")


def test_shenzhens_memorandum_comes_before_the_visit_two_days_later(histories: dict[str, History]) -> None:
    types = [type(standing.fact) for standing in histories["shenzhen"].in_order()]
    assert types.index(MouSigned) < types.index(VisitHeld)
    assert FollowUpVisitScheduled not in types


def test_sarolangun_came_to_learn_before_it_signed(histories: dict[str, History]) -> None:
    spans = {standing.fact.type: standing.span for standing in histories["sarolangun"].in_order()}
    assert spans["visit_held"].certainly_before(spans["mou_signed"])


def test_a_network_has_no_status_and_nothing_signed(states: dict[str, State]) -> None:
    network = states["ascn"]
    assert (network.kind, network.status, network.instrument) == ("network", None, "none")
    assert network.flags == ()
