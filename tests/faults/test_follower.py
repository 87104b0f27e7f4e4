"""However often and in what order entries reach a follower, the views are what a rebuild makes of them."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event

import pytest

from domain.databases import Databases
from domain.journal import Entry, Journal
from projections.follower import Follower
from tests.conftest import JAKARTA, Clock
from tests.faults.oracle import Verdict
from tests.faults.tally import Tally
from tests.journal.conftest import OpenFollower
from tests.journal.following import rows
from tests.journal.histories import recorded
from tests.journal.people import adding, carry_out, opened

MOST_TURNS = 10_000


class Careless(Journal):
    """A journal that delivers each page twice over, in any order, and with it what was delivered before."""

    def __init__(self, databases: Databases, clock: Clock, chance: random.Random) -> None:
        super().__init__(databases, JAKARTA, "0.1.0", clock)
        self.chance = chance

    def entries(self, after: int = 0, limit: int = 1000) -> list[Entry]:
        """A page, with repetitions."""
        page = super().entries(after, limit)
        earlier = super().entries(max(0, after - 5), 5) if self.chance.random() < 0.5 else []
        delivered = [*page, *self.chance.choices(page, k=len(page) // 2), *earlier] if page else []
        self.chance.shuffle(delivered)
        return delivered


def as_rebuilt(follower: Follower) -> Verdict:
    """Whether the views equal a rebuild. Every entry counts as acknowledged."""
    live, head = rows(follower), follower.journal.head()
    follower.rebuild()
    again = rows(follower)
    wrong = [f"{name} is not as rebuilt" for name in live if live[name] != again[name]]
    return Verdict(head, head, wrong=wrong)


@pytest.fixture
def careless(databases: Databases, clock: Clock, tally: Tally) -> Iterator[Follower]:
    """A follower of a careless journal."""
    with closing(Careless(databases, clock, tally.chance)) as journal:
        follower = Follower(journal, databases)
        yield follower
        follower.stop()


def test_every_delivery_repeated_and_reordered(
    journal: Journal, clock: Clock, careless: Follower, tally: Tally, follower: Follower
) -> None:
    engine = journal.engine.dialect.name
    for number in tally.rounds("each delivery repeated and reordered", engine, short=3, long=100):
        recorded(journal, clock, tally.seed + number)
        for _ in range(MOST_TURNS):
            if not careless.feed.step(careless.projections, tally.chance.randint(1, 12)):
                break
        assert careless.position() == journal.head()
        tally.note(as_rebuilt(follower))


def test_followers_that_race(
    journal: Journal, clock: Clock, tally: Tally, open_follower: OpenFollower
) -> None:
    engine = journal.engine.dialect.name
    racing = [open_follower(), open_follower()]
    agreement = opened(journal)
    for _ in tally.rounds("two followers racing", engine, short=3, long=100):
        done = Event()

        def follow(follower: Follower, done: Event = done) -> None:
            while follower.feed.step(follower.projections, 3) or not done.is_set():
                pass

        with ThreadPoolExecutor(2) as pool:
            following = [pool.submit(follow, follower) for follower in racing]
            for _ in range(20):
                carry_out(journal, adding(agreement))
            done.set()
            for one in following:
                one.result()
        racing[0].catch_up()
        assert [one.state for one in racing[0].standings()] == ["following"] * len(racing[0].projections)
        tally.note(as_rebuilt(racing[0]))
