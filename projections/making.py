"""Makes the rows of whole agreements, each read, folded and derived once; with several processes if need be.

In the order of the journal an agreement would be worked out anew for every batch that touches it.
"""

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from multiprocessing.connection import Connection as Pipe
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.databases import Databases
from domain.journal.reader import Reader
from projections.change import Change, Projection
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
    """Rows table by table, projection by projection, and from how many entries."""

    entries: int
    rows: list[list[list[Values]]]


class Making(NamedTuple):
    """Where the journal lies, and what is to be made of it."""

    databases: Databases
    timezone: ZoneInfo
    projections: Sequence[Projection]


def shares(reader: Reader, upto: int, size: int) -> Iterator[Share]:
    """All agreements, in shares of about so many entries."""
    after = None
    while (last := reader.share(after, size)) is not None:
        yield Share(after, last, upto)
        after = last


def make(reader: Reader, projections: Sequence[Projection], share: Share) -> Made:
    """The rows of a share."""
    dialect = reader.engine.dialect.name
    changes = [
        Change(entries[0].agreement, entries, reader.history(entries)) for entries in reader.whole(*share)
    ]
    rows = []
    for projection in projections:
        made = [projection.rows(change) for change in changes]
        each = zip(*made, strict=True) if made else ((),) * len(projection.tables)
        pairs = zip(projection.tables, each, strict=True)
        rows.append([bound(table, dialect, chain.from_iterable(its)) for table, its in pairs])
    return Made(sum(len(change.entries) for change in changes), rows)


def made(reader: Reader, making: Making, upto: int, size: int) -> Iterator[Made]:
    """The rows of all agreements, share by share."""
    if upto < WORTH_PROCESSES:
        for share in shares(reader, upto, size):
            yield make(reader, making.projections, share)
        return
    with ExitStack() as stack:
        pipes = [stack.enter_context(_process(making)) for _ in range(PROCESSES)]
        rest = shares(reader, upto, size)
        waited: deque[Pipe] = deque()
        for pipe in pipes * AHEAD:
            for first in islice(rest, 1):
                pipe.send(first)
                waited.append(pipe)
        while waited:
            pipe = waited.popleft()
            found = pipe.recv()
            if isinstance(found, Exception):
                raise found
            for following in islice(rest, 1):
                pipe.send(following)
                waited.append(pipe)
            yield found


@contextmanager
def _process(making: Making) -> Iterator[Pipe]:
    """A process that answers each share with its rows. It ends when its pipe does, even if we are killed."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_work, args=(there, making), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        here.close()
        process.terminate()
        process.join()


def _work(pipe: Pipe, making: Making) -> None:
    gc.disable()  # facts and states have no cycles
    reader = Reader(making.databases, making.timezone)
    while True:
        try:
            share = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(make(reader, making.projections, share))
        except Exception as error:  # told to the process that asked
            pipe.send(RuntimeError(f"{type(error).__name__}: {error}"))
