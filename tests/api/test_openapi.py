"""The documentation of the API: valid, complete, and its examples work."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import TypeAdapter

from domain.facts import FACT, LATER_FACT, PROPOSED, Fact
from tests.api.doors import Doors, fact, proposed

LISTS = ("/agreements", "/events", "/summary", "/visits", "/commitments", "/parties", "/fields")
TYPES = [model.model_fields["type"].default for model in get_args(get_args(Fact)[0])]


@pytest.fixture(scope="module")
def document(shared: Doors) -> Any:
    return shared.client.get("/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_the_document_is_valid_openapi(document: Any) -> None:
    assert document["openapi"].startswith("3.1")
    assert [str(error.message) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_operation_is_described_and_says_what_a_problem_looks_like(document: Any) -> None:
    ids = []
    for method, path, operation in operations(document):
        ids.append(operation["operationId"])
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["tags"], path
        if path.startswith("/api/"):
            assert set(operation["responses"]["default"]["content"]) == {"application/problem+json"}, path
            assert "422" not in operation["responses"], (method, path)
    assert len(ids) == len(set(ids))


def test_every_call_of_the_contract_is_documented(document: Any) -> None:
    found = {f"{method.upper()} {path}" for method, path, _ in operations(document)}
    one = "/api/v1/agreements/{agreement}"
    assert found == {
        *("POST /api/v1/agreements", f"POST {one}/events", "POST /api/v1/batches"),
        *("GET /api/v1/agreements", f"GET {one}", f"GET {one}/events", f"GET {one}/timeline"),
        f"GET {one}/compare",
        *("GET /api/v1/events", "GET /api/v1/events/stream"),
        *(f"GET /api/v1/{name}" for name in ("summary", "visits", "commitments", "parties", "fields")),
        *("POST /api/v1/documents", "GET /api/v1/documents/{sha256}", "GET /livez", "GET /readyz"),
        "GET /metrics",
    }


def test_parameters_and_tags_are_described(document: Any) -> None:
    named = {tag["name"] for tag in document["tags"]}
    assert {tag for *_, operation in operations(document) for tag in operation["tags"]} == named
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_type_of_fact_has_an_example_that_is_valid(document: Any) -> None:
    events = document["paths"]["/api/v1/agreements/{agreement}/events"]["post"]["requestBody"]["content"]
    proposals = document["paths"]["/api/v1/agreements"]["post"]["requestBody"]["content"]
    examples = {
        **events["application/json"]["examples"],
        **proposals["application/json"]["examples"],
    }
    assert sorted(examples) == sorted(TYPES)
    for kind, example in examples.items():
        adapter: TypeAdapter[Any] = PROPOSED if kind == "proposed" else LATER_FACT
        assert adapter.validate_python(example["value"], strict=False).type == kind
        assert example["summary"]
        name = "Proposed" if kind == "proposed" else "LaterFact"
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        assert not list(Draft202012Validator(schema).iter_errors(example["value"])), kind


def test_the_examples_can_be_sent_as_they_are(pakta: Doors, document: Any) -> None:
    batch = document["paths"]["/api/v1/batches"]["post"]["requestBody"]["content"]["application/json"]
    for example in batch["examples"].values():
        assert pakta.post("/batches", example["value"]).status_code == 201
    events = document["paths"]["/api/v1/agreements/{agreement}/events"]["post"]["requestBody"]["content"]
    plan = events["application/json"]["examples"]["follow_up_visit_scheduled"]["value"] | {"occurred": "2019"}
    promise = events["application/json"]["examples"]["commitment_made"]["value"]
    promises = [promise | {"commitment": "compost-plant"}]
    for kind, example in events["application/json"]["examples"].items():
        agreement = pakta.open(occurred="2010", parties=[], kind="other")
        if kind not in ("follow_up_visit_scheduled", "commitment_made"):
            filler = [fact("annotated", note="filler"), fact("annotated", note="filler")]
            pakta.record(agreement, plan, promise, *promises, fact("arrangement_signed", "2018"), *filler)
        body = example["value"] | ({"says": {}} if kind == "evidence_attached" else {})
        answer = pakta.post(f"/agreements/{agreement}/events", body)
        assert answer.status_code == 201, (kind, answer.text)


def test_what_is_sent_is_as_documented(pakta: Doors, document: Any) -> None:
    visit = fact("follow_up_visit_scheduled", "2024-02-10", visit="v", window="2024-06")
    promise = fact("commitment_made", "2024-02-01", commitment="c", text="Help", due="2024-05")
    agreement = pakta.open(fact("mou_signed", "2024-02-01"), visit, promise, fields=["water"])
    one = "/agreements/{agreement}"
    parts = {"components": document["components"]}
    for path in (one, f"{one}/events", f"{one}/timeline", *LISTS):
        answers = document["paths"][f"/api/v1{path}"]["get"]["responses"]
        schema = answers["200"]["content"]["application/json"]["schema"] | parts
        told = pakta.get(path.format(agreement=agreement))
        assert [error.message for error in Draft202012Validator(schema).iter_errors(told)] == [], path
        assert told.get("items", [told])
    answers = document["paths"]["/api/v1/agreements"]["post"]["responses"]
    schema = answers["201"]["content"]["application/json"]["schema"] | parts
    assert not list(Draft202012Validator(schema).iter_errors(pakta.post("/agreements", proposed()).json()))
    schema = {"$ref": "#/components/schemas/ProblemDocument"} | parts
    assert not list(Draft202012Validator(schema).iter_errors(pakta.post("/agreements", {}).json()))


def test_the_documentation_is_a_page(shared: Doors) -> None:
    page = shared.client.get("/docs")
    assert page.status_code == 200
    assert shared.client.get("/static/docs.js").status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text


def test_every_fact_can_be_stored_and_read_again() -> None:
    for model in get_args(get_args(Fact)[0]):
        example = FACT.validate_python(model.model_config["json_schema_extra"]["examples"][0], strict=False)
        assert FACT.validate_json(FACT.dump_json(example)) == example
