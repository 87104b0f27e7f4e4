"""The same over HTTP: from the request to the last byte of the answer, one after the other."""

import http.client
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import sqlalchemy as sa

from benchmarks.asking.chances import Chance
from domain.databases import Databases
from domain.journal.schema import heads

SECONDS = 60
SOME = 500  # agreements that are asked for by name
Path = Callable[[Chance, list[UUID]], str]


def _asking(path: str, **drawn: Callable[[Chance], Any]) -> Path:
    def address(chance: Chance, _: list[UUID]) -> str:
        given = {name: draw(chance) for name, draw in drawn.items()}
        return f"{path}?{urlencode(given)}" if given else path

    return address


def _of_one(path: str) -> Path:
    return lambda chance, known: path.format(known[int(chance.random() * len(known))])


API = "/api/v1"
DOORS: dict[str, Path] = {
    f"{API}/agreements": _asking(f"{API}/agreements"),
    f"{API}/agreements?sort=-signed": _asking(f"{API}/agreements", sort=lambda _: "-signed"),
    f"{API}/agreements?status=": _asking(f"{API}/agreements", status=Chance.status),
    f"{API}/agreements?q=": _asking(f"{API}/agreements", q=Chance.place),
    f"{API}/agreements/ID": _of_one(f"{API}/agreements/{{}}"),
    f"{API}/agreements/ID/timeline": _of_one(f"{API}/agreements/{{}}/timeline"),
    f"{API}/summary": _asking(f"{API}/summary"),
    f"{API}/visits?state=overdue": _asking(f"{API}/visits", state=lambda _: "overdue"),
    f"{API}/commitments": _asking(f"{API}/commitments"),
    f"{API}/parties": _asking(f"{API}/parties"),
    f"{API}/fields": _asking(f"{API}/fields"),
    "the overview": _asking("/"),
    "the register": _asking("/agreements"),
    "the register, searched": _asking("/agreements", q=Chance.place),
    "an agreement": _of_one("/agreements/{}"),
    "the calendar": _asking("/calendar", month=lambda chance: chance.day()[:7]),
    "the follow-up board": _asking("/follow-up"),
    "the partners": _asking("/partners"),
    "the trail": _asking("/audit"),
}


class Asking:
    """Asks a server, over one connection, with a token."""

    def __init__(self, port: int, token: str, known: list[UUID]) -> None:
        self.known = known
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        self._headers = {"Authorization": f"Bearer {token}"}

    def ask(self, door: Path, chance: Chance) -> None:
        """Ask and read the answer to its end.

        Raises:
            HTTPException: the answer is no 200.
        """
        path = door(chance, self.known)
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise http.client.HTTPException(f"GET {path}: {answer.status}")

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def some_agreements(databases: Databases) -> list[UUID]:
    """A few of those that anybody may read, from all over the register."""
    engine = databases.engine("journal")
    chance = Chance("some agreements")
    query = sa.select(heads.c.agreement).where(heads.c.agreement >= sa.bindparam("place"))
    query = query.where(heads.c.visibility == "public").order_by(heads.c.agreement).limit(1)
    with closing(engine.connect()) as connection:
        places = [UUID(int=chance.getrandbits(128)) for _ in range(SOME)]
        found = [connection.scalar(query, {"place": place}) for place in places]
    engine.dispose()
    return [agreement for agreement in found if agreement is not None]
