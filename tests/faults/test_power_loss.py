"""When the power fails nothing acknowledged is lost, whatever the disk had not yet been made to write."""

import pickle
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from uuid import UUID

from api.settings import Settings
from domain.databases import Databases
from domain.journal import Journal
from projections.follower import Follower
from tests.conftest import JAKARTA
from tests.faults.diary import Acknowledged
from tests.faults.disk import Disk, Note, cuts
from tests.faults.oracle import Verdict, judge_rows, judge_views, rows
from tests.faults.power import wanted
from tests.faults.served import CHECKOUT
from tests.faults.tally import Tally
from tests.journal.people import carry_out

COMMANDS = 400
SHORT, LONG = 12, 200
VIEWS_EVERY = 10


def recorded(tmp_path: Path, seed: int, synchronous: str, commands: int) -> Sequence[Note]:
    """What happened while a process recorded."""
    told = tmp_path / "notes"
    arguments = [str(tmp_path / "recorded"), str(told), synchronous, str(seed), str(commands)]
    subprocess.run([sys.executable, "-m", "tests.faults.power", *arguments], cwd=CHECKOUT, check=True)
    notes: list[Note] = pickle.loads(told.read_bytes())  # noqa: S301  # our own
    assert {note.what for note in notes} >= {"wrote", "deleted", "sent", "acknowledged"}
    return notes


def after_power_loss(disk: Disk, place: Path, chance: random.Random, *, views: bool) -> Verdict:
    """What the oracle says of a disk, and again when whatever had no answer was sent again."""
    disk.lose_power(place, chance)
    databases = Databases(folder=place)
    journal = Journal(databases, JAKARTA, "0.1.0")
    verdict = judge_rows(rows(databases), disk.sent, disk.acknowledged)
    told = dict(disk.acknowledged)
    for key in disk.sent.keys() - told.keys():
        agreement = UUID(disk.sent[key].path) if disk.sent[key].path else None
        if not verdict.lost:
            [result] = carry_out(journal, wanted(key, agreement)).results
            told[key] = Acknowledged(key, "", ((str(result.agreement), result.version, result.position),))
    again = judge_rows(rows(databases), disk.sent, told)
    verdict.doubled += again.doubled
    verdict.wrong += again.wrong
    if views:
        follower = Follower(journal, databases)
        follower.catch_up()
        follower.stop()
        verdict.wrong += judge_views(Settings(data_dir=place, database_url=None))
    journal.close()
    verdict.wrong += broken(place)
    return verdict


def broken(place: Path) -> list[str]:
    """What SQLite itself finds wrong with its files."""
    found = []
    for file in place.glob("*.db"):
        with closing(sqlite3.connect(file)) as connection:
            told = connection.execute("PRAGMA integrity_check").fetchall()
        found += [f"{file.name}: {one}" for (one,) in told if one != "ok"]
    return found


def test_power_that_fails_takes_nothing_that_was_acknowledged(tmp_path: Path, tally: Tally) -> None:
    notes = recorded(tmp_path, tally.seed, "FULL", COMMANDS)
    place = tmp_path / "left"
    moments = cuts(notes, LONG, tally.chance) if tally.is_long else cuts(notes, SHORT, tally.chance)
    for number in tally.rounds("power loss", "SQLite", short=SHORT, long=LONG):
        disk = next(moments)
        verdict = after_power_loss(disk, place, tally.chance, views=number % VIEWS_EVERY == 1)
        tally.note(verdict, more=True)
        shutil.rmtree(place)


def test_without_syncing_it_would_take_something(tmp_path: Path, tally: Tally) -> None:
    notes = recorded(tmp_path, tally.seed, "OFF", 100)
    lost = 0
    for disk in cuts(notes, 20, tally.chance):
        place = tmp_path / "left"
        disk.lose_power(place, tally.chance)
        try:
            stored = rows(Databases(folder=place))
        except Exception:
            lost += len(disk.acknowledged)
        else:
            lost += len(judge_rows(stored, disk.sent, disk.acknowledged).lost)
        shutil.rmtree(place)
    assert lost, "the test would not notice"
