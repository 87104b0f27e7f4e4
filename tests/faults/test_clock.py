"""A clock that jumps a year back and forth moves no entry, and keeps no fact of long ago out."""

from datetime import timedelta
from typing import Any

import httpx2

from api.agreements import known_version
from domain.databases import Databases
from tests.conftest import Clock, OpenJournal
from tests.faults.conftest import LoadAt, Serve
from tests.faults.launcher import launching
from tests.faults.tally import Tally
from tests.journal.people import adding, carry_out, opened


def test_a_clock_that_jumps_a_year_back_and_forth(serve: Serve, load_at: LoadAt, tally: Tally) -> None:
    served = serve(program=launching(clock=tally.seed)).start()
    load = load_at(served)
    for _ in tally.rounds("clock jumping a year back and forth", "SQLite", short=1, long=20):
        load.start()
        load.wait_for(100)
        tally.judge(served, load)
    with httpx2.Client(base_url=served.address) as client:
        entries: list[Any] = client.get("/api/v1/events", params={"limit": 500}).json()["items"]
    times = [entry["recorded_at"] for entry in entries]
    assert [entry["position"] for entry in entries] == list(range(1, len(entries) + 1))
    assert times != sorted(times), "it did jump"


def test_what_was_known_at_a_time_is_all_up_to_the_last_entry_recorded_by_then(
    databases: Databases, open_journal: OpenJournal, clock: Clock
) -> None:
    journal = open_journal(databases)
    first = clock.now
    agreement = opened(journal)
    clock.pass_days(365)
    carry_out(journal, adding(agreement))
    clock.pass_days(-730)
    carry_out(journal, adding(agreement))
    trail = journal.trail(agreement)
    assert [entry.version for entry in trail] == [1, 2, 3]
    assert known_version(first.isoformat(), trail) == 3, (
        "the clock stood before the first when it was recorded"
    )
    assert known_version((first - timedelta(days=366)).isoformat(), trail) == 0
