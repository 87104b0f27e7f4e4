"""Lets nobody wait for ever, as when the database stands still with its connections open."""

import asyncio

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import document, out_of_reach


class Deadline:
    """Answers 503 with Retry-After where no answer has begun in time; waiting for the client does not count.

    What is being done goes on, since a thread that waits for a database cannot be called back.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer if it comes in time."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        waiting = Waiting(scope, receive, send, self.seconds)
        try:
            await self.app(scope, waiting.receive, waiting.send)
        finally:
            await waiting.end()


class Waiting:
    """Somebody who waits for an answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, seconds: float) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._seconds = seconds
        self._loop = asyncio.get_running_loop()
        self._begun = False
        self._late: asyncio.Task[None] | None = None
        self._run()

    async def receive(self) -> Message:
        """What the client sends next, however long that takes."""
        self._timer.cancel()
        message = await self._receive()
        if not self._begun:
            self._run()
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer, unless another was given."""
        if self._late is None:
            self._begun = True
            self._timer.cancel()
            await self._send(message)

    async def end(self) -> None:
        """Wait no longer."""
        self._timer.cancel()
        if self._late is not None:
            await self._late

    def _run(self) -> None:
        if self._late is None:
            self._timer = self._loop.call_later(self._seconds, self._give_up)

    def _give_up(self) -> None:
        self._late = self._loop.create_task(self._answer())

    async def _answer(self) -> None:
        request = Request(self._scope)
        await document(request, out_of_reach(request))(self._scope, self._receive, self._send)
