"""Recording: what is answered, what is stored, and that a retry stores nothing twice."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from tests.api.doors import Doors, fact, problem, proposed


def head(pakta: Doors) -> int:
    return pakta.running.journal.head()


def test_a_proposal_opens_an_agreement(pakta: Doors) -> None:
    answer = pakta.post("/agreements", proposed())
    assert answer.status_code == 201
    told = answer.json()
    assert told == {"agreement": told["agreement"], "version": 1, "position": 1, "warnings": []}
    assert str(UUID(told["agreement"])) == told["agreement"]
    assert answer.headers["location"] == f"/api/v1/agreements/{told['agreement']}"
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["content-type"] == "application/json"


def test_an_event_is_answered_with_its_version_and_position(pakta: Doors) -> None:
    first, second = pakta.open(), pakta.open(title="Another", kind="other")
    answer = pakta.post(f"/agreements/{first}/events", fact("loi_signed", "2024-02"))
    assert answer.status_code == 201
    assert answer.json() == {"agreement": first, "version": 2, "position": 3, "warnings": []}
    assert answer.headers["etag"] == '"2"'
    assert "location" not in answer.headers
    assert second != first


def test_what_is_unusual_is_recorded_with_a_warning(pakta: Doors) -> None:
    agreement = pakta.open()
    (told,) = pakta.record(agreement, fact("mou_signed", "2024-05-01"))
    assert [(w["code"], w["version"]) for w in told["warnings"]] == [
        ("mou_without_loi", 2),
        ("gate_evidence_missing", 2),
    ]
    assert "dprd, full_powers" in told["warnings"][1]["text"]
    assert pakta.get(f"/agreements/{agreement}")["warnings"] == told["warnings"]


def test_what_cannot_be_true_is_refused_and_not_stored(pakta: Doors) -> None:
    agreement = pakta.open()
    refused = pakta.post(f"/agreements/{agreement}/events", fact("mou_signed", "2999-01-01"))
    told = problem(refused, 409, "in_the_future")
    assert told["detail"].startswith("2999-01-01 is later than tomorrow.")
    assert head(pakta) == 1


def test_an_agreement_nobody_opened_is_not_found(pakta: Doors) -> None:
    for unknown in (str(uuid4()), "1", "nobody", "00000000000000000000000000000000"):
        problem(pakta.post(f"/agreements/{unknown}/events", fact("mou_signed")), 404, "not_found")


@pytest.mark.parametrize("tag", ['"1"', "*", None, "1", ' "1" '])
def test_a_fact_is_recorded_when_the_version_is_the_expected_one(pakta: Doors, tag: str | None) -> None:
    headers = {"If-Match": tag} if tag else {}
    answer = pakta.post(f"/agreements/{pakta.open()}/events", fact("resumed"), headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize("tag", ['"0"', '"2"', 'W/"1"', '"one"', '""', '"7", "1"', '"' + "9" * 40 + '"'])
def test_a_fact_is_not_recorded_on_another_version(pakta: Doors, tag: str) -> None:
    agreement = pakta.open()
    answer = pakta.post(f"/agreements/{agreement}/events", fact("resumed"), headers={"If-Match": tag})
    problem(answer, 412, "stale")
    assert head(pakta) == 1


def test_of_64_who_saw_the_same_version_one_is_first(pakta: Doors) -> None:
    agreement = pakta.open()

    def record(number: int) -> int:
        body = fact("annotated", note=f"note {number}")
        return pakta.post(f"/agreements/{agreement}/events", body, headers={"If-Match": '"1"'}).status_code

    with ThreadPoolExecutor(64) as threads:
        outcomes = list(threads.map(record, range(64)))
    assert sorted(outcomes) == [201] + [412] * 63
    assert pakta.get(f"/agreements/{agreement}")["version"] == 2


def test_a_hundred_retries_at_once_record_one_event_and_read_the_same(pakta: Doors) -> None:
    def propose(number: int) -> tuple[int, bytes]:
        tongue = {"Accept-Language": "en" if number % 2 else "id"}
        answer = pakta.post("/agreements", proposed(parties=[]), key="once", headers=tongue)
        return answer.status_code, answer.content

    with ThreadPoolExecutor(32) as threads:
        answers = set(threads.map(propose, range(100)))
    assert len(answers) == 1
    assert head(pakta) == 1


def test_a_retry_of_an_event_repeats_the_first_answer(pakta: Doors) -> None:
    agreement = pakta.open()
    path, body = f"/agreements/{agreement}/events", fact("mou_signed", "2024-05-01")
    first = pakta.post(path, body, key="signing", headers={"If-Match": '"1"'})
    pakta.record(agreement, fact("annotated", note="meanwhile"))
    spelled_otherwise = {"occurred": "2024-05-01", "type": "mou_signed", "note": None}
    again = pakta.post(
        path, spelled_otherwise, key="signing", headers={"If-Match": '"1"', "Accept-Language": "id"}
    )
    assert (again.status_code, again.content) == (201, first.content)
    assert (again.headers["etag"], again.headers["content-language"]) == ('"2"', "en")


def test_a_key_used_for_something_else_is_not_taken(pakta: Doors) -> None:
    agreement, other = pakta.open(), pakta.open(kind="other")
    path = f"/agreements/{agreement}/events"
    assert pakta.post(path, fact("resumed"), key="k").status_code == 201
    told = problem(pakta.post(path, fact("suspended"), key="k"), 422, "key_reused")
    assert told["detail"] == "The key k belongs to another request."
    problem(pakta.post(f"/agreements/{other}/events", fact("resumed"), key="k"), 422, "key_reused")
    problem(pakta.post("/agreements", proposed(), key="k"), 422, "key_reused")
    assert head(pakta) == 3


def test_a_key_belongs_to_who_used_it(pakta: Doors) -> None:
    colleague = pakta.as_("kota-bandung")
    first = pakta.post("/agreements", proposed(), key="k").json()
    second = colleague.post("/agreements", proposed(), key="k").json()
    assert first["agreement"] != second["agreement"]


def test_a_refused_command_is_not_remembered(pakta: Doors) -> None:
    agreement = pakta.open()
    path = f"/agreements/{agreement}/events"
    held = fact("visit_confirmed", "2024-03-01", visit="return")
    problem(pakta.post(path, held, key="k"), 409, "unknown_visit")
    pakta.record(agreement, fact("follow_up_visit_scheduled", "2024-02", visit="return", window="2024-03"))
    assert pakta.post(path, held, key="k").status_code == 201


def test_a_stale_command_is_not_remembered(pakta: Doors) -> None:
    path = f"/agreements/{pakta.open()}/events"
    problem(pakta.post(path, fact("resumed"), key="k", headers={"If-Match": '"9"'}), 412, "stale")
    assert pakta.post(path, fact("resumed"), key="k", headers={"If-Match": '"1"'}).status_code == 201


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_has_a_length_that_can_be_kept(pakta: Doors, key: str) -> None:
    told = problem(pakta.post("/agreements", proposed(), key=key), 422, "invalid")
    assert told["errors"][0]["parameter"] == "Idempotency-Key"


def test_a_retry_after_a_restart_repeats_the_first_answer(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, public_reading=True)
    batch = {"commands": [{"facts": [proposed(parties=[])]}, {"facts": [proposed(parties=[])]}]}
    with TestClient(create_app(settings)) as client:
        before = Doors.of(client).as_("kota-bandung")
        answers = [before.post("/agreements", proposed(parties=[]), key="a")]
        answers += [before.post("/batches", batch, key="b")]
    with TestClient(create_app(settings)) as client:
        after = Doors(client, before.token, "id")
        again = [after.post("/agreements", proposed(parties=[]), key="a")]
        again += [after.post("/batches", batch, key="b")]
        assert head(after) == 3
    assert [a.content for a in again] == [a.content for a in answers]
    assert all("No party is named." in a.text for a in answers)
    for name in ("location", "etag", "content-language"):
        assert again[0].headers[name] == answers[0].headers[name]


def test_the_same_kind_and_parties_again_is_a_warning_that_stays(pakta: Doors) -> None:
    pakta.open()
    again = pakta.post("/agreements", proposed(title="Bandung and Nanning")).json()
    assert [w["code"] for w in again["warnings"]] == ["possible_duplicate"]
    state = pakta.get(f"/agreements/{again['agreement']}")
    assert [w["code"] for w in state["warnings"]] == ["possible_duplicate"]
    listed = {item["agreement"]: item["warnings"] for item in pakta.get("/agreements")["items"]}
    assert listed.pop(again["agreement"]) == state["warnings"]
    assert list(listed.values()) == [[]]


def test_a_reference_is_the_owners_own_and_used_once(pakta: Doors) -> None:
    pakta.open(reference="B-1")
    refused = pakta.post("/agreements", proposed(kind="other", reference="B-1"))
    assert "B-1" in problem(refused, 409, "reference_taken")["detail"]
    assert pakta.as_("kota-serang").open(reference="B-1")
