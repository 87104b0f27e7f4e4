"""Speaks to a Pakta over one connection that stays open."""

import http.client
import json
import time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

ATTEMPTS = 5
SECONDS = 120


class Unexpected(Exception):
    """An answer that this client can do nothing with."""


class Answer(NamedTuple):
    """Status and document."""

    status: int
    body: Any


class Client:
    """Sends again what got no answer: with an Idempotency-Key that is safe."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self.connection = make(parts.netloc, timeout=SECONDS)
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    def get(self, path: str) -> Any:
        """The document at a path.

        Raises:
            Unexpected: there is none.
        """
        answer = self._send("GET", path, None, {})
        if answer.status not in (200, 503):  # /readyz says with 503 how far it is
            raise Unexpected(f"GET {path}: {answer.status} {answer.body}")
        return answer.body

    def post(self, path: str, body: bytes, key: str) -> Answer:
        """What became of a command."""
        return self._send("POST", path, body, {"Content-Type": "application/json", "Idempotency-Key": key})

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        for attempt in range(ATTEMPTS):
            try:
                self.connection.request(method, path, body, self.headers | headers)
                response = self.connection.getresponse()
                answer = Answer(response.status, json.loads(response.read()))
            except (OSError, http.client.HTTPException, json.JSONDecodeError) as problem:
                self.connection.close()  # the next request opens it again
                if attempt == ATTEMPTS - 1:
                    raise Unexpected(f"{method} {path}: {problem!r}") from problem
            else:
                if method == "GET" or answer.status != 503 or attempt == ATTEMPTS - 1:
                    return answer
            time.sleep(attempt + 0.5)
        raise AssertionError("the last attempt returns or raises")
