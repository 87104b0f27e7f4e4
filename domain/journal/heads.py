"""The newest word on each agreement: who owns it, who may see it, and what no other may have as well."""

from collections.abc import Iterable
from uuid import UUID

from domain.agreement import History
from domain.agreement.access import access
from domain.facts import Proposed

Head = dict[str, object]
TOLD_APART = ("reference", "twin")  # columns by which others of the same owner are looked for


class Heads:
    """Heads that are new in a batch, quick to find by what other agreements may not have."""

    def __init__(self) -> None:
        self.by_agreement: dict[UUID, Head] = {}
        self._with: dict[tuple[str, object, object], list[UUID]] = {}

    def add(self, agreement: UUID, head: Head) -> None:
        """Note the head of an agreement, in the place of what it was."""
        self.by_agreement[agreement] = head
        for column in TOLD_APART:
            if head[column] is not None:
                self._with.setdefault((column, head["owner"], head[column]), []).append(agreement)

    def update(self, other: "Heads") -> None:
        """Take over the heads of a command."""
        for agreement, head in other.by_agreement.items():
            self.add(agreement, head)

    def alike(self, head: Head, column: str) -> Iterable[UUID]:
        """The agreements that have, or had in this batch, the same in a column and the same owner."""
        return self._with.get((column, head["owner"], head[column]), ())


def head_of(agreement: UUID, history: History, opened: object) -> Head:
    """The row of `heads` that follows from an agreement's history and the position at which it was opened."""
    reach, proposed = access(history), history.proposed
    return {
        "agreement": agreement,
        "version": history.version,
        "opened": opened,
        "owner": reach.owner,
        "visibility": reach.visibility,
        "readers": " ".join(sorted(reach.readers)),
        "reference": proposed.reference if proposed else None,
        "twin": twin(proposed) if proposed else None,
    }


def twin(proposed: Proposed) -> str | None:
    """What two agreements of the same kind between the same parties have in common."""
    if not proposed.parties:
        return None
    return "|".join((proposed.kind, *sorted(party.key for party in proposed.parties)))
