"""A server that is asked to stop answers what it has accepted, then goes."""

import time

from tests.faults.conftest import LoadAt, Serve
from tests.faults.tally import Tally

MOST_SECONDS = 10


def test_a_server_that_is_asked_to_stop_under_load(serve: Serve, load_at: LoadAt, tally: Tally) -> None:
    served = serve().start()
    load = load_at(served)
    for number in tally.rounds("SIGTERM under load", "SQLite", short=1, long=50):
        load.start()
        load.wait_for(5)
        time.sleep(tally.chance.uniform(0, 0.3))
        status, seconds = served.stop()
        assert (status, seconds <= MOST_SECONDS) == (0, True), (status, seconds)
        served.start()
        tally.judge(served, load, rebuild=number % 10 == 1)
