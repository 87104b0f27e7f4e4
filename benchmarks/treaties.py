"""Real treaties, 1351 to today, recorded through the API: how fast, what is refused, is all accounted for.

Each agreement opens with a proposal that is inferred; what cannot be true is refused by Pakta, counted here,
and listed in a report of JSON Lines. A second run stores nothing twice; after an interruption it goes on.
"""

import argparse
import gzip
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path

from benchmarks.pouring import checks, summary
from benchmarks.pouring.client import Client, Unexpected
from benchmarks.pouring.pour import Pour
from benchmarks.pouring.progress import Progress
from benchmarks.pouring.report import Report
from benchmarks.pouring.rows import Mapped, Row, agreements
from benchmarks.pouring.server import CouldNotStart, own_pakta

REPORT = "treaties-refused.jsonl"


def main(arguments: list[str]) -> int:
    """Pour a file. 0 when every fact is accounted for and every check holds."""
    wanted = _parser().parse_args(arguments)
    if wanted.url and (wanted.data or not wanted.token):
        print("pakta: --url needs --token, and has no use for --data", file=sys.stderr)
        return 2
    try:
        mapped = agreements(islice(chain.from_iterable(map(rows, wanted.files)), wanted.limit))
        with _place(wanted) as (address, token, report):
            return _pour(mapped, address, token, report, wanted.url or str(wanted.data))
    except KeyboardInterrupt:
        print("\npakta: interrupted; the same call with the same data goes on from here", file=sys.stderr)
    except (Unexpected, CouldNotStart, OSError, ValueError) as problem:
        print(f"pakta: {problem}", file=sys.stderr)
    return 1


def rows(path: Path) -> Iterator[Row]:
    """The rows of a file, which may be compressed."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as file
    ):
        yield from map(json.loads, file)


def _pour(mapped: list[Mapped], address: str, token: str, report_path: Path, place: str) -> int:
    client = Client(address, token)
    head = client.get("/readyz")["head"]
    report = Report(report_path, place, remember=head > 0)
    pour = Pour(client, report, head)
    progress = Progress(sum(len(agreement.facts) for agreement in mapped), "facts")
    started = time.monotonic()
    try:
        pour.run(mapped, progress)
        seconds = time.monotonic() - started
        progress.end()
        behind = checks.seconds_until_views_follow(client)
        walked, order = checks.walk(client), checks.signed_in_order(client)
    finally:
        report.close()
        client.close()
    told = summary.Told(mapped, pour.tally, seconds, behind, walked, order, report_path)
    print("\n".join(summary.lines(told)))
    return 0 if summary.holds(told) else 1


@contextmanager
def _place(wanted: argparse.Namespace) -> Iterator[tuple[str, str, Path]]:
    """Where to pour: the address, a token, and where the report goes."""
    if wanted.url:
        yield wanted.url, wanted.token, wanted.report or Path(REPORT)
        return
    with ExitStack() as stack:
        folder = wanted.data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pakta-")))
        folder.mkdir(parents=True, exist_ok=True)
        address, token = stack.enter_context(own_pakta(folder.resolve()))
        beside = folder / REPORT if wanted.data else Path(REPORT)
        yield address, token, wanted.report or beside


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run bench treaties", description=__doc__)
    parser.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="JSON Lines, plain or .gz; one agreement may be in several",
    )
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="keep the data here (else: a temporary folder)"
    )
    parser.add_argument("--url", help="pour into a Pakta that runs already, such as http://127.0.0.1:8000")
    parser.add_argument("--token", help="a coordinator's token for it")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N lines")
    parser.add_argument("--report", type=Path, metavar="FILE", help=f"where refusals are listed ({REPORT})")
    return parser
