"""How many rounds of each fault, how far they are, and what came of them."""

import json
import logging
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.faults.load import Load
from tests.faults.oracle import Verdict, judge
from tests.faults.served import Served

log = logging.getLogger("tests.faults")


@dataclass
class Sum:
    """What came of the rounds of one fault. `acknowledged` counts commands."""

    fault: str
    engine: str
    profile: str
    seed: int
    rounds: int = 0
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    seconds: float = 0.0


class Tally:
    """Counts the rounds of one test. Its chances come from the seed alone."""

    def __init__(self, name: str, profile: str, seed: int) -> None:
        self.name = name
        self.profile = profile
        self.seed = seed
        self.chance = random.Random(f"{seed} {name}")
        self.sums: list[Sum] = []

    @property
    def is_long(self) -> bool:
        """Whether the long profile runs."""
        return self.profile == "long"

    def rounds(self, fault: str, engine: str, *, short: int, long: int) -> Iterator[int]:
        """Count the rounds of a fault, from 1. Call `judge` or `note` at least after the last."""
        total = long if self.is_long else short
        self.sums.append(Sum(fault, engine, self.profile, self.seed))
        began = time.monotonic()
        for number in range(1, total + 1):
            yield number
            self.sums[-1].rounds = number
            self.sums[-1].seconds = round(time.monotonic() - began, 1)
            told = self.sums[-1]
            log.info("%s: %s of %s, %s acknowledged", fault, number, total, told.acknowledged)

    def judge(self, served: Served, load: Load, *, rebuild: bool = True) -> None:
        """Let the clients settle and the oracle judge; fail if it complains."""
        load.settle()
        self.note(judge(served, load, rebuild=rebuild))

    def note(self, verdict: Verdict, *, more: bool = False) -> None:
        """Keep what the oracle found, and fail if it complains. `more` if it was a store of its own."""
        told = self.sums[-1]
        told.acknowledged = verdict.acknowledged + (told.acknowledged if more else 0)
        told.lost += len(verdict.lost)
        told.doubled += len(verdict.doubled)
        told.wrong += len(verdict.wrong)
        complaints = verdict.complaints
        assert not complaints, f"seed {self.seed}: {len(complaints)} complaints: " + "; ".join(
            complaints[:20]
        )

    def told(self) -> list[dict[str, Any]]:
        """The sums, as JSON knows them."""
        return [{"test": self.name, **asdict(one)} for one in self.sums]


def keep(file: Path, sums: list[dict[str, Any]]) -> None:
    """Write sums to a file; those of tests that were not run stay as they were."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    fresh = {one["test"] for one in sums}
    kept = [one for one in known if one["test"] not in fresh]
    ordered = sorted([*kept, *sums], key=lambda one: (one["fault"], one["engine"]))
    file.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
