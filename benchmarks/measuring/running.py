"""Runs a benchmark's contests, prints what they found, compares it with what was kept, and may keep it."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from benchmarks.measuring.contest import Contest
from benchmarks.measuring.kept import keep, kept, worse
from benchmarks.measuring.machine import machine
from benchmarks.measuring.places import Places
from benchmarks.measuring.results import Result
from benchmarks.measuring.tables import lines, write_page

Contests = Callable[[argparse.Namespace, Places], Iterator[Contest]]
REPEATS = 5


def measure(
    name: str,
    description: str | None,
    contests: Contests,
    arguments: list[str],
    options: Callable[[argparse.ArgumentParser], object] = lambda _: None,
) -> int:
    """Run a benchmark from the command line. `options` may add arguments of its own to the parser.

    1 if a bar is not met or something is worse than what was kept, else 0.
    """
    parser = argparse.ArgumentParser(prog=f"./run bench {name}", description=description)
    parser.add_argument("--json", action="store_true", help="for a program to read, on one line")
    parser.add_argument("--keep", action="store_true", help="compare later runs with this one")
    parser.add_argument("--repeats", type=int, default=REPEATS, metavar="N", help=f"({REPEATS})")
    parser.add_argument("--only", default="", metavar="TEXT", help="contests with this in their name")
    options(parser)
    wanted = parser.parse_args(arguments)
    if wanted.keep and wanted.only:
        parser.error("--keep keeps a whole run, so it does not go with --only")
    result = run(name, contests, wanted)
    print(result.model_dump_json() if wanted.json else "\n".join(lines(result)))
    return _judge(result, wanted)


def run(name: str, contests: Contests, wanted: argparse.Namespace) -> Result:
    """Run the contests, each as soon as it is there."""
    busy = f"{os.getloadavg()[0]:.1f} processes wanted to run when it began"
    with Places() as places:
        outcomes = tuple(
            contest.run(wanted.repeats, _tell)
            for contest in contests(wanted, places)
            if wanted.only in contest.name
        )
        _tell("")
        return Result(
            benchmark=name,
            measured_on=datetime.now(UTC).date(),
            machine=machine() | places.versions | {"load": busy},
            outcomes=outcomes,
        )


def _judge(result: Result, wanted: argparse.Namespace) -> int:
    before = kept(result.benchmark)
    found = list(worse(before, result)) if before else []
    if before:
        _say(f"\nbeside what was kept on {before.measured_on}: {len(found) or 'nothing'} worse beyond noise")
    for line in found:
        _say(f"  worse: {line}")
    if wanted.keep:
        _say(f"kept in {keep(result).name}")
        write_page()
    missed = any(not bar.met for outcome in result.outcomes for bar in outcome.bars)
    return 1 if found or missed else 0


def _tell(doing: str) -> None:
    """What is being measured: a line that moves on a terminal, in a log a line for each turn."""
    if sys.stderr.isatty():
        print(f"\r\033[K{doing}", end="", file=sys.stderr, flush=True)
    elif doing:
        _say(f"pakta: {doing}")


def _say(line: str) -> None:
    print(line, file=sys.stderr)
