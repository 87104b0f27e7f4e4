"""A database that stands still: nobody waits for ever, and all goes on when it does."""

import time
from contextlib import closing
from http.client import HTTPConnection
from typing import NamedTuple

from tests.faults.clusters import Cluster, address_of
from tests.faults.conftest import LoadAt, Serve
from tests.faults.served import Served
from tests.faults.tally import Tally

BOUND_SECONDS = 20.0  # for an answer while the database stands still, on a machine that is busy besides
RECOVERY_SECONDS = 30.0
DEADLINE_SECONDS = 6.0


def test_a_database_that_stands_still(serve: Serve, load_at: LoadAt, tally: Tally, cluster: Cluster) -> None:
    patience = {"PAKTA_DEADLINE": str(DEADLINE_SECONDS)}
    served = serve(address_of(cluster.database(), cluster.port), **patience).start()
    load = load_at(served)
    still = 30.0 if tally.profile == "long" else 8.0
    for _ in tally.rounds("database stopped (SIGSTOP) for 30 s", "PostgreSQL", short=1, long=3):
        load.start()
        load.wait_for(5)
        cluster.pause()
        until = time.monotonic() + still
        while time.monotonic() < until:
            assert asked(served, "/livez").status == 200
            assert asked(served, "/readyz") == (503, "1")
        cluster.resume()
        load.wait_for(load.clients, RECOVERY_SECONDS)
        served.wait_until_ready(RECOVERY_SECONDS)
        tally.judge(served, load)
    assert {(one.status, one.retry_after) for one in load.declined} == {(503, "1")}
    assert max(one.seconds for one in load.declined) < BOUND_SECONDS


class Told(NamedTuple):
    """What matters of an answer."""

    status: int
    retry_after: str | None


def asked(served: Served, path: str) -> Told:
    """What is answered, which must be within the bound."""
    with closing(HTTPConnection("127.0.0.1", served.port, timeout=BOUND_SECONDS)) as line:
        line.request("GET", path)
        answer = line.getresponse()
        answer.read()
        return Told(answer.status, answer.headers["Retry-After"])
