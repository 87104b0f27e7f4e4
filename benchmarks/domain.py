"""What one agreement costs as it grows: to add to it, to fold it, to answer about it, bytes there and back.

Milliseconds of processor time, medians of some repeats. `admit` is the next fact of a history at hand: a
note, a visit held, a visit planned, a correction. `cold` is a note from stored bytes on. Encoding and
decoding are per event. Garbage is collected as seldom as in the server.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from statistics import median
from typing import Any
from uuid import UUID

from domain.agreement import Recorded, admit, derive, evolve, fold, outlook
from domain.collecting import collect_seldom
from domain.facts import FACT, Fact
from domain.journal.entry import Entry, RecordedBy
from domain.journal.mapper import EntryMapper

SIZES = (12, 1_000, 10_000)
AGREEMENT = UUID("0d9c8f7e-6b5a-4c3d-9e2f-1a0b9c8d7e6f")
OPENED = date(2010, 1, 1)
OURS = "kota-bandung"
PARTIES = [
    {"name": "Kota Bandung", "country": "ID", "kind": "city"},
    {"name": "Kota Nanning", "country": "CN", "kind": "city"},
]
SECONDS = 0.5
MAPPER = EntryMapper()


def main(arguments: list[str]) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="./run bench domain", description=__doc__)
    parser.add_argument("--json", action="store_true", help="for a program to read")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="events")
    wanted = parser.parse_args(arguments)
    collect_seldom()
    figures = {size: measured(size) for size in wanted.sizes}
    if wanted.json:
        print(json.dumps({"unit": "ms", "figures": figures}))
        return 0
    print(f"{'events':<16}" + "".join(f"{size:>12,}" for size in figures))
    for name in next(iter(figures.values())):
        print(f"{name:<16}" + "".join(f"{told[name]:>12.3f}" for told in figures.values()))
    return 0


def measured(size: int) -> dict[str, float]:
    """What each step costs for an agreement of so many events."""
    entries = [entry(number, told) for number, told in enumerate(islice(life(), size), 1)]
    stored = [MAPPER.to_stored_event(one) for one in entries]
    records = [recorded(one) for one in entries]
    history, today = fold(records), records[-1].recorded_on

    def then(type: str, **fields: Any) -> Recorded:  # noqa: A002  # the contract's own word
        return Recorded(size + 1, fact(type, today, **fields), today, OURS)

    note = then("annotated", note="Seen")
    held = then("visit_held", visitor="Kota Nanning")
    planned = then("follow_up_visit_scheduled", visit="next", window="2099")
    right = entries[1].fact.model_dump(mode="json") | {"note": "In two languages"}
    mend = then("corrected", version=2, reason="Incomplete", fact=right)
    return {
        "admit note": timed(lambda: admit(history, note)),
        "admit visit": timed(lambda: admit(history, held)),
        "admit plan": timed(lambda: admit(history, planned)),
        "admit mend": timed(lambda: admit(history, mend)),
        "evolve": timed(lambda: evolve(history, note)),
        "fold": timed(lambda: fold(records)),
        "fold, derive": timed(lambda: derive(fold(records), today)),
        "fold, outlook": timed(lambda: outlook(fold(records))),
        "cold": timed(lambda: admit(fold(map(recorded, map(MAPPER.to_domain_event, stored))), note)),
        "encode": timed(lambda: [MAPPER.to_stored_event(one) for one in entries]) / size,
        "decode": timed(lambda: [MAPPER.to_domain_event(row) for row in stored]) / size,
    }


def timed(work: Callable[[], object]) -> float:
    """The median of some repeats, in milliseconds: as many as fit, but at least three."""
    taken: list[float] = []
    while len(taken) < 3 or (sum(taken) < SECONDS and len(taken) < 500):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return median(taken) * 1000


def life() -> Iterator[Fact]:
    """An agreement between two cities that stays busy for as long as it is asked for."""
    yield fact("proposed", OPENED, title="Bandung-Nanning", kind="sister_city", parties=PARTIES)
    yield fact("loi_signed", OPENED)
    yield fact("mou_signed", OPENED, valid_until="2099-12-31")
    for number in count():
        day, name = OPENED + timedelta(days=number * 3), f"n{number}"
        yield fact("follow_up_visit_scheduled", day, visit=name, window=day, visitor="Kota Bandung")
        yield fact("visit_held", day, visit=name, visitor="Kota Bandung", topics=["waste"])
        yield fact("commitment_made", day, commitment=name, text="To compost", due=day, by="Kota Nanning")
        yield fact("progress_reported", day, commitment=name, percent=50, text="Half of it")
        yield fact("commitment_realised", day, commitment=name)
        yield fact("engagement_held", day, title="Forum")
        yield fact("evidence_attached", version=2, evidence=[{"title": "Naskah"}], says={"note": "Signed"})
        yield fact("annotated", note="All is well")


def fact(type: str, occurred: date | None = None, **fields: Any) -> Fact:  # noqa: A002  # the contract's own word
    """A fact, as it would be sent."""
    return FACT.validate_json(json.dumps({"type": type, "occurred": occurred, **fields}, default=str))


def entry(version: int, told: Fact) -> Entry:
    """A line of the journal, recorded a few hours after the one before."""
    moment = datetime.combine(OPENED, datetime.min.time(), UTC) + timedelta(hours=9 * version)
    return Entry(
        agreement=AGREEMENT,
        version=version,
        recorded_at=moment,
        recorded_by=RecordedBy(actor="a", role="coordinator", organisation=OURS),
        command_id=f"c{version}",
        software="pakta",
        fact=told,
    )


def recorded(one: Entry) -> Recorded:
    """What a history needs of an entry."""
    return Recorded(one.version, one.fact, one.recorded_at.date(), one.recorded_by.organisation)
