"""A server that is asked to stop answers what it has accepted, then goes."""

import time
from collections.abc import Callable

import pytest

from tests.faults.clusters import Cluster, address_of
from tests.faults.conftest import LoadAt, Serve
from tests.faults.tally import Tally

MOST_SECONDS = 10
# Where something is given up, all but the taking down of the processes is done after eight. On a machine that
# is busy besides even that takes seconds; without an end to it the database would be waited for without end.
GIVEN_UP_SECONDS = 20
SLOW_START_SECONDS = 180.0  # for several processes, on a machine that is busy besides


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


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("fault", [Cluster.kill, Cluster.pause])
def test_a_server_that_is_asked_to_stop_while_its_database_is_gone(
    serve: Serve, load_at: LoadAt, cluster: Cluster, workers: str, fault: Callable[[Cluster], None]
) -> None:
    """However long a stopped database lets those wait who are connected to it."""
    served = serve(address_of(cluster.database(), cluster.port), arguments=["--workers", workers])
    served.begin()
    served.wait_until_ready(SLOW_START_SECONDS)
    while "serves on" not in served.log.read_text():  # once every worker answers
        time.sleep(0.05)
    load = load_at(served)
    load.start()
    load.wait_for(5)
    fault(cluster)
    try:
        time.sleep(0.5)  # so that somebody waits for it
        status, seconds = served.stop()
    finally:
        (cluster.start if fault is Cluster.kill else cluster.resume)()
    assert (status, seconds < GIVEN_UP_SECONDS) == (0, True), (status, seconds)
