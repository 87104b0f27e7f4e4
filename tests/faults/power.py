"""A process that records while everything that happens to its files is noted.

`python -m tests.faults.power FOLDER NOTES SYNCHRONOUS SEED COMMANDS`
"""

import pickle
import random
import sys
import threading
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from domain import databases
from domain.journal import Command, Journal
from projections.follower import Follower
from tests.conftest import JAKARTA
from tests.faults.diary import Acknowledged, Sent
from tests.faults.disk import Note, Notes
from tests.faults.vfs import watch
from tests.journal.people import SECONDS, adding, note, proposal, proposing

WRITERS = 4
MOST_OPENED = 10


def wanted(key: str, agreement: Any = None) -> Command:
    """The command of a key."""
    if agreement is None:
        return proposing(proposal(key, note=key), command_id=key)
    return adding(agreement, note(key), command_id=key)


def record(journal: Journal, notes: Notes, seed: int, commands: int) -> None:
    """Record, one command after the other."""
    chance = random.Random(seed)
    agreements: list[Any] = []
    for number in range(commands):
        key = f"{seed}-{number}"
        opens = len(agreements) < MOST_OPENED
        agreement = None if opens else chance.choice(agreements)
        notes.all.append(Note("sent", "", told=Sent(key, str(agreement or ""), {}, 1)))
        [result] = journal.submit(wanted(key, agreement)).result(SECONDS).results
        place = (str(result.agreement), result.version, result.position)
        notes.all.append(Note("acknowledged", "", told=Acknowledged(key, "", (place,))))
        agreements += [result.agreement] if opens else []


def without_sync(synchronous: str) -> None:
    """Have SQLite sync as it is told here, and not as Pakta tells it."""
    usual = databases.configure_sqlite

    def configure(engine: Engine, *, durable: bool) -> None:
        usual(engine, durable=durable)

        @sa.event.listens_for(engine, "connect")
        def connect(connection: Any, _record: object) -> None:
            connection.execute(f"PRAGMA synchronous={synchronous}")

    databases.configure_sqlite = configure


def main(folder: str, to: str, synchronous: str, seed: str, commands: str) -> None:
    """Record as Pakta does, with several writers and a follower, and keep the notes."""
    notes = Notes()
    watch(notes)
    if synchronous != "FULL":
        without_sync(synchronous)
    place = databases.Databases(folder=Path(folder))
    journal = Journal(place, JAKARTA, "0.1.0")
    follower = Follower(journal, place)
    follower.start()
    writers = [
        threading.Thread(target=record, args=(journal, notes, int(seed) + n, int(commands) // WRITERS))
        for n in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    follower.stop()
    journal.close()
    Path(to).write_bytes(pickle.dumps(notes.all))


if __name__ == "__main__":
    main(*sys.argv[1:])
