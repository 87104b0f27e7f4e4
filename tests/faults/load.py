"""A bounded load over real HTTP: several clients that never give up a command before it is answered."""

import http.client
import json
import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from tests.api.doors import API, fact, proposed
from tests.faults.diary import Acknowledged, Diary, Sent

PATIENCE_SECONDS = 30.0  # for one answer
PAUSE_SECONDS = 0.05  # before a command is sent again
SETTLE_SECONDS = 60.0
MOST_COMMANDS = 200_000
NO_ANSWER = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Declined:
    """An answer that is no success."""

    status: int
    code: str
    retry_after: str | None
    seconds: float


class Load:
    """Clients that record at an address, each one command after the other, until they are stopped.

    A command without an answer, or declined with 503, is sent again with the same key. `declined` holds
    every 503, and `wrong` whatever else was answered but 201: there is no other right answer.
    """

    def __init__(self, address: str, token: str, folder: Path, seed: str, *, clients: int = 6) -> None:
        where = urlsplit(address)
        self.host, self.port = where.hostname or "", where.port or 0
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.clients = clients
        self.random = random.Random(seed)
        self.diary = Diary(folder / "diary.jsonl")
        self.declined: list[Declined] = []
        self.wrong: list[str] = []
        self.agreements: list[str] = []
        self.resent: set[str] = set()
        self._ending = threading.Event()
        self._given_up = threading.Event()
        self._pool = ThreadPoolExecutor(clients)
        self._working: list[Future[None]] = []
        self._unanswered: list[Sent] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._given_up.set()
        self._pool.shutdown()
        self.diary.close()

    @property
    def acknowledged(self) -> int:
        """Commands acknowledged so far."""
        return len(self.diary.acknowledged)

    def start(self) -> None:
        """Begin to record, and go on whatever happens. What was given up before is sent again first."""
        self._ending.clear()
        self._given_up.clear()
        left, self._unanswered = self._unanswered, []
        self._working = [
            self._pool.submit(self._record, self.random.randrange(2**32), left[n :: self.clients])
            for n in range(self.clients)
        ]

    def wait_for(self, more: int, seconds: float = SETTLE_SECONDS) -> None:
        """Wait until so many more are acknowledged.

        Raises:
            TimeoutError: they were not in time.
        """
        wanted, until = self.acknowledged + more, time.monotonic() + seconds
        while self.acknowledged < wanted:
            if time.monotonic() > until or all(one.done() for one in self._working):
                self._raise()
                raise TimeoutError(f"{wanted - self.acknowledged} of {more} were not acknowledged")
            time.sleep(0.005)

    def settle(self, seconds: float = SETTLE_SECONDS) -> None:
        """Begin nothing new, and send again what has no answer until all of it has.

        Raises:
            TimeoutError: something had no answer in time; `start` would send it again.
        """
        self._ending.set()
        until = time.monotonic() + seconds
        while not all(one.done() for one in self._working):
            if time.monotonic() > until:
                self._given_up.set()
            time.sleep(0.005)
        self._raise()
        if self._unanswered:
            raise TimeoutError(f"{len(self._unanswered)} commands were not answered")

    def differing(self, sample: int = 10) -> list[str]:
        """Send again some of what was acknowledged, and all that was sent more than once. What differs?"""
        known = self.diary.acknowledged
        keys = (self.resent & known.keys()) | set(self.random.sample(sorted(known), min(sample, len(known))))
        self.resent = set()
        with self._line() as line:
            again = {key: self._send(line, self.diary.sent[key]) for key in sorted(keys)}
        return [key for key, body in again.items() if body != known[key].body]

    def _record(self, seed: int, left: Sequence[Sent]) -> None:
        chance = random.Random(seed)
        with self._line() as line:
            for command in left:
                self._insist(line, command)
            while not self._ending.is_set() and len(self.diary.sent) < MOST_COMMANDS:
                command = self._next(chance)
                self.diary.note_sent(command)
                self._insist(line, command)

    def _next(self, chance: random.Random) -> Sent:
        """Every tenth opens an agreement, every tenth speaks of two, the others of one."""
        key = f"{chance.getrandbits(64):016x}"
        known, kind = len(self.agreements), chance.random()
        if known < 2 or kind < 0.1:
            return Sent(key, f"{API}/agreements", proposed(title=key, note=key), 1)
        note = fact("annotated", note=key)
        if kind < 0.2:
            two = chance.sample(self.agreements[-100:], 2)
            commands = [{"agreement": agreement, "facts": [note]} for agreement in two]
            return Sent(key, f"{API}/batches", {"commands": commands}, 2)
        return Sent(key, f"{API}/agreements/{chance.choice(self.agreements[-100:])}/events", note, 1)

    def _insist(self, line: http.client.HTTPConnection, command: Sent) -> None:
        """Send a command until it is answered, or nobody wants to know any more."""
        while not self._given_up.is_set():
            body = self._send(line, command)
            if body is not None:
                self._keep(Acknowledged.of(command.key, body), command)
                return
            if self.wrong:
                return
            self.resent.add(command.key)
            time.sleep(PAUSE_SECONDS)
        self._unanswered.append(command)

    def _keep(self, told: Acknowledged, command: Sent) -> None:
        self.diary.note_acknowledged(told)
        if command.path == f"{API}/agreements":
            self.agreements.append(told.places[0][0])

    def _send(self, line: http.client.HTTPConnection, command: Sent) -> str | None:
        """The answer to a command, or None if there was none, or it was to be sent again."""
        began = time.monotonic()
        try:
            line.request(
                "POST", command.path, _json(command), {**self.headers, "Idempotency-Key": command.key}
            )
            answer = line.getresponse()
            body = answer.read().decode()
        except NO_ANSWER:
            line.close()  # the next request opens it again
            return None
        if answer.status == http.client.CREATED:
            return body
        if answer.status == http.client.SERVICE_UNAVAILABLE:
            code = json.loads(body)["code"]
            waited = time.monotonic() - began
            self.declined.append(Declined(answer.status, code, answer.headers["Retry-After"], waited))
        else:
            self.wrong.append(f"{answer.status} for {command.path}: {body}")
        return None

    def _line(self) -> closing[http.client.HTTPConnection]:
        return closing(http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_SECONDS))

    def _raise(self) -> None:
        """Tell of what went wrong in a client."""
        for one in self._working:
            if one.done():
                one.result()


def _json(command: Sent) -> bytes:
    return json.dumps(command.body, ensure_ascii=False).encode()
