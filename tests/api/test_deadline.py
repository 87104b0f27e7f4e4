"""Whoever waits for a database that does not answer is told so in time, whatever the door."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from api.deadline import Deadline
from tests.api.doors import problem

SECONDS = 0.2
ENOUGH_SECONDS = 2.0  # for what takes no time, on a machine that is busy besides


def doors(seconds: float) -> TestClient:
    """Doors that take as many milliseconds as they are asked to, and have a deadline."""
    app = FastAPI()

    @app.get("/blocking/{ms}")
    def blocking(ms: int) -> str:
        time.sleep(ms / 1000)
        return "done"

    @app.get("/waiting/{ms}")
    @app.post("/waiting/{ms}")
    async def waiting(ms: int) -> str:
        await asyncio.sleep(ms / 1000)
        return "done"

    @app.get("/failing/{ms}")
    async def failing(ms: int) -> str:
        await asyncio.sleep(ms / 1000)
        raise ConnectionError

    @app.get("/streaming/{ms}")
    async def streaming(ms: int) -> StreamingResponse:
        async def slowly() -> AsyncIterator[str]:
            yield "do"
            await asyncio.sleep(ms / 1000)
            yield "ne"

        return StreamingResponse(slowly())

    app.add_middleware(Deadline, seconds=seconds)
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("door", ["blocking", "waiting", "failing"])
def test_whoever_waits_too_long_is_told_to_ask_again(door: str) -> None:
    answer = doors(SECONDS).get(f"/{door}/2000")
    problem(answer, 503, "unanswered")
    assert answer.headers["Retry-After"] == "1"


def test_whoever_sends_something_and_waits_too_long_is_told_that_it_may_be_stored() -> None:
    answer = doors(SECONDS).post("/waiting/2000")
    told = problem(answer, 503, "unavailable")
    assert told["detail"] == "Belum diketahui apakah perintah telah disimpan."
    assert answer.headers["Retry-After"] == "1"


@pytest.mark.parametrize("path", ["/blocking/1", "/waiting/1", "/streaming/2500"])
def test_an_answer_that_begins_in_time_is_given(path: str) -> None:
    answer = doors(ENOUGH_SECONDS).get(path)
    assert (answer.status_code, answer.text.strip('"')) == (200, "done")


def test_the_time_that_a_client_takes_to_send_is_its_own() -> None:
    parts, told = iter([True, True, False]), []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 201})

    async def receive() -> Message:
        await asyncio.sleep(SECONDS)
        return {"type": "http.request", "body": b"x", "more_body": next(parts)}

    async def send(message: Message) -> None:
        told.append(message["status"])

    asyncio.run(Deadline(app, seconds=SECONDS / 2)({"type": "http"}, receive, send))
    assert told == [201]
