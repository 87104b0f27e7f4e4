"""What everybody stores: the same facts, and as much about who recorded them."""

import json
from itertools import islice
from typing import Any
from uuid import uuid4

from benchmarks.domain import life
from domain.agreement.access import Actor
from domain.facts import FACT, Fact, Proposed
from domain.values import Party

LANES = 32  # as many writers as there can be at once in one process
AGREEMENTS = 8  # which each of them adds to, one after the other
OPENED, IN_BATCH = 10, 1_000  # facts in one agreement, facts in one batch
WHO = Actor("rini-7", "coordinator", "kota-bandung")
_SAID = {
    "type": "engagement_held",
    "occurred": "2025-09-12",
    "title": "Forum on waste, composting and the market of Gedebage",
    "place": "Nanning",
    "note": "The mayor's office of the host took the minutes; the second session is planned.",
    "evidence": [{"title": "Berita acara", "grade": "primary"}],
}
NOTE: Fact = FACT.validate_json(json.dumps(_SAID))
LIFE: tuple[Fact, ...] = tuple(islice(life(), OPENED))


def plain(fact: Fact) -> dict[str, Any]:
    """A fact without its class."""
    values: dict[str, Any] = fact.model_dump(mode="json")
    return values


def lives(number: int) -> list[tuple[Fact, ...]]:
    """What is recorded of some agreements, each with a party of its own: none is taken for another."""
    first, *rest = LIFE
    assert isinstance(first, Proposed)
    parties = (Party(name=f"Kota {uuid4()}", country="ID", kind="city") for _ in range(number))
    return [(first.model_copy(update={"parties": (*first.parties, one)}), *rest) for one in parties]


PLAIN_NOTE, PLAIN_LIFE = plain(NOTE), tuple(map(plain, LIFE))


def told(fact: dict[str, Any]) -> dict[str, Any]:
    """A fact and its circumstances as plain values, as somebody would store them without Pakta."""
    return {
        "fact": fact,
        "recorded_by": WHO._asdict(),
        "command_id": str(uuid4()),
        "software": "bench",
    }
