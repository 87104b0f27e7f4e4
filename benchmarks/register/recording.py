"""The order in which the register was recorded: over years, by many offices at once, as a stream."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from pydantic_core import to_json

from benchmarks.register.blanks import Made
from benchmarks.register.life import life

BEGAN = datetime(2019, 1, 2, 2, tzinfo=UTC)
UNTIL = datetime(2026, 11, 20, 9, tzinfo=UTC)
OPEN_AT_ONCE = 4_000  # so many agreements are being recorded at a time; the memory it takes follows from it
FACTS_EACH = 12  # about


class Recording(NamedTuple):
    """A fact as it was recorded: the agreement by its number, from 0, and its id; the version, from 1.

    `last`: there is nothing more of that agreement.
    """

    number: int
    agreement: UUID
    version: int
    recorded_at: datetime
    organisation: str
    fact: Made
    last: bool


def recordings(agreements: int, seed: int = 0) -> Iterator[Recording]:
    """The register from its first entry to its last. The same numbers give the same register."""
    chance = Random(f"{seed} order")  # noqa: S311  # it makes up a register, not secrets
    step = (UNTIL - BEGAN) / (agreements * FACTS_EACH * 1.1)
    most_open = max(1, min(OPEN_AT_ONCE, agreements // 20))
    opened, moment = 0, BEGAN
    lives: list[Iterator[Recording]] = []
    while lives or opened < agreements:
        moment = min(moment + step, UNTIL)
        if len(lives) < most_open and opened < agreements:
            lives.append(_recorded(seed, opened, moment.date() - timedelta(days=1)))
            opened += 1
        place = int(chance.random() * len(lives))
        told = next(lives[place], None)
        if told is None:
            lives[place] = lives[-1]
            lives.pop()
        else:
            yield told._replace(recorded_at=moment)


def _recorded(seed: int, number: int, until: date) -> Iterator[Recording]:
    chance = Random(f"{seed} {number}")  # noqa: S311  # likewise
    agreement = UUID(int=chance.getrandbits(128), version=4)
    told = life(chance, number, until.toordinal())
    for version, (organisation, fact) in enumerate(told, 1):
        yield Recording(number, agreement, version, BEGAN, organisation, fact, version == len(told))


def state(told: Recording) -> bytes:
    """The bytes that Pakta would store for it."""
    moment = told.recorded_at.isoformat(timespec="microseconds")[:-6]
    organisation = told.organisation
    return (
        b'{"agreement":"%b","version":%d,"recorded_at":"%bZ",'
        b'"recorded_by":{"actor":"%b-1","role":"coordinator","organisation":"%b"},"command_id":"%x-%d",'
        b'"correlation_id":null,"software":"0.1.0","fact":%b}'
    ) % (
        str(told.agreement).encode(),
        told.version,
        moment.encode(),
        organisation.encode(),
        organisation.encode(),
        told.number,
        told.version,
        to_json(told.fact),
    )
