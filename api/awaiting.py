"""Waits on the event loop for what the journal's writer answers."""

import asyncio
from collections import deque
from concurrent.futures import Future

from api.tracing import Submit
from domain.journal import Answer, Command

Waiting = asyncio.Future[Answer]


class Answers:
    """The way for coroutines to hand commands to the journal. Made on the loop on which they wait.

    The writer answers a whole group at once. The loop is woken for the first of them, and finds the others
    there: to be woken for each, as by `asyncio.wrap_future`, costs more than to decide most commands.
    """

    def __init__(self, submit: Submit) -> None:
        self.submit = submit
        self._loop = asyncio.get_running_loop()
        self._come: deque[tuple[Waiting, Future[Answer]]] = deque()
        self._called = False

    async def carry_out(self, command: Command) -> Answer:
        """Wait until a command is durable.

        Raises:
            Refused: it cannot be true.
            Declined: it was not carried out, for another reason.
        """
        waiting: Waiting = self._loop.create_future()
        future = self.submit(command)
        future.add_done_callback(lambda done: self._note(waiting, done))
        try:
            return await waiting
        except asyncio.CancelledError:
            future.cancel()
            raise

    def _note(self, waiting: Waiting, done: "Future[Answer]") -> None:
        """In the writer's thread."""
        self._come.append((waiting, done))
        if not self._called:
            self._called = True
            self._loop.call_soon_threadsafe(self._hand_out)

    def _hand_out(self) -> None:
        self._called = False  # first: what comes from here on calls again
        while self._come:
            waiting, done = self._come.popleft()
            if waiting.cancelled() or done.cancelled():
                continue
            error = done.exception()
            if error is not None:
                waiting.set_exception(error)
            else:
                waiting.set_result(done.result())
