"""Views of another version or another journal are made anew beside the old ones, which serve until then."""

from collections.abc import Iterable, Sequence

import pytest
import sqlalchemy as sa

from domain.databases import writing
from domain.journal import Journal
from projections.calendar import Calendar
from projections.change import Change
from projections.checkpoints import checkpoints
from projections.follower import Follower
from projections.parties import Parties
from projections.rebuilding import Different
from projections.writing import Row
from tests.conftest import Clock
from tests.journal.conftest import OpenFollower
from tests.journal.following import PROJECTIONS, eventually, lose_a_row, poison, positions, rows
from tests.journal.histories import recorded
from tests.journal.people import SECONDS, adding, carry_out, opened

pytestmark = pytest.mark.usefixtures("small_batches")


class Renamed(Parties):
    """The parties of a later version, whose table has another column."""

    version = Parties.version + 1

    def __init__(self) -> None:
        copies = [table.to_metadata(sa.MetaData()) for table in Parties.tables]
        copies[0].append_column(sa.Column("nickname", sa.Text))
        self.tables = copies

    def rows(self, change: Change) -> Sequence[Iterable[Row]]:
        parties, *others = super().rows(change)
        return ({**row, "nickname": None} for row in parties), *others


def newer(open_follower: OpenFollower) -> Follower:
    """A follower of a later version of the software."""
    follower = open_follower()
    follower.projections = tuple(Renamed() if p.name == "parties" else p for p in follower.projections)
    follower.create()
    return follower


def test_a_later_version_of_a_view_is_made_beside_the_old_while_that_is_followed_by_the_old_software(
    journal: Journal, clock: Clock, follower: Follower, open_follower: OpenFollower
) -> None:
    agreement = recorded(journal, clock, 1)[0]
    follower.start()
    assert follower.wait_for(journal.head(), SECONDS)
    later = newer(open_follower)
    assert rows(follower)["parties"]
    carry_out(journal, adding(agreement))
    assert follower.wait_for(journal.head(), SECONDS)
    later.start()
    assert eventually(lambda: all(standing.trusted for standing in later.standings()))
    assert not later.leads
    with later.engine.connect() as connection:
        assert "nickname" in {c["name"] for c in sa.inspect(connection).get_columns("parties")}
        version = sa.select(checkpoints.c.version).where(checkpoints.c.projection == "parties")
        assert connection.scalar(version) == Renamed.version
    carry_out(journal, adding(agreement))
    assert follower.wait_for(journal.head(), SECONDS, "register")
    follower.stop()
    assert later.wait_for(journal.head(), SECONDS, "parties"), "the new software leads when the old is gone"


def test_columns_that_are_not_the_same_are_told_when_they_are_compared(
    journal: Journal, follower: Follower, open_follower: OpenFollower
) -> None:
    opened(journal)
    follower.catch_up()
    with pytest.raises(Different, match="parties has other columns"):
        newer(open_follower).rebuild(["parties"], compare=True)


def test_a_view_beyond_a_journal_restored_to_the_past_is_rebuilt(
    journal: Journal,
    follower: Follower,
    open_follower: OpenFollower,
    caplog: pytest.LogCaptureFixture,
) -> None:
    opened(journal)
    follower.catch_up()
    whole = rows(follower)
    with writing(follower.engine).begin() as connection:
        ahead = sa.update(checkpoints).where(checkpoints.c.projection == "timeline")
        connection.execute(ahead.values(position=7))
    lose_a_row(follower)
    restored = open_follower()
    assert "timeline: the view is beyond the end of the journal" in caplog.text
    [told] = [standing for standing in restored.standings() if not standing.trusted]
    assert (told.projection, told.state, told.behind) == ("timeline", "behind", 1)
    restored.catch_up()
    assert rows(restored) == whole
    assert positions(restored) == dict.fromkeys(PROJECTIONS, 1)
    assert all(standing.trusted for standing in restored.standings())


def test_a_later_version_that_meets_poison_is_stuck_visibly_until_it_is_resumed(
    journal: Journal, follower: Follower, open_follower: OpenFollower
) -> None:
    poisoned = opened(journal)
    follower.catch_up()
    later = open_follower()
    poison(later, "calendar", poisoned, version=Calendar.version + 1)
    later.create()
    later.catch_up()
    [stuck] = [standing for standing in later.standings() if standing.state == "stuck"]
    assert (stuck.projection, stuck.version, stuck.stuck_at) == ("calendar", Calendar.version, 1)
    poison(later, "calendar", None, version=Calendar.version + 1)
    later.resume("calendar")
    later.catch_up()
    assert all(s.trusted and s.state == "following" for s in later.standings())
