"""A killed server loses nothing that it acknowledged, and stores nothing twice when it is asked again."""

import os
import signal
import time
from collections.abc import Sequence

from tests.faults.conftest import LoadAt, Serve
from tests.faults.launcher import launching
from tests.faults.load import Load
from tests.faults.served import START_SECONDS, Served
from tests.faults.tally import Tally

Steps = Sequence[tuple[str, str]]
REBUILT_EVERY = 20
COUNT = 30  # a statement is let through so often at most
STEPS_OF_AN_APPEND = (
    ("INSERT INTO events", "before"),
    ("INSERT INTO events", "after"),
    ("INSERT INTO receipts", "after"),
    ("INSERT INTO heads", "after"),
    ("COMMIT", "before"),
    ("COMMIT", "after"),
)
# For each view the checkpoint is moved, then its rows are written, in one transaction.
STEPS_OF_A_VIEW = (("UPDATE checkpoints", "after"), ("COMMIT", "before"), ("COMMIT", "after"))


def test_a_server_that_is_killed_under_load(serve: Serve, load_at: LoadAt, tally: Tally) -> None:
    served = serve().start()
    load = load_at(served)
    for number in tally.rounds("kill -9 of the API under load", "SQLite", short=2, long=200):
        load.start()
        load.wait_for(1)
        time.sleep(tally.chance.uniform(0, 0.5))
        served.kill()
        served.start()
        tally.judge(served, load, rebuild=number % REBUILT_EVERY == 2)


def test_a_server_that_is_killed_between_the_steps_of_an_append(
    serve: Serve, load_at: LoadAt, tally: Tally
) -> None:
    served = serve()
    load = load_at(served)
    fault = "kill -9 in the writer's thread, between insert and commit"
    for number in tally.rounds(fault, "SQLite", short=2, long=60):
        kill_at_a_step(served, load, tally, "journal", STEPS_OF_AN_APPEND)
        tally.judge(served.start(), load, rebuild=number % REBUILT_EVERY == 2)


def test_a_server_that_is_killed_between_a_view_and_its_checkpoint(
    serve: Serve, load_at: LoadAt, tally: Tally
) -> None:
    served = serve()
    load = load_at(served)
    for _ in tally.rounds("kill -9 between a view and its checkpoint", "SQLite", short=1, long=40):
        kill_at_a_step(served, load, tally, "views", STEPS_OF_A_VIEW)
        tally.judge(served.start(), load)


def test_the_process_that_feeds_the_views_is_killed_under_load(
    serve: Serve, load_at: LoadAt, tally: Tally
) -> None:
    served = serve().start()
    load = load_at(served)
    for _ in tally.rounds("kill -9 of the process that feeds the views", "SQLite", short=1, long=20):
        load.start()
        load.wait_for(1)
        report = served.wait_until(lambda report: report["feeder"] is not None, START_SECONDS)
        time.sleep(tally.chance.uniform(0, 0.2))
        os.kill(report["feeder"], signal.SIGKILL)
        load.wait_for(1)
        tally.judge(served, load)


def kill_at_a_step(served: Served, load: Load, tally: Tally, room: str, steps: Steps) -> None:
    """Let a server kill itself under load; what is started next is prepared to do the same when told to."""
    if served.process is None:
        aim_at(served, tally, room, steps)
        served.start()
    load.start()
    load.wait_for(1)
    served.signal(signal.SIGUSR1)
    assert served.ended() == -signal.SIGKILL
    aim_at(served, tally, room, steps)


def aim_at(served: Served, tally: Tally, room: str, steps: Steps) -> None:
    statement, when = tally.chance.choice(steps)
    served.program = launching(kill=(room, statement, when, tally.chance.randint(1, COUNT)))
