"""Pakta, started with something wrong: `python -m tests.faults.launcher '{"kill": …}' serve …`.

The program itself knows nothing of it: what is done here is done around its databases and its clock.
"""

import json
import random
import signal
import sys
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from api import cli, running
from domain import databases
from domain.journal import Journal
from domain.journal.reader import utc_now
from tests.faults.aiming import TRIGGER, Aim
from tests.faults.vfs import watch

YEAR = timedelta(days=365)


def launching(**wrong: Any) -> tuple[str, ...]:
    """What Python has to run for a Pakta with something wrong.

    `kill`: an Aim, `armed` at once or by SIGUSR1; `busy`: how long it waits for a lock, in ms;
    `clock`: it jumps, with chances of this seed;
    `room`: SQLite's files have none from SIGUSR1 until SIGUSR2.
    """
    return ("-m", "tests.faults.launcher", json.dumps(wrong))


def let_the_clock_jump(seed: int) -> None:
    """Have the journal read a clock that is right, or a year behind, or a year ahead."""
    chance = random.Random(seed)
    jumping = partial(Journal, clock=lambda: jumped(utc_now(), chance))
    running.Journal = jumping  # type: ignore[attr-defined,assignment]  # in place of the class


def jumped(now: datetime, chance: random.Random) -> datetime:
    """A time that is right, or a year off."""
    return now + chance.choice((-1, 0, 1)) * YEAR


class Room:
    """Watches files only to say that there is no room for them. Every write fails, as when a disk is full."""

    def __init__(self) -> None:
        self.left = True
        signal.signal(signal.SIGUSR1, lambda *_: self._change(left=False))
        signal.signal(signal.SIGUSR2, lambda *_: self._change(left=True))

    def _change(self, *, left: bool) -> None:
        self.left = left

    def has_room(self) -> bool:
        """See `Watcher`."""
        return self.left

    def wrote(self, *_: object) -> None:
        """See `Watcher`."""

    truncated = synced = deleted = wrote


def main(wrong: dict[str, Any]) -> None:
    """Do what is wrong, then start Pakta."""
    running.FEEDING = ()  # by another process, of which nothing would be wrong
    if "kill" in wrong:
        TRIGGER.set(Aim(*wrong["kill"]), armed=wrong.get("armed", False))
    if "busy" in wrong:
        databases.BUSY_TIMEOUT_MS = wrong["busy"]
    if "clock" in wrong:
        let_the_clock_jump(wrong["clock"])
    if "room" in wrong:
        watch(Room())
    cli.app()


if __name__ == "__main__":
    main(json.loads(sys.argv.pop(1)))
