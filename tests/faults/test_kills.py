"""A killed server loses nothing that it acknowledged, and stores nothing twice when it is asked again."""

import time

from tests.faults.conftest import LoadAt, Serve
from tests.faults.tally import Tally

REBUILT_EVERY = 20


def test_a_server_that_is_killed_under_load(serve: Serve, load_at: LoadAt, tally: Tally) -> None:
    served = serve()
    load = load_at(served)
    served.start()
    for number in tally.rounds("kill -9 of the API under load", "SQLite", short=3, long=200):
        load.start()
        load.wait_for(1)
        time.sleep(tally.chance.uniform(0, 0.5))
        served.kill()
        served.start()
        tally.judge(served, load, rebuild=number % REBUILT_EVERY == 0)
    load.start()
    load.wait_for(1)
    tally.judge(served, load)
