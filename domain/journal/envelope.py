"""What is stored around a fact: put together of parts that are encoded once, around the fact's own bytes.

The bytes are those that pydantic would make of the whole entry, for a fraction of the time.
"""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from pydantic_core import to_json

from domain.agreement.access import Actor
from domain.facts import Fact
from domain.journal.entry import RecordedBy, timestamp

_COMMON = b',"recorded_at":"%b","recorded_by":%b,"command_id":%b,"correlation_id":%b,"software":%b,"fact":'


def opening(agreement: UUID) -> bytes:
    """How the bytes of every entry of an agreement begin."""
    return b'{"agreement":"%b","version":' % str(agreement).encode()


def circumstances(
    recorded_at: datetime, actor: Actor, command_id: str, correlation_id: str | None, software: str
) -> bytes:
    """What all entries of one command have in common."""
    return _COMMON % (
        timestamp(recorded_at).encode(),
        _told(actor),
        to_json(command_id),
        to_json(correlation_id),
        to_json(software),
    )


def enclosed(fact: Fact, begun: bytes, version: int, common: bytes) -> bytes:
    """A fact in what `opening` and `circumstances` gave: the bytes that are stored."""
    schema = schema_of(fact)
    state = b"%b%d%b%b}" % (begun, version, common, fact.__pydantic_serializer__.to_json(fact))
    return state if schema == 1 else b'{"schema_version":%d,%b' % (schema, state[1:])


def schema_of(fact: Fact) -> int:
    """The schema version with which a fact is stored; that of a correction is that of the fact it brings."""
    return (fact.fact if fact.type == "corrected" else fact).schema_version


@lru_cache(maxsize=1024)
def _told(actor: Actor) -> bytes:
    """Who recorded it. The same few people record again and again.

    Raises:
        ValidationError: nobody can be recorded like that.
    """
    told = RecordedBy(actor=actor.id, role=actor.role, organisation=actor.organisation)
    return told.model_dump_json().encode()
