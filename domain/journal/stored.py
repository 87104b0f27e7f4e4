"""What the journal holds, asked by whoever holds the lock: receipts, histories, and who has a reference."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.agreement import History
from domain.journal.commands import ANSWER, Answer, Command
from domain.journal.reader import Reader
from domain.journal.schema import events, heads, receipts


class Stored:
    """Answers to what decisions ask. `cache` holds histories that were right once."""

    def __init__(self, connection: Connection, reader: Reader, cache: Mapping[UUID, History]) -> None:
        self.connection = connection
        self.reader = reader
        self.cache = cache

    def load(self, agreement: UUID) -> History:
        """The history of an agreement, read."""
        # Without the agreement, which is known: to make its id of every row takes as long as to read it.
        query = sa.select(events.c.version, events.c.topic, events.c.state)
        query = query.where(events.c.agreement == agreement).order_by(events.c.version)
        return self.reader.history_of(agreement, self.connection.execute(query).all())

    def remembered(self, commands: Iterable[Command]) -> dict[UUID, History]:
        """The histories in the cache that still hold: one query for all, so that these need no other."""
        named = {step.agreement for command in commands for step in command.steps if step.agreement}
        wanted = named.intersection(self.cache)
        query = sa.select(heads.c.agreement, heads.c.version).where(heads.c.agreement.in_(wanted))
        found = self.connection.execute(query).all() if wanted else ()
        return {a: self.cache[a] for a, version in found if self.cache[a].version == version}

    def others(self, wanted: Mapping[str, object]) -> Sequence[UUID]:
        """The agreements of an owner with a reference, or with a twin."""
        alike = [heads.c[name] == value for name, value in wanted.items() if name != "agreement"]
        return self.connection.scalars(sa.select(heads.c.agreement).where(*alike)).all()

    def receipts(self, commands: Iterable[Command]) -> dict[tuple[str, str], tuple[bytes, Answer]]:
        """What was answered to commands before."""
        keys = {(command.actor.id, command.command_id) for command in commands if command.retriable}
        query = sa.select(receipts).where(sa.tuple_(receipts.c.principal, receipts.c.command_id).in_(keys))
        return {
            (row.principal, row.command_id): (row.digest, self._placed(ANSWER.validate_json(row.answer)))
            for row in (self.connection.execute(query).all() if keys else ())
        }

    def _placed(self, answer: Answer) -> Answer:
        """An answer with its positions, which a receipt leaves to the entries."""
        versions = [(result.agreement, result.version) for result in answer.results]
        columns = events.c.agreement, events.c.version
        query = sa.select(*columns, events.c.position).where(sa.tuple_(*columns).in_(versions))
        rows = self.connection.execute(query)
        return answer.at({(agreement, version): position for agreement, version, position in rows})
