"""Makes the rows of whole agreements, each read, folded and derived once; with several processes if need be.

In the order of the journal an agreement would be worked out anew for every batch that touches it.
"""

import gc
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain, islice
from multiprocessing.connection import Connection as Pipe
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.databases import Databases
from domain.journal.reader import Reader
from projections.change import Change, Projection
from projections.turning import Turns, add_up
from projections.writing import Values, bound

WORTH_PROCESSES = 50_000  # entries
PROCESSES = min(4, os.cpu_count() or 1)
AHEAD = 2  # shares that a process has before it


class Share(NamedTuple):
    """Agreements beyond one, up to another, with their entries up to a position."""

    after: UUID | None
    last: UUID
    upto: int


class Made(NamedTuple):
    """Rows table by table, projection by projection, up to which agreement, and from how many entries."""

    last: UUID
    entries: int
    rows: list[list[list[Values]]]


class Making(NamedTuple):
    """Where the journal lies, and what is to be made of it."""

    databases: Databases
    timezone: ZoneInfo
    projections: Sequence[Projection]


def shares(reader: Reader, upto: int, size: int, after: UUID | None = None) -> Iterator[Share]:
    """All agreements, or those beyond one, in shares of about so many entries."""
    while (last := reader.share(after, size)) is not None:
        yield Share(after, last, upto)
        after = last


class Maker:
    """Makes rows, and adds up by how much they turn the figures of each projection."""

    def __init__(self, reader: Reader, projections: Sequence[Projection]) -> None:
        self.reader = reader
        self.projections = projections
        self.turned: list[Turns] = [{} for _ in projections]

    def make(self, share: Share) -> Made:
        """The rows of a share."""
        whole = self.reader.whole(*share)
        changes = [Change(entries[0].agreement, entries, self.reader.history(entries)) for entries in whole]
        rows = [self._rows(number, changes) for number in range(len(self.projections))]
        return Made(share.last, sum(len(change.entries) for change in changes), rows)

    def _rows(self, number: int, changes: Sequence[Change]) -> list[list[Values]]:
        projection, dialect = self.projections[number], self.reader.engine.dialect.name
        made = [projection.rows(change) for change in changes]
        each = zip(*made, strict=True) if made else ((),) * len(projection.tables)
        told = [list(chain.from_iterable(its)) for its in each]
        add_up(self.turned[number], projection.turns(told))
        return [bound(table, dialect, rows) for table, rows in zip(projection.tables, told, strict=True)]


def made(
    reader: Reader, making: Making, upto: int, size: int, after: UUID | None = None
) -> Iterator[Made | list[Turns]]:
    """The rows of all agreements, or those beyond one, share by share.

    At the end comes how they turn figures, maybe in parts.
    """
    rest = shares(reader, upto, size, after)
    if upto < WORTH_PROCESSES:
        maker = Maker(reader, making.projections)
        yield from map(maker.make, rest)
        yield maker.turned
        return
    with ExitStack() as stack:
        pipes = [stack.enter_context(_process(making)) for _ in range(PROCESSES)]
        waited: deque[Pipe] = deque()
        for pipe in pipes * AHEAD:
            for first in islice(rest, 1):
                pipe.send(first)
                waited.append(pipe)
        while waited:
            pipe = waited.popleft()
            found = _answer(pipe)
            for following in islice(rest, 1):
                pipe.send(following)
                waited.append(pipe)
            yield found
        for pipe in pipes:
            pipe.send(None)
            yield _answer(pipe)


def _answer(pipe: Pipe) -> Any:
    found = pipe.recv()
    if isinstance(found, Exception):
        raise found
    return found


@contextmanager
def _process(making: Making) -> Iterator[Pipe]:
    """A process that answers each share with its rows, and None with how they turn figures.

    It ends when its pipe does, even if we are killed. A signal that asks us to stop often goes to it too, and
    must not stop it before us: a share that is not answered looks like one that cannot be made.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(there, making), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        here.close()
        process.kill()
        process.join()


def _work(pipe: Pipe, making: Making) -> None:
    for asked_to_stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked_to_stop, signal.SIG_IGN)
    gc.disable()  # facts and states have no cycles
    maker = Maker(Reader(making.databases, making.timezone), making.projections)
    with suppress(EOFError, ConnectionError):  # nobody asks any more
        while True:
            pipe.send(_made(maker, pipe.recv()))


def _made(maker: Maker, share: Share | None) -> Made | list[Turns] | Exception:
    try:
        return maker.turned if share is None else maker.make(share)
    except Exception as error:  # told to the process that asked
        return RuntimeError(f"{type(error).__name__}: {error}")
