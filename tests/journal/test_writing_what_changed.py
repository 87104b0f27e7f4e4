"""A fact has those rows written that are others now; whoever is not sure what is there writes all of them."""

import pytest
import sqlalchemy as sa

from domain.databases import writing
from domain.facts import Fact
from domain.journal import Journal
from projections.entries import entries
from projections.follower import Follower
from projections.parties import parties
from projections.timeline import timeline
from tests.conftest import Clock
from tests.journal.conftest import OpenFollower
from tests.journal.following import rows
from tests.journal.histories import recorded
from tests.journal.people import adding, carry_out, fact, opened

STRANGE = "Nobody"
TOLD = {"parties": parties.c.name, "timeline": timeline.c.fact, "entries": entries.c.actor}


def mark_rows(follower: Follower) -> None:
    """Write into rows what no projection would, to see which are written again."""
    with writing(follower.engine).begin() as connection:
        for column in TOLD.values():
            connection.execute(sa.update(column.table).values({column: STRANGE}))


def marked(follower: Follower) -> dict[str, int]:
    with follower.engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).where(column == STRANGE)) or 0
            for name, column in TOLD.items()
        }


def test_a_note_adds_its_own_rows_and_leaves_the_others_alone(journal: Journal, follower: Follower) -> None:
    agreement = opened(journal)
    follower.catch_up()
    mark_rows(follower)
    untouched = marked(follower)
    carry_out(journal, adding(agreement, fact("annotated", note="Seen")))
    carry_out(journal, adding(agreement, fact("statement_recorded", text="We are close", occurred="2026-03")))
    follower.catch_up()
    assert marked(follower) == untouched
    with follower.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(entries)) == 3
        assert connection.scalar(sa.select(sa.func.count()).select_from(timeline)) == 2


@pytest.mark.parametrize(
    "mend",
    [
        fact(
            "corrected",
            version=1,
            reason="Spelling",
            fact=fact("proposed", title="B", kind="other", parties=[]),
        ),
        fact("retracted", version=1, reason="It was never meant"),
    ],
    ids=["corrected", "retracted"],
)
def test_what_mends_a_fact_has_its_rows_written_again(
    journal: Journal, follower: Follower, mend: Fact
) -> None:
    agreement = opened(journal)
    follower.catch_up()
    mark_rows(follower)
    carry_out(journal, adding(agreement, mend))
    follower.catch_up()
    assert marked(follower) == dict.fromkeys(TOLD, 0)


def test_whoever_takes_over_from_another_relies_on_nothing_from_before(
    journal: Journal, clock: Clock, open_follower: OpenFollower
) -> None:
    first, second = open_follower(), open_follower()
    agreement = recorded(journal, clock, 1)[0]
    first.catch_up()
    carry_out(journal, adding(agreement, fact("annotated", note="By the second")))
    second.catch_up()
    mark_rows(first)
    carry_out(journal, adding(agreement, fact("annotated", note="By the first again")))
    first.catch_up()
    live = rows(first)
    of_it = [row for name in TOLD for row in live[name] if repr(agreement) in row]
    assert of_it
    assert not [row for row in of_it if STRANGE in row]


def test_live_rows_are_those_of_a_rebuild_whoever_wrote_them(
    journal: Journal, clock: Clock, open_follower: OpenFollower
) -> None:
    """Two take turns, each after some of what is recorded."""
    pair = open_follower(), open_follower()
    for seed in range(6):
        recorded(journal, clock, seed)
        while pair[seed % 2].feed.step(pair[0].projections, 7):
            pass
    live = rows(pair[0])
    pair[1].rebuild()
    assert rows(pair[0]) == live


def test_a_write_that_fails_is_written_whole_at_once(journal: Journal, follower: Follower) -> None:
    agreement = opened(journal)
    follower.catch_up()
    carry_out(journal, adding(agreement, fact("loi_signed", occurred="2026-03")))
    with writing(follower.engine).begin() as connection:  # of what is to be added something is there already
        connection.execute(
            sa.insert(timeline).from_select(
                [c.name for c in timeline.c],
                sa.select(*(sa.literal(2) if c.name == "version" else c for c in timeline.c)),
            )
        )
    follower.catch_up()
    assert not [c for c in follower.checkpoints() if c.stuck_at is not None]
    live = rows(follower)
    follower.rebuild()
    assert rows(follower) == live
