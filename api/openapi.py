"""The OpenAPI document: what FastAPI cannot know, because bodies are read from their bytes, is added here."""

from typing import Any, get_args

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from api.commands import BATCH
from api.problems import ProblemDocument
from domain.facts import LATER_FACT, PROPOSED, Fact

DESCRIPTION = """
Pakta keeps the record of cooperation agreements, from the first proposal to the results.

**Record** facts with `POST`: an agreement opens with `proposed`; everything else is an event on it. Facts are
recorded, not policed: what is unusual comes back as a warning, and only what cannot be true is refused.
Nothing is ever edited: a mistake is mended with `corrected` or `retracted`.

**Dates** are EDTF, as exact as they are known: `2023-07-27`, `2025-09`, `../2023-07-27`, `2025-03-25?`.

**Ask** how things stood with `as_of` (a day in the world) and `known_at` (a position or time of the record).
"""
TAGS = {
    "Recording": "Open agreements and record what happens.",
    "Agreements": "How agreements stand, their audit trail and timeline.",
    "Dashboards": "Figures and lists over all agreements.",
    "Feed": "Every entry, in order of position.",
    "Documents": "Scans that evidence names.",
    "Health": "For whoever keeps Pakta running.",
}
REF = "#/components/schemas/{model}"
PROBLEM = {
    "description": "A problem (RFC 9457); its `type` opens a page that explains it",
    "content": {"application/problem+json": {"schema": {"$ref": REF.format(model="ProblemDocument")}}},
}


def register(app: FastAPI) -> None:
    """Give the application its OpenAPI document, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary="The record of cooperation agreements",
        description=DESCRIPTION.strip(),
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        servers=[{"url": "/", "description": "This server"}],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        contact={"name": "Whoever runs this server"},
    )
    schemas = document["components"]["schemas"]
    for name, adapter in (("Proposed", PROPOSED), ("LaterFact", LATER_FACT), ("Batch", BATCH)):
        _add_schema(schemas, name, adapter)
    _add_schema(schemas, "ProblemDocument", TypeAdapter(ProblemDocument))
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    _add_bodies(document["paths"])
    _add_answers(document["paths"])
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}, {}]
    return document


def _add_schema(schemas: dict[str, Any], name: str, adapter: TypeAdapter[Any]) -> None:
    schema = adapter.json_schema(ref_template=REF, mode="validation")
    for inner, definition in schema.pop("$defs", {}).items():
        schemas.setdefault(inner, definition)
    schemas.setdefault(name, schema)


def _add_bodies(paths: dict[str, Any]) -> None:
    examples = {name: example for name, example in _examples().items() if name != "proposed"}
    proposal = {"proposed": _examples()["proposed"]}
    ceremony = {"agreement": None, "facts": [proposal["proposed"]["value"], examples["mou_signed"]["value"]]}
    batch = {"ceremony": {"summary": "A signing ceremony", "value": {"commands": [ceremony]}}}
    for path, name, shown in (
        ("/api/v1/agreements", "Proposed", proposal),
        ("/api/v1/agreements/{agreement}/events", "LaterFact", examples),
        ("/api/v1/batches", "Batch", batch),
    ):
        content = {"schema": {"$ref": REF.format(model=name)}, "examples": shown}
        paths[path]["post"]["requestBody"] = {"required": True, "content": {"application/json": content}}
    scan = {"type": "string", "contentEncoding": "binary"}
    form = {"type": "object", "properties": {"file": scan}, "required": ["file"]}
    paths["/api/v1/documents"]["post"]["requestBody"] = {
        "required": True,
        "content": {"application/pdf": {"schema": scan}, "multipart/form-data": {"schema": form}},
    }


def _examples() -> dict[str, Any]:
    """The documented example of every fact type."""
    found = {}
    for model in get_args(get_args(Fact)[0]):
        schema_extra = model.model_config["json_schema_extra"]
        value = schema_extra["examples"][0]
        found[value["type"]] = {"summary": (model.__doc__ or "").splitlines()[0], "value": value}
    return found


def _add_answers(paths: dict[str, Any]) -> None:
    """Problems instead of FastAPI's own errors, and summaries that are sentences."""
    for path, operations in paths.items():
        for operation in operations.values():
            operation["summary"] = operation["description"].partition(". ")[0].removesuffix(".")
            answers = operation["responses"]
            answers.pop("422", None)
            if path.startswith("/api/"):
                answers["default"] = PROBLEM
            else:
                operation["security"] = []
            stream = answers.get("200", {}).get("content", {}).get("text/event-stream")
            if stream:
                # FastAPI writes a keyword of OpenAPI 3.2 here.
                stream.clear()
                stream["schema"] = {"type": "string"}
    scan = {"application/pdf": {"schema": {"type": "string", "contentEncoding": "binary"}}}
    paths["/api/v1/documents/{sha256}"]["get"]["responses"]["200"]["content"] = scan
