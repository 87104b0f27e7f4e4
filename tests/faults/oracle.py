"""The one oracle: whatever was done to Pakta, what it said is true of what it has stored.

Every acknowledged event is stored exactly once where its answer says; nothing is stored that was not sent,
or twice; positions and versions are dense; the views equal a rebuild; the head is what /readyz says.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from api.running import Running
from api.settings import Settings
from domain.databases import Databases
from domain.journal.schema import events
from projections.rebuilding import Different, Unfinished
from tests.faults.diary import Acknowledged, Sent
from tests.faults.load import Load
from tests.faults.served import Served


class Row(NamedTuple):
    """An event as it is stored, read past the program."""

    position: int
    agreement: str
    version: int
    command: str
    note: str | None


@dataclass
class Verdict:
    """What the oracle found. `wrong` says what is neither lost nor doubled and yet not right."""

    stored: int
    acknowledged: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """Everything that is not as it should be; nothing, if all is well."""
        return [
            *(f"lost: {one}" for one in self.lost),
            *(f"doubled: {one}" for one in self.doubled),
            *self.wrong,
        ]


def judge(served: Served, load: Load, *, rebuild: bool = True) -> Verdict:
    """Judge a running server whose clients have settled. A rebuild takes seconds and can be left out."""
    head = served.wait_until_level()["head"]
    stored = rows(served.settings.databases())
    verdict = judge_rows(stored, load.diary.sent, load.diary.acknowledged)
    verdict.doubled += [f"{key} was answered otherwise when it was repeated" for key in load.differing()]
    verdict.wrong += load.wrong
    if head != len(stored):
        verdict.wrong.append(f"/readyz says {head}, and {len(stored)} are stored")
    if rebuild:
        verdict.wrong += judge_views(served.settings)
    if (after := len(rows(served.settings.databases()))) != len(stored):
        verdict.doubled.append(f"{after - len(stored)} events by repeating what was acknowledged")
    return verdict


def judge_rows(
    stored: list[Row], sent: Mapping[str, Sent], acknowledged: Mapping[str, Acknowledged]
) -> Verdict:
    """Judge what is stored against what was sent and acknowledged."""
    verdict = Verdict(len(stored), len(acknowledged))
    found: dict[str, list[Row]] = defaultdict(list)
    for row in stored:
        found[row.command].append(row)
    for key, told in acknowledged.items():
        places = {row[1:3] + row[:1] for row in found[key]}
        verdict.lost += [f"{key} at {place}" for place in told.places if place not in places]
    for key, those in found.items():
        if key not in sent:
            verdict.wrong.append(f"{key} was never sent")
        elif len(those) > sent[key].facts:
            verdict.doubled.append(f"{key} at {[row.position for row in those]}")
        elif len(those) < sent[key].facts:
            verdict.wrong.append(f"of {key} only {len(those)} of {sent[key].facts} facts are stored")
        verdict.wrong += [f"{key} says {row.note}" for row in those if row.note != key]
    verdict.wrong += _gaps(stored)
    return verdict


def judge_views(settings: Settings) -> list[str]:
    """Whether every view equals a rebuild. The views must be at rest."""
    running = Running.open(settings, follow=False)
    try:
        running.follower.rebuild(compare=True)
    except (Different, Unfinished) as error:
        return [f"the views are not what a rebuild makes: {error}"]
    finally:
        running.close()
    return []


def rows(databases: Databases) -> list[Row]:
    """Every event, in order of position."""
    engine = databases.engine("journal")
    try:
        with engine.connect() as connection:
            found = connection.execute(sa.select(events).order_by(events.c.position)).all()
    finally:
        engine.dispose()
    return [_row(*row) for row in found]


def _row(position: int, agreement: UUID, version: int, topic: str, state: bytes) -> Row:
    entry = json.loads(state)
    assert (entry["agreement"], entry["version"]) == (str(agreement), version)
    assert entry["fact"]["type"] == topic
    return Row(position, str(agreement), version, entry["command_id"], entry["fact"].get("note"))


def _gaps(stored: list[Row]) -> list[str]:
    wrong = []
    if [row.position for row in stored] != list(range(1, len(stored) + 1)):
        wrong.append("the positions are not dense")
    versions: Counter[str] = Counter()
    for row in stored:
        versions[row.agreement] += 1
        if row.version != versions[row.agreement]:
            wrong.append(f"{row.agreement} has version {row.version} where {versions[row.agreement]} belongs")
    return wrong
