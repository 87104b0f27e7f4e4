"""Reading the journal from end to end: its reader, the feed and the stream, beside driver and stock library.

Entries a second. `rows` are as stored, `entries` are decoded and validated. The stock library holds the same
bytes and gives them as they are. Pages of 1,000, over HTTP of 500, which is the largest there.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from zoneinfo import ZoneInfo

from benchmarks.measuring import Contest, Places, Work, measure, rate
from benchmarks.register.filling import ZONE, Register, fill
from benchmarks.register.recording import recordings
from benchmarks.tailing import raw
from benchmarks.tailing.doors import doors
from benchmarks.tailing.stock import Stock
from domain.databases import Databases
from domain.journal.reader import Reader

PAGE = 1000
AGREEMENTS = 500


def main(arguments: list[str]) -> int:
    """Measure and print."""
    return measure("tail", __doc__, contests, arguments, options)


def options(parser: ArgumentParser) -> None:
    """How much there is to read."""
    parser.add_argument("--agreements", type=int, default=AGREEMENTS, metavar="N", help=f"({AGREEMENTS})")


def contests(wanted: Namespace, places: Places) -> Generator[Contest, None, None]:
    """Each engine through the reader, then SQLite over HTTP."""
    register = Register(wanted.agreements)
    for engine, fresh in places.engines.items():
        databases = fresh()
        head = fill(databases, register)
        reader = Reader(databases, ZoneInfo(ZONE))
        with closing(Stock(fresh())) as stock:
            stock.fill(recordings(*register))
            yield _in_process(engine, databases, head, reader, stock)
        reader.engine.dispose()
        if databases.url is None:
            yield from _over_http(databases, head)


def _in_process(engine: str, databases: Databases, head: int, reader: Reader, stock: Stock) -> Contest:
    contenders: dict[str, Work] = {
        "raw driver": lambda: _all(head, lambda: raw.read(databases, PAGE)),
        "stock notification log": lambda: _all(head, lambda: stock.read(PAGE)),
        "pakta, rows": lambda: _all(head, lambda: _rows(reader)),
        "pakta, entries": lambda: _all(head, lambda: _entries(reader)),
    }
    name = f"reading everything, {engine}"
    return Contest(name, "entries/s", contenders, against="raw driver", warm_up=True)


def _over_http(databases: Databases, head: int) -> Iterator[Contest]:
    with doors(databases) as door:
        contenders: dict[str, Work] = {
            "raw driver": lambda: _all(head, lambda: raw.read(databases, PAGE)),
            "GET /events": lambda: _all(head, lambda: door.pages(head)),
            "GET /events/stream": lambda: _all(head, lambda: door.stream(head)),
        }
        yield Contest("reading everything over HTTP, SQLite", "entries/s", contenders, against="raw driver")


def _all(head: int, read: Callable[[], int]) -> float:
    """Entries a second of a way to read, which must have brought every one."""
    found: list[int] = []
    speed = rate(head, lambda: found.append(read()))
    if found != [head]:
        raise ValueError(f"{found[0]} entries were read, of {head}")
    return speed


def _rows(reader: Reader) -> int:
    count = last = 0
    while page := reader.recorder.select_notifications(last, PAGE, inclusive_of_start=False):
        count, last = count + len(page), int(page[-1].id)
    return count


def _entries(reader: Reader) -> int:
    count = last = 0
    while page := reader.entries(last, PAGE):
        count, last = count + len(page), page[-1].position or 0
    return count
