"""A made-up national register of any size: written as lines, filled into a store, or recorded by every rule.

About twelve facts an agreement, most agreements without a result, vague dates, corrections, names in many
scripts. The same number and seed give the same bytes.
"""

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.pouring.progress import Progress
from benchmarks.register.filling import ZONE, Register, fill, pour, write
from benchmarks.register.multiplying import multiply
from benchmarks.register.recording import FACTS_EACH, recordings
from domain.databases import Databases
from domain.journal import Journal
from domain.journal.copying import NotEmpty


def main(arguments: list[str]) -> int:
    """Make a register and say how long it took."""
    parser = _parser()
    wanted = parser.parse_args(arguments)
    if wanted.rules and not (wanted.data or wanted.database):
        parser.error("--rules needs --data or --database")
    if wanted.of and (wanted.rules or not (wanted.data or wanted.database)):
        parser.error("--of needs --data or --database, and asks no rule")
    register = Register(wanted.agreements, wanted.seed)
    progress = Progress(wanted.agreements * FACTS_EACH, "facts")
    started = time.monotonic()
    try:
        facts = _made(wanted, register, progress)
    except NotEmpty:
        print("pakta: something is recorded there already; only an empty store is filled", file=sys.stderr)
        return 1
    except (OSError, ValueError) as problem:
        print(f"pakta: {problem}", file=sys.stderr)
        return 1
    finally:
        progress.end()
    seconds = time.monotonic() - started
    what = f"{wanted.times} × {wanted.of}" if wanted.of else f"{wanted.agreements:,} agreements"
    print(f"{what}, {facts:,} facts in {seconds:.1f} s: {facts / seconds:,.0f}/s")
    return 0


def _made(wanted: argparse.Namespace, register: Register, progress: Progress) -> int:
    if wanted.out:
        with wanted.out.open("wb") as out:
            return write(out, register, progress).entries
    if not (wanted.data or wanted.database):
        return _counted(register)
    databases = Databases(folder=wanted.data, url=wanted.database)
    if wanted.of:
        return multiply(wanted.of, databases, wanted.times, _tell_table)
    if not wanted.rules:
        return fill(databases, register, progress)
    journal = Journal(databases, ZoneInfo(ZONE), "0.1.0")
    try:
        return pour(journal, register, progress)
    finally:
        journal.close()


def _tell_table(name: str) -> None:
    print(f"pakta: {name} is filled", file=sys.stderr, flush=True)


def _counted(register: Register) -> int:
    """What it is made of."""
    types = Counter(told.fact["type"] for told in recordings(*register))
    for type, count in types.most_common():  # noqa: A001  # the contract's own word
        print(f"{type:<28}{count:>12,}{count / types.total():>8.1%}")
    return types.total()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run bench nation", description=__doc__)
    parser.add_argument("--agreements", type=int, default=1000, metavar="N", help="how many (1000)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another register of that size (0)")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, metavar="FILE", help="write lines for `import --journal`")
    where.add_argument("--data", type=Path, metavar="DIR", help="fill an empty folder")
    where.add_argument("--database", metavar="URL", help="fill an empty PostgreSQL database")
    parser.add_argument("--rules", action="store_true", help="record each fact as a command, by every rule")
    parser.add_argument(
        "--of", type=Path, metavar="DIR", help="not made up anew: what lies in a folder so many --times"
    )
    parser.add_argument("--times", type=int, default=10, metavar="N", help="how many times that (10)")
    return parser
