"""Two Paktas on one PostgreSQL: whichever is killed, and wherever in an append, the other goes on."""

import time
from collections.abc import Sequence

from tests.faults.clusters import Cluster, address_of
from tests.faults.conftest import LoadAt, Serve
from tests.faults.load import Load
from tests.faults.proxy import Cut, Proxy
from tests.faults.served import Served
from tests.faults.tally import Tally
from tests.journal.following import eventually

REBUILT_EVERY = 10


def test_one_of_two_servers_is_killed_under_load(
    serve: Serve, load_at: LoadAt, tally: Tally, cluster: Cluster
) -> None:
    database = cluster.database()
    with Proxy(cluster.port) as proxy:
        near, far = servers = [
            serve(address_of(database, cluster.port)).start(),
            serve(address_of(database, proxy.port)).start(),
        ]
        loads = together([load_at(served, clients=3) for served in servers])
        fault = "kill -9 of one of two APIs under load"
        for number in tally.rounds(fault, "PostgreSQL", short=1, long=100):
            start(loads)
            time.sleep(tally.chance.uniform(0, 0.3))
            killed, other = (near, far) if number % 2 else (far, near)
            killed.kill()
            goes_on(other, loads)
            killed.start()
            judge(tally, other, loads, rebuild=number % REBUILT_EVERY == 1)
        fault = "kill -9 between an append and its COMMIT, and between COMMIT and its answer"
        for number in tally.rounds(fault, "PostgreSQL", short=1, long=60):
            start(loads)
            proxy.cut((Cut.UNANSWERED, Cut.BEFORE)[number % 2], first=far.kill)
            goes_on(near, loads)
            far.start()
            judge(tally, near, loads, rebuild=number % REBUILT_EVERY == 1)


def together(loads: Sequence[Load]) -> Sequence[Load]:
    """Have clients of several servers record in the same agreements, as one person, in one diary."""
    first, *others = loads
    for load in others:
        load.diary.close()
        load.diary, load.headers, load.agreements = first.diary, first.headers, first.agreements
    return loads


def start(loads: Sequence[Load]) -> None:
    for load in loads:
        load.start()
    loads[0].wait_for(1)


def goes_on(other: Served, loads: Sequence[Load]) -> None:
    """No lock is left behind, and the other server leads if it did not yet."""
    loads[0].wait_for(1)
    assert eventually(lambda: bool((other.readyz() or {}).get("leads")))


def judge(tally: Tally, served: Served, loads: Sequence[Load], *, rebuild: bool = True) -> None:
    """Let all clients settle, and the oracle judge."""
    for load in loads:
        load.settle()
    tally.judge(served, loads[0], rebuild=rebuild)
    assert [load.wrong for load in loads] == [[], []]
