"""Problems: every failure says what went wrong, where, and in the reader's language."""

import json
from typing import Any

import pytest

from api.problems import PROBLEMS
from domain.agreement.admit import REFUSALS
from tests.api.doors import BANDUNG, Doors, fact, pointers, problem, proposed


def wrong(shared: Doors, body: Any, path: str = "/agreements") -> dict[str, str]:
    return pointers(problem(shared.post(path, body), 422, "invalid"))


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"nonsense", b'{"a": NaN}', b'{"a": 1} x', b"\xff\xfe", b"[" * 9999]
)
def test_a_body_that_is_no_json_is_not_read(shared: Doors, raw: bytes) -> None:
    for path in ("/agreements", f"/agreements/{shared.open()}/events", "/batches"):
        problem(shared.ask("POST", path, content=raw), 400, "not_json")


@pytest.mark.parametrize("body", [1, "text", True, [], [proposed()]])
def test_a_body_that_is_another_thing_is_not_valid(shared: Doors, body: Any) -> None:
    for path in ("/agreements", f"/agreements/{shared.open()}/events", "/batches"):
        assert wrong(shared, body, path) == {"": "must be an object"}
        problem(shared.ask("POST", path, content=b"null"), 422, "invalid")


def test_missing_and_unknown_fields_are_named(shared: Doors) -> None:
    assert wrong(shared, {"type": "proposed", "color": "red"}) == {
        "/title": "is required",
        "/kind": "is required",
        "/parties": "is required",
        "/color": "is not a field that is known here",
    }


def test_fields_inside_lists_and_objects_are_pointed_at(shared: Doors) -> None:
    parties = [BANDUNG, {"name": "", "country": "Indonesia", "aliases": ["ok", 7]}]
    assert wrong(shared, proposed(parties=parties, title=7, evidence=[{}])) == {
        "/title": "must be text",
        "/parties/1/name": "must not be blank",
        "/parties/1/country": "does not have the expected form: ^[A-Z]{2}$",
        "/parties/1/aliases/1": "must be text",
        "/evidence/0": "evidence needs a title, a publisher, a url or the sha256 of a document",
    }


def test_a_member_of_a_union_is_pointed_at_once(shared: Doors) -> None:
    fields = ["fine", {"nam": "x"}, {"name": "y", "standing": "perhaps"}, 4]
    found = wrong(shared, proposed(fields=fields, learns={"kind": "town"}, occurred={"edtf": "soon", "x": 1}))
    assert set(found) == {
        *("/fields/1/name", "/fields/1/nam", "/fields/2/standing", "/fields/3"),
        *("/learns/name", "/learns/kind", "/occurred/edtf", "/occurred/x"),
    }
    assert found["/fields/2/standing"] == "must be one of 'agreed', 'exploring', 'mentioned'"


def test_a_person_or_party_is_pointed_at_once(shared: Doors) -> None:
    directive = fact("directive_issued", text="Go", by={"name": "Adirozal", "office": 5})
    found = wrong(shared, directive, f"/agreements/{shared.open()}/events")
    assert "/by/office" in found
    assert "/by" not in found


def test_a_fact_inside_a_correction_is_pointed_at(shared: Doors) -> None:
    path = f"/agreements/{shared.open()}/events"
    body = fact("corrected", version=1, reason="typing", fact=proposed(parties=[{"name": 1}], kind="x"))
    assert set(wrong(shared, body, path)) == {"/fact/parties/0/name", "/fact/kind"}
    assert set(wrong(shared, fact("corrected", version=0, fact={"type": "corrected"}), path)) == {
        *("/version", "/reason", "/fact/type"),
    }


def test_a_type_that_is_none_is_pointed_at(shared: Doors) -> None:
    path = f"/agreements/{shared.open()}/events"
    assert wrong(shared, {}, path) == {"/type": "is required"}
    assert set(wrong(shared, fact("nothing"), path)) == {"/type"}
    assert set(wrong(shared, proposed(), path)) == {"/type"}
    assert set(wrong(shared, fact("mou_signed"))) >= {"/type"}


def test_a_fact_in_a_batch_is_pointed_at(shared: Doors) -> None:
    commands = [{"facts": [proposed()]}, {"agreement": "x", "facts": [fact("realised")], "expected": 1}, {}]
    assert wrong(shared, {"commands": commands}, "/batches") == {
        "/commands/1/agreement": "must be the id of an agreement",
        "/commands/1/facts/0/extent": "is required",
        "/commands/1/expected": "is not a field that is known here",
        "/commands/2/facts": "is required",
    }
    assert wrong(shared, {"commands": []}, "/batches") == {"/commands": "must have at least 1 items"}
    assert wrong(shared, {"commands": [{"facts": []}]}, "/batches") == {
        "/commands/0/facts": "must have at least 1 items"
    }


def test_names_with_slashes_and_tildes_are_escaped(shared: Doors) -> None:
    path = f"/agreements/{shared.open()}/events"
    found = wrong(shared, fact("mou_signed", numbers={"a/b~c": 5}) | {"x/y~z": 1}, path)
    assert set(found) == {"/numbers/a~1b~0c", "/x~1y~0z"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("occurred", 2024),
        ("occurred", "2024-13"),
        ("occurred", {}),
        ("note", " "),
        ("note", "a\u0000b"),
        ("evidence", [{"url": "ftp://example.org"}]),
        ("evidence", [{"sha256": "A" * 64}]),
        ("visibility", "secret"),
        ("title", "x" * 501),
        ("strength", "weak"),
    ],
)
def test_a_malformed_value_is_not_stored(shared: Doors, field: str, value: Any) -> None:
    before = shared.running.journal.head()
    (where,) = wrong(shared, proposed(**{field: value}))
    assert where.split("/")[1] == field
    assert shared.running.journal.head() == before


def test_numbers_are_numbers_and_truth_is_truth(shared: Doors) -> None:
    path = f"/agreements/{shared.open()}/events"
    assert set(wrong(shared, fact("evidence_attached", version="1", evidence=[{"title": "x"}]), path)) == {
        "/version"
    }
    progress = fact("progress_reported", commitment="a", percent=101)
    assert wrong(shared, progress, path) == {"/percent": "must be at most 100"}
    unsure = fact("statement_recorded", figures=[{"value": "many", "unit": "x", "approximate": "yes"}])
    assert {"/figures/0/approximate"} < set(wrong(shared, unsure, path))
    private = fact("visit_held", participants=[{"name": "Somebody", "public": False}])
    assert set(wrong(shared, private, path)) == {"/participants/0/public"}


def test_a_lone_surrogate_is_not_text(shared: Doors) -> None:
    raw = json.dumps(proposed()).replace("Bandung \\u2013 Nanning", "\\ud800").encode()
    assert b"ud800" in raw
    answer = shared.ask("POST", "/agreements", content=raw)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_that_is_too_large_is_not_read(closed: Doors) -> None:
    told = problem(closed.post("/agreements", proposed(note="x" * 2_000)), 413, "too_large")
    assert told["detail"] == "At most 2000 bytes are accepted here."

    def pieces() -> Any:
        for _ in range(50):
            yield b" " * 100

    problem(closed.ask("POST", "/batches", content=pieces()), 413, "too_large")


def test_other_methods_and_addresses_are_problems_too(shared: Doors) -> None:
    agreement = shared.open()
    for method, path in (
        ("DELETE", f"/agreements/{agreement}"),
        ("PUT", f"/agreements/{agreement}/events"),
        ("PATCH", "/agreements"),
        ("POST", "/summary"),
        ("GET", "/batches"),
    ):
        answer = shared.ask(method, path)
        assert method in problem(answer, 405, "method_not_allowed")["detail"]
        assert answer.headers["allow"]
    problem(shared.ask("GET", "/nothing"), 404, "not_found")
    problem(shared.ask("GET", f"/agreements/{agreement}/nothing"), 404, "not_found")


def test_a_problem_reads_in_the_language_of_the_reader(shared: Doors) -> None:
    headers = {"Accept-Language": "id-ID,en;q=0.5"}
    body = {"type": "proposed", "title": "", "kind": "x", "occurred": "September 2025"}
    answer = shared.post("/agreements", body, headers=headers)
    told = problem(answer, 422, "invalid")
    assert told["title"] == "Ada bagian permintaan yang tidak sah"
    assert answer.headers["content-language"] == "id"
    assert "Accept-Language" in answer.headers["vary"]
    found = pointers(told)
    assert found["/occurred"] == "'September 2025' bukan EDTF; apakah yang dimaksud 2025-09?"
    assert found["/parties"] == "wajib diisi"
    assert found["/kind"].startswith("harus salah satu dari 'sister_city', ")
    assert not any("must" in detail or " or " in detail for detail in found.values())


def test_parameters_and_refusals_read_in_the_language_of_the_reader(shared: Doors) -> None:
    agreement = shared.open()
    indonesian = Doors(shared.client, shared.token, "id")
    told = problem(indonesian.ask("GET", f"/agreements/{agreement}?version=9"), 422, "invalid")
    assert pointers(told) == {"version": "versi tersebut belum ada"}
    told = problem(indonesian.ask("GET", "/agreements?limit=0&as_of=now"), 422, "invalid")
    assert pointers(told) == {
        "limit": "paling kecil 1",
        "as_of": "harus berupa tanggal, misalnya 2026-11-21",
    }
    refused = indonesian.post(f"/agreements/{agreement}/events", fact("realised", extent="fully"))
    assert problem(refused, 409, "realised_unsigned")["detail"].startswith("Belum ada naskah")


@pytest.mark.parametrize("code", sorted([*PROBLEMS, *REFUSALS]))
def test_the_type_of_a_problem_opens_a_page_in_both_languages(shared: Doors, code: str) -> None:
    pages = {}
    for language in ("id", "en"):
        page = shared.client.get(f"/problems/{code}", headers={"Accept-Language": language})
        assert page.status_code == 200
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["content-language"] == language
        assert f'<html lang="{language}">' in page.text
        assert not {"{", "}"} & set(page.text)
        pages[language] = page.text
        assert shared.client.get(f"/problems/{code}?lang={language}").text == page.text
        shared.client.cookies.clear()  # the choice would be kept
    assert pages["id"] != pages["en"]


def test_a_problem_without_a_page_is_a_problem(shared: Doors) -> None:
    problem(shared.client.get("/problems/nothing", headers={"Accept-Language": "en"}), 404, "not_found")
