"""Stands between Pakta and PostgreSQL, and cuts the connection when something is about to be committed."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Self

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104
# Message types of PostgreSQL's protocol 3.0, from the client.
QUERY, PARSE, BIND, SYNC = b"Q", b"P", b"B", b"S"


class Cut(Enum):
    """Where a connection is cut."""

    BEFORE = "before what commits was sent"
    UNHEARD = "once it was sent, whatever the server does with it"
    UNANSWERED = "once the server has answered, which the client does not hear"


@dataclass
class Session:
    """What one connection has said so far, as far as it matters to whether it commits an append.

    An append is committed by the message after which a call of `append` ends its own transaction, or by the
    COMMIT of the transaction in which it was called.
    """

    is_open: bool = False
    in_transaction: bool = False
    has_appended: bool = False
    called: bool = False
    appending: set[bytes] = field(default_factory=set)

    def commits(self, kind: bytes, body: bytes) -> bool:
        """Take note of a message. Whether it is one by which an append is committed."""
        if kind == QUERY:
            return self._query(body.rstrip(b"\0").strip().upper())
        if kind == PARSE:
            name, text = body.split(b"\0")[:2]
            (self.appending.add if b"append(" in text else self.appending.discard)(name)
        elif kind == BIND:
            self.called |= body.split(b"\0")[1] in self.appending
        elif kind == SYNC and self.called:
            self.called = False
            self.has_appended = self.in_transaction
            return not self.in_transaction
        return False

    def _query(self, text: bytes) -> bool:
        if text.startswith(b"BEGIN"):
            self.in_transaction, self.has_appended = True, False
        elif text.startswith((b"COMMIT", b"ROLLBACK")):
            commits = text.startswith(b"COMMIT") and self.has_appended
            self.in_transaction = self.has_appended = False
            return commits
        return False


class Proxy:
    """A proxy in a thread of its own, which passes everything on but what it is told to cut."""

    def __init__(self, port: int) -> None:
        self.server_port = port
        self.port = 0
        self.met: Counter[bytes] = Counter()  # by what kind of message those committed that were cut
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._aim: Cut | None = None
        self._first: Callable[[], None] = lambda: None
        self._hit = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self, where: Cut, first: Callable[[], None] = lambda: None, seconds: float = 60.0) -> None:
        """Cut the connection that is the next to commit an append, and come back when that is done.

        `first` is done in between: the append is made, and what commits it has come no farther than here.

        Raises:
            TimeoutError: nothing was appended in time.
        """
        self._hit.clear()
        self._first, self._aim = first, where
        if not self._hit.wait(seconds):
            raise TimeoutError("nothing was appended")

    def _take_aim(self) -> Cut | None:
        aim, self._aim = self._aim, None
        return aim

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _end(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            server, to_server = await asyncio.open_connection("127.0.0.1", self.server_port)
        except OSError:
            to_client.close()
            return
        answers = asyncio.create_task(_copy(server, to_client))
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._forward(client, server, to_server, answers)
        answers.cancel()
        for writer in (to_client, to_server):
            writer.close()

    async def _forward(
        self,
        client: asyncio.StreamReader,
        server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
        answers: "asyncio.Task[None]",
    ) -> None:
        """Pass on message by message until an end or a cut."""
        session, cut = Session(), None
        while cut is None:
            kind, whole = await _message(client, session)
            cut = self._take_aim() if session.commits(kind, whole[5:]) else None
            if cut is not None:  # the client hears no more
                self.met[kind] += 1
                self._first()
                answers.cancel()
                await asyncio.gather(answers, return_exceptions=True)
            if cut is not Cut.BEFORE:
                to_server.write(whole)
                await to_server.drain()
            if cut is Cut.UNANSWERED:
                await _ready_again(server)
        self._hit.set()


async def _message(client: asyncio.StreamReader, session: Session) -> tuple[bytes, bytes]:
    """The next message: its type, empty while the connection is being opened, and all of its bytes."""
    kind = await client.readexactly(1) if session.is_open else b""
    length = await client.readexactly(4)
    body = await client.readexactly(int.from_bytes(length) - 4)
    if not session.is_open:
        session.is_open = int.from_bytes(body[:4]) not in (SSL_REQUEST, GSS_REQUEST)
    return kind, kind + length + body


async def _ready_again(server: asyncio.StreamReader) -> None:
    """Read until the server says ReadyForQuery, which it does once the transaction is stored or gone."""
    kind = b""
    while kind != b"Z":
        kind = await server.readexactly(1)
        await server.readexactly(int.from_bytes(await server.readexactly(4)) - 4)


async def _copy(server: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await server.read(65_536):
            to_client.write(data)
            await to_client.drain()
    to_client.close()
