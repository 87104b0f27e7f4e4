"""How the tests ask and record: as somebody, in a few words."""

from dataclasses import dataclass, replace
from typing import Any, Self

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from api.running import Running
from domain.agreement.access import Role

API = "/api/v1"
BANDUNG: dict[str, Any] = {"name": "Kota Bandung", "kind": "city", "country": "ID", "code": "32.73"}
NANNING: dict[str, Any] = {"name": "Kota Nanning", "kind": "city", "country": "CN", "aliases": ["南宁"]}

Fact = dict[str, Any]


def proposed(**other: Any) -> Fact:
    """A proposal between Bandung and Nanning."""
    return {
        "type": "proposed",
        "occurred": "2024-01-10",
        "title": "Bandung – Nanning",
        "kind": "sister_city",
        "parties": [BANDUNG, NANNING],
    } | other


def fact(kind: str, occurred: str | None = None, **other: Any) -> Fact:
    """Any other fact."""
    return {"type": kind, **({"occurred": occurred} if occurred else {}), **other}


@dataclass(frozen=True)
class Doors:
    """The doors as one person finds them; without a token, as the public does."""

    client: TestClient
    token: str | None = None
    language: str = "en"

    @classmethod
    def of(cls, client: TestClient) -> Self:
        """As the public finds them."""
        return cls(client)

    @property
    def running(self) -> Running:
        """What is behind the doors."""
        assert isinstance(self.client.app, FastAPI)
        running: Running = self.client.app.state.running
        return running

    def as_(self, organisation: str, role: Role = "coordinator") -> Self:
        """As somebody of an organisation."""
        return replace(self, token=self.running.directory.issue(organisation, role))

    @property
    def public(self) -> Self:
        """Without a token."""
        return replace(self, token=None)

    def ask(self, method: str, path: str, **request: Any) -> Response:
        """Send a request, to an address under /api/v1 unless it says more."""
        headers = {"Accept-Language": self.language, **(request.pop("headers", None) or {})}
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if "key" in request:
            headers["Idempotency-Key"] = request.pop("key")
        address = path if path.startswith(API) else API + path
        response: Response = self.client.request(method, address, headers=headers, **request)
        return response

    def get(self, path: str, **params: Any) -> Any:
        """The JSON at an address."""
        headers = params.pop("headers", None)
        response = self.ask("GET", path, params=params or None, headers=headers)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, body: Any, **request: Any) -> Response:
        """Send a body."""
        return self.ask("POST", path, json=body, **request)

    def open(self, *facts: Fact, **proposal: Any) -> str:
        """Open an agreement and record what happened next. Returns its id."""
        response = self.post("/agreements", proposed(**proposal))
        assert response.status_code == 201, response.text
        agreement = str(response.json()["agreement"])
        self.record(agreement, *facts)
        return agreement

    def record(self, agreement: str, *facts: Fact) -> list[Any]:
        """Record facts, one by one. Returns the answers."""
        answers = []
        for each in facts:
            response = self.post(f"/agreements/{agreement}/events", each)
            assert response.status_code == 201, response.text
            answers.append(response.json())
        return answers

    def batch(self, *commands: Any) -> Any:
        """Record a batch. Returns its answer."""
        response = self.post("/batches", {"commands": list(commands)})
        assert response.status_code == 201, response.text
        return response.json()

    def walk(self, path: str, **params: Any) -> list[Any]:
        """Every item of a list, page by page."""
        items, page = [], self.get(path, **params)
        while page["next"]:
            items += page["items"]
            page = self.get(page["next"])
        return items + list(page["items"])


def problem(response: Response, status: int, code: str) -> Any:
    """The problem that an answer tells of."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert (told["status"], told["code"], told["type"]) == (status, code, f"/problems/{code}")
    return told


def pointers(told: Any) -> dict[str, str]:
    """What is wrong with each field, by pointer or parameter."""
    return {error.get("pointer", error.get("parameter")): error["detail"] for error in told["errors"]}
