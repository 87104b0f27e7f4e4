"""How an agreement or an entry is cited, and the card that others show when somebody links to it."""

from datetime import date
from typing import NamedTuple

from fastapi import Request

from api.language import chosen, say
from api.pages import dates
from api.running import Running

LONGEST_DESCRIPTION = 300  # characters


class Citation(NamedTuple):
    """What is cited: its title, the version and position that were seen, and its permanent address."""

    title: str
    version: int
    position: int
    address: str
    as_of: date | None = None


class Card(NamedTuple):
    """What an Open Graph card says (https://ogp.me): a title, a sentence, and the permanent address."""

    title: str
    description: str
    address: str
    kind: str = "article"

    @property
    def short(self) -> str:
        """The description, cut between words if it is too long for a card."""
        if len(self.description) <= LONGEST_DESCRIPTION:
            return self.description
        return f"{self.description[:LONGEST_DESCRIPTION].rpartition(' ')[0]} …"


def at_home(request: Request, path: str) -> str:
    """The whole address of a path on this Pakta, without what an address may carry besides."""
    return str(request.base_url.replace(path=path, query=""))


def cited(request: Request, what: Citation) -> str:
    """A line to cite by: title, version, position, the day for which it was seen, and the address."""
    running: Running = request.app.state.running
    language = chosen(request)
    day = dates.day(what.as_of or running.journal.today(), language)
    return say(
        language,
        "{title}. Pakta, version {version}, entry {position}, as at {day}. {address}",
        {
            "title": what.title.rstrip("."),
            "version": str(what.version),
            "position": str(what.position),
            "day": day,
            "address": what.address,
        },
    )
