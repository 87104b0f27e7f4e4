"""The envelope of a fact: which agreement and version, who recorded it, when, with what command."""

from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer

from domain.agreement.access import Role
from domain.facts import Fact
from domain.words import Organisation


def timestamp(moment: datetime) -> str:
    """A moment as it is stored: in UTC, to the microsecond (RFC 3339)."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Timestamp = Annotated[AwareDatetime, PlainSerializer(timestamp, return_type=str, when_used="json")]


class RecordedBy(BaseModel):
    """Who recorded an entry: an opaque id, never a name, with the role and organisation held then."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    actor: str
    role: Role
    organisation: Organisation


class Entry(BaseModel):
    """One line of the journal.

    `version` counts within the agreement, `position` in the whole journal, both from 1 without gaps.
    The position is not part of the stored bytes, which are made before it is known.
    `recorded_at` is UTC (RFC 3339).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    agreement: UUID
    version: Annotated[int, Field(ge=1)]
    position: Annotated[int, Field(ge=1)] | None = None
    recorded_at: Timestamp
    recorded_by: RecordedBy
    command_id: str
    correlation_id: str | None = None
    software: str
    schema_version: Annotated[int, Field(exclude=True)] = 1
    fact: Fact

    @cached_property
    def written(self) -> str:
        """The fact as JSON. A reader who has it at hand puts it in."""
        return self.fact.model_dump_json()

    @property
    def originator_id(self) -> UUID:
        """The agreement, in the words of the eventsourcing library."""
        return self.agreement

    @property
    def originator_version(self) -> int:
        """The version, in the words of the eventsourcing library."""
        return self.version
