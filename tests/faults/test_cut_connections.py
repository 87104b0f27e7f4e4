"""Who does not hear what became of a commit asks again with the same key, and nothing is stored twice."""

import time

import pytest

from tests.faults.clusters import Cluster, address_of
from tests.faults.conftest import LoadAt, Serve
from tests.faults.proxy import QUERY, SYNC, Cut, Proxy
from tests.faults.tally import Tally

AFTER = (Cut.UNHEARD, Cut.UNANSWERED)
JUDGED_EVERY = 100


@pytest.mark.parametrize(
    ("fault", "where", "long"),
    [
        ("connection cut after COMMIT was sent and before its answer", AFTER, 500),
        ("connection cut between an append and its COMMIT", (Cut.BEFORE,), 200),
    ],
    ids=["after", "before"],
)
def test_a_connection_that_is_cut_at_a_commit(  # noqa: PLR0917  # fixtures, and a case
    serve: Serve,
    load_at: LoadAt,
    tally: Tally,
    cluster: Cluster,
    fault: str,
    where: tuple[Cut, ...],
    long: int,
) -> None:
    with Proxy(cluster.port) as proxy:
        served = serve(address_of(cluster.database(), proxy.port)).start()
        load = load_at(served)
        load.start()
        load.wait_for(20)
        for number in tally.rounds(fault, "PostgreSQL", short=10, long=long):
            # A connection that is new appends in a transaction, and in one call when it has done so once.
            load.wait_for(10 * (number % 2))
            proxy.cut(tally.chance.choice(where))
            time.sleep(tally.chance.uniform(0, 0.05))
            if number % JUDGED_EVERY == 0:
                tally.judge(served, load, rebuild=False)
                load.start()
        tally.judge(served, load)
        served.stop()
    assert set(proxy.met) == {QUERY, SYNC}, "both a COMMIT and a call that commits by itself were cut"
    assert len(load.declined) >= number, "each cut left somebody without an answer"
    assert {(one.status, one.code, one.retry_after) for one in load.declined} == {(503, "unavailable", "1")}
