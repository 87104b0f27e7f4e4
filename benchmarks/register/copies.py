"""Agreements once more: under other ids, with another title and reference, at positions of their own."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from pydantic_core import to_json

from domain.journal.schema import events, heads
from domain.words import fold
from projections.register import register
from projections.searching import spelled, words_of
from projections.timeline import timeline

DIGITS = "0123456789abcdef"  # of which the first one of an id tells the copies apart
Row = list[Any]


class Copy(NamedTuple):
    """One of the copies, by its number; that with 0 keeps its id, its title and its reference."""

    number: int
    times: int

    def agreement(self, known: str) -> str:
        """Its id: copies lie all over an index, as ids at random do."""
        return DIGITS[(DIGITS.index(known[0]) + self.number) % len(DIGITS)] + known[1:]

    def position(self, known: int) -> int:
        """Where its entry stands: just after that of the copy before."""
        return (known - 1) * self.times + self.number + 1


class Named(NamedTuple):
    """By what people tell an agreement from others."""

    title: str
    reference: str | None

    def again(self, number: int) -> "Named":
        """How a copy of it is named."""
        if number == 0:
            return self
        return Named(f"{self.title}, tahap {number}", self.reference and f"{self.reference}/{number}")

    def inside(self) -> list[str]:
        """As it stands in JSON."""
        return [f'"{name}":{to_json(value).decode()}' for name, value in self._asdict().items()]

    def searched(self) -> str:
        """As what is searched begins."""
        return spelled(f"{self.title} {self.reference or ''}")


class Renaming(NamedTuple):
    """What an agreement and its copy are called: two ids as they are stored, and two names."""

    id: str
    new_id: str
    old: Named
    new: Named

    def told(self, text: str) -> str:
        """A proposal or a document with the new name."""
        for before, after in zip(self.old.inside(), self.new.inside(), strict=True):
            text = text.replace(before, after)
        return text

    def searched(self, search: str) -> str:
        """What is searched, with the new name."""
        return self.new.searched() + search.removeprefix(self.old.searched())

    def found(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows of words by which it is found, from its rows in the register."""
        searches = {self.searched(row[SEARCH]) for row in rows}
        return ([self.new_id, word] for word in sorted(set(chain.from_iterable(map(words_of, searches)))))


def _event(row: Row, renaming: Renaming) -> None:
    topic, state = row[3:]
    text = state.decode()
    if topic == "proposed":
        text = renaming.told(text)
    row[4] = text.replace(dashed(renaming.id), dashed(renaming.new_id), 1).encode()


def _head(row: Row, renaming: Renaming) -> None:
    row[heads.c.keys().index("reference")] = renaming.new.reference


def _registered(row: Row, renaming: Renaming) -> None:
    row[TITLE], row[TITLE_KEY] = renaming.new.title, fold(renaming.new.title)
    row[SEARCH], row[DOCUMENT] = renaming.searched(row[SEARCH]), renaming.told(row[DOCUMENT])


def _happened(row: Row, renaming: Renaming) -> None:
    if row[1] == 1:  # the proposal
        row[-1] = renaming.told(row[-1])


def dashed(digits: str) -> str:
    """An id as JSON has it."""
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


SEARCH, TITLE, TITLE_KEY, DOCUMENT = map(
    register.c.keys().index, ("search", "title", "title_key", "document")
)
# What else changes in the rows of a table than ids and positions.
CHANGES: dict[str, Callable[[Row, Renaming], None]] = {
    events.name: _event,
    heads.name: _head,
    register.name: _registered,
    timeline.name: _happened,
}
