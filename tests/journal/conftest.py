"""What tests of the journal and its views share: followers of one journal."""

from collections.abc import Callable, Iterator

import pytest

from domain.databases import Databases
from domain.journal import Journal
from projections.follower import Follower

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
