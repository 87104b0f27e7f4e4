"""The feed and the stream of a running Pakta, read without looking into what they bring."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit

from api.terminal import directory
from benchmarks.pouring.checks import seconds_until_views_follow
from benchmarks.pouring.client import Client
from benchmarks.pouring.server import own_pakta
from domain.databases import Databases

PAGE = 500  # the largest there is
SECONDS = 60
ENTRY = re.compile(rb"^id: ?(\d+)", re.MULTILINE)


class Doors:
    """A server over a folder, asked as an auditor, who may read everything."""

    def __init__(self, address: str, token: str) -> None:
        self._place = urlsplit(address).netloc
        self._headers = {"Authorization": f"Bearer {token}"}

    def pages(self, head: int) -> int:
        """`GET /events` to the head, over one connection."""
        with closing(self._connection()) as connection:
            for after in range(0, head, PAGE):
                connection.request("GET", f"/api/v1/events?after={after}&limit={PAGE}", headers=self._headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    raise http.client.HTTPException(f"GET /events: {answer.status}")
        return head

    def stream(self, head: int) -> int:
        """`GET /events/stream` from the beginning until the entry at the head."""
        with closing(self._connection()) as connection:
            connection.request("GET", "/api/v1/events/stream?after=0", headers=self._headers)
            answer = connection.getresponse()
            rest = b""
            while found := answer.read1(1 << 16):
                rest += found
                *whole, rest = rest.rpartition(b"\n\n")
                if any(int(place) >= head for place in ENTRY.findall(b"".join(whole))):
                    return head
        raise http.client.HTTPException("GET /events/stream: it ended before the head")

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._place, timeout=SECONDS)


@contextmanager
def doors(databases: Databases) -> Iterator[Doors]:
    """A server whose views have followed, so that nothing else keeps the machine busy."""
    assert databases.folder is not None
    with own_pakta(databases.folder) as (address, token):
        with closing(Client(address, token)) as client:
            seconds_until_views_follow(client)
        with directory(databases.folder) as people:
            yield Doors(address, people.issue("inspectorate", "auditor"))
