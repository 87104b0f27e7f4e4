"""Between entries and stored bytes, in the form that the eventsourcing library asks for.

The library's own mapper fills objects without validating them and names events by Python path. This
one validates whatever it reads, names events by the fact's type, and keeps upcasting. Of what today's classes
wrote it asks only what could be another's (`as_written`).
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    JSONTranscoder,
    Mapper,
    MapperDeserialisationError,
    Notification,
    StoredEvent,
)

from domain.agreement.access import Actor
from domain.journal import as_written
from domain.journal.as_written import Told
from domain.journal.entry import Entry
from domain.journal.envelope import circumstances, enclosed, opening, schema_of

Upcast = Callable[[dict[str, Any]], dict[str, Any]]

# (type, schema version it was stored with) -> the same fact one schema version later.
# The schema version of a correction is that of the fact that it brings.
UPCASTS: dict[tuple[str, int], Upcast] = {}


class EntryMapper(Mapper[UUID]):
    """Entries to bytes and back. The bytes are stored once and never made again."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())

    def to_stored_event(self, domain_event: Entry) -> StoredEvent:  # type: ignore[override]  # entries are our only events
        """The row that keeps an entry; its state is the entry as JSON, without the position."""
        entry, by = domain_event, domain_event.recorded_by
        common = circumstances(
            entry.recorded_at,
            Actor(by.actor, by.role, by.organisation),
            entry.command_id,
            entry.correlation_id,
            entry.software,
        )
        state = enclosed(entry.fact, opening(entry.agreement), entry.version, common)
        return StoredEvent(entry.agreement, entry.version, entry.fact.type, state)

    def to_domain_event(self, stored_event: StoredEvent) -> Entry:
        """Read an entry, brought up to today's schema.

        Raises:
            MapperDeserialisationError: the bytes are no entry; the message names agreement and version.
        """
        position = stored_event.id if isinstance(stored_event, Notification) else None
        stored = stored_event
        return self.read(
            position, stored.originator_id, stored.originator_version, stored.topic, stored.state
        )

    def read(
        self,
        position: int | None,
        agreement: UUID | str,
        version: int,
        topic: str,
        state: bytes,
        *,
        with_text: bool = False,
    ) -> Entry:
        """Read one row of the journal; see `to_domain_event`. The fact as JSON can be had with it."""
        try:
            owner = agreement if isinstance(agreement, UUID) else UUID(agreement)
            entry = self._read(topic, state, position, owner, with_text)
            _check(entry, owner, version, topic)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise MapperDeserialisationError(f"{topic} {agreement} version {version}: {error}") from error
        return entry

    def told(self, agreement: UUID, version: int, topic: str, state: bytes) -> Told | Entry:
        """Read what a history needs of a row, for half the time of `read`, which see."""
        if _is_up_to_date(topic):
            try:
                found = as_written.told(state, agreement, version, topic)
                if found.schema_version == schema_of(found.fact):
                    return found
            except (ValueError, LookupError, TypeError):
                pass  # in another form, then, or with a fault, which is to be told
        return self.read(None, agreement, version, topic, state)

    def _read(
        self, topic: str, state: bytes, position: int | None, agreement: UUID, with_text: bool
    ) -> Entry:
        is_up_to_date = _is_up_to_date(topic)
        if is_up_to_date:
            try:
                return as_written.read(state, position, agreement, with_text=with_text)
            except (ValueError, LookupError, TypeError):
                pass  # in another form, then, or with a fault, which is to be told
        placed = state if position is None else _placed(state, position)
        if is_up_to_date:
            return Entry.model_validate_json(placed)
        raw = json.loads(placed)
        schema = raw.pop("schema_version", 1)
        holder = raw["fact"] if topic == "corrected" else raw
        while upcast := UPCASTS.get((holder["fact"]["type"], schema)):
            holder["fact"] = upcast(holder["fact"])
            schema += 1
        return Entry.model_validate_json(json.dumps({"schema_version": schema, **raw}))


def _is_up_to_date(topic: str) -> bool:
    return not UPCASTS or (topic != "corrected" and (topic, 1) not in UPCASTS)


def _placed(state: bytes, position: int) -> bytes:
    """An entry's bytes with its position: to validate both at once is faster than to copy the entry."""
    if not state.endswith(b"}"):
        raise ValueError("the bytes are no JSON object")
    return b'%b,"position":%d}' % (state[:-1], position)


def _check(entry: Entry, agreement: UUID, version: int, topic: str) -> None:
    """See that the bytes are of the row in which they lie, and of the schema that is known."""
    row = (agreement, version, topic)
    if (entry.agreement, entry.version, entry.fact.type) != row:
        raise ValueError(f"the bytes are of {entry.fact.type} {entry.agreement} version {entry.version}")
    if entry.schema_version != schema_of(entry.fact):
        raise ValueError(f"schema version {entry.schema_version} is unknown")
