"""What tests of the journal and its views share: followers of one journal."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from uuid import UUID

import pytest

from domain.databases import Databases
from domain.journal import Journal
from projections import rebuilding
from projections.change import Change
from projections.follower import Follower
from projections.parties import Parties
from projections.writing import Row
from tests.conftest import Clock
from tests.journal.histories import recorded

OpenFollower = Callable[[], Follower]


@pytest.fixture
def open_follower(journal: Journal, databases: Databases) -> Iterator[OpenFollower]:
    """Opens followers of one journal, all with the same views, and stops them when the test is over."""
    opened_ones: list[Follower] = []

    def open_one() -> Follower:
        opened_ones.append(Follower(journal, databases))
        return opened_ones[-1]

    yield open_one
    for follower in opened_ones:
        follower.stop()


@pytest.fixture
def follower(open_follower: OpenFollower) -> Follower:
    """A follower that has not begun."""
    return open_follower()


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rebuild of few entries has several batches too."""
    monkeypatch.setattr(rebuilding, "BATCH", 5)


@pytest.fixture
def agreements(journal: Journal, clock: Clock) -> set[UUID]:
    """Agreements that a rebuild takes in several shares."""
    return {*recorded(journal, clock, 1), *recorded(journal, clock, 2)}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The agreements of which rows were made, as often as they were."""
    told: list[UUID] = []
    rows_of = Parties.rows

    def rows(self: Parties, change: Change) -> Sequence[Iterable[Row]]:
        told.append(change.agreement)
        return rows_of(self, change)

    monkeypatch.setattr(Parties, "rows", rows)
    return told
