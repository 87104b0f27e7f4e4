"""From the rows of a treaty data set to facts, as they are: what cannot be true is left to Pakta to refuse.

A row is `{agreement, title, type, event, date, date_raw, parties, actor, source}`. Only four things are done
that the rows do not say themselves, and each leaves a mark: the opening is inferred (`basis`), rows that are
repeated word for word become further evidence of one fact, an expiry is written on the signature of the same
record, and a title that is too long for Pakta is cut, with all of it in the note.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel.core import get_global

from domain.agreement.transitions import TRANSITIONS
from domain.edtf_days import is_edtf
from domain.uncertain_date import UncertainDate

Row = dict[str, Any]
Fact = dict[str, Any]
When = str | dict[str, str | None] | None

LONGEST_TITLE = 500
NO_END = "9999"
BILATERAL = re.compile(r"[A-Z]{3}-[A-Z]{3}_\d")  # how the data set numbers a treaty between two states
COUNTRY_CODE = re.compile(r"[A-Z]{3}")
BYGONE = {"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"}  # succeeded by one state, and yet not it
SIGNATURES = ("agreement_signed", "mou_signed")
EXPIRY_ALONE = "The source gives the day of expiry; no signature is recorded that it could stand on."


@dataclass
class Mapped:
    """An agreement as it will be sent: its facts, `proposed` first, and what became of its rows."""

    reference: str
    facts: list[Fact]
    rows: Counter[str] = field(default_factory=Counter)


def agreements(rows: Iterable[Row]) -> list[Mapped]:
    """Every agreement with its facts, in the order in which the rows first name it."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["agreement"], []).append(row)
    return [mapped(reference, its) for reference, its in found.items()]


def mapped(reference: str, rows: Sequence[Row]) -> Mapped:
    """One agreement: its opening, then its facts in the order in which they happened."""
    became: Counter[str] = Counter()
    facts = _merged(_facts(rows, became), became)
    ordered = sorted(facts, key=_when)
    return Mapped(reference, [_opening(reference, rows, ordered), *ordered], became)


def occurred(stated: str | None, raw: str | None = None) -> When:
    """The date where it is one, be it uncertain; else the words of the source."""
    words = stated or raw
    if words is None or is_edtf(words):
        return words
    return {"edtf": None, "as_stated": words, "basis": "unknown"}


def party(name: str) -> dict[str, str]:
    """A party as the data names it. A code of three letters is kept as its code; a state of today gets its
    country too."""
    if not COUNTRY_CODE.fullmatch(name):
        return {"name": name}
    known = get_global("territory_aliases").get(name, ())
    if len(known) != 1 or name in BYGONE:
        return {"name": name, "code": name}
    return {"name": name, "code": name, "country": known[0], "kind": "national_government"}


def _facts(rows: Sequence[Row], became: Counter[str]) -> list[Fact]:
    paired = [(row, _fact(row)) for row in rows if row["event"] != "expired"]
    became["facts"] += len(paired)
    bearers = {_record(row): fact for row, fact in paired if row["event"] in SIGNATURES}
    last = max(bearers.values(), key=_when, default=None)
    alone = []
    for row in sorted(
        (row for row in rows if row["event"] == "expired"), key=lambda r: _record(r) not in bearers
    ):
        bearer = bearers.get(_record(row), last)
        if _says_no_end(row):
            became["expiries that name no end"] += 1
        elif bearer is not None and "valid_until" not in bearer:
            bearer["valid_until"] = _day(row)
            bearer["evidence"].append(_evidence(row))
            became["expiries put on a signature"] += 1
        else:
            alone.append(_expiry_alone(row, signed=bearer is not None))
            became["facts"] += 1
    return [*(fact for _, fact in paired), *alone]


def _fact(row: Row) -> Fact:
    """The fact that a row states."""
    actor = row["actor"]
    fact: Fact = {"occurred": _day(row), "evidence": [_evidence(row)]}
    match row["event"]:
        case "other:party_signed" if actor:  # each party signs on a day of its own
            return {"type": "mou_signed", **fact, "signatories": [{"party": party(actor)}]}
        case "agreement_signed" | "mou_signed":
            paper = {"local_title": row["type"]} if row["type"] else {}
            by = {"signatories": [{"party": party(actor)}]} if actor else {}
            return {"type": "mou_signed", **fact, **paper, **by}
        case "ratified" | "other:accession" | "other:acceptance" as how:
            by = {"authority": actor} if actor else {}
            said = {} if how == "ratified" else {"note": how.removeprefix("other:")}
            return {"type": "approval_recorded", "gate": "other", **fact, **by, **said}
        case "party_joined" | "other:party_rejoined" | "party_withdrew" as how if actor:
            kind = "party_left" if how == "party_withdrew" else "party_joined"
            return {"type": kind, "party": party(actor), **fact}
        case "entered_into_force" | "amended" | "extended" | "terminated" as kind:
            return {"type": kind, **fact}
    said = row["event"].removeprefix("other:").replace("_", " ")
    return {"type": "statement_recorded", "text": f"{said}: {actor}" if actor else said, **fact}


def _expiry_alone(row: Row, *, signed: bool) -> Fact:
    """An expiry that no signature can bear: none is recorded, or another source has given it a day."""
    evidence = [_evidence(row)]
    if signed:
        return {
            "type": "annotated",
            "note": f"Also said to expire: {row['date'] or row['date_raw']}",
            "evidence": evidence,
        }
    return {"type": "extended", "valid_until": _day(row), "note": EXPIRY_ALONE, "evidence": evidence}


def _opening(reference: str, rows: Sequence[Row], facts: Sequence[Fact]) -> Fact:
    """The proposal, which the data never gives: it came before everything else."""
    title = rows[0]["title"]
    signed = (*SIGNATURES, "other:party_signed")
    named = [
        name for row in rows if row["actor"] is None or row["event"] in signed for name in row["parties"]
    ]
    bilateral = BILATERAL.match(reference) or any("bilateral" in (row["type"] or "").lower() for row in rows)
    return {
        "type": "proposed",
        "occurred": {
            "edtf": _before(facts),
            "as_stated": None,
            "basis": "inferred" if _before(facts) else "unknown",
        },
        "title": cut(title),
        "kind": "government" if bilateral else "other",
        "parties": [party(name) for name in dict.fromkeys(named)],
        "reference": reference,
    } | ({"note": f"The whole title: {title}"} if cut(title) != title else {})


def _before(facts: Sequence[Fact]) -> str | None:
    """From nobody knows when to the first fact that has a date; 9999 is none."""
    days = [
        day for fact in facts if (day := fact.get("occurred")) and isinstance(day, str) and day[:4] != NO_END
    ]
    first = min(days, key=lambda day: UncertainDate(edtf=day).earliest, default=None)
    if first is None:
        return None
    return f"../{first if is_edtf(f'../{first}') else UncertainDate(edtf=first).last.isoformat()}"


def _merged(facts: Iterable[Fact], became: Counter[str]) -> list[Fact]:
    """Facts that are the same but for their source, once, with every source."""
    unlike: dict[str, Fact] = {}
    for fact in facts:
        titles = [evidence["title"] for evidence in fact["evidence"]]
        same = json.dumps([titles[0], {**fact, "evidence": None}], sort_keys=True)
        if same in unlike:
            unlike[same]["evidence"] += fact["evidence"]
            became["facts"] -= 1
            became["repeats kept as further evidence"] += 1
        else:
            unlike[same] = fact
    return list(unlike.values())


def cut(title: str) -> str:
    """A title as long as Pakta takes it."""
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def _when(fact: Fact) -> tuple[date, int]:
    stated = fact.get("occurred")
    day = UncertainDate(edtf=stated).earliest if isinstance(stated, str) else date.min
    return day, TRANSITIONS[fact["type"]].order


def _day(row: Row) -> When:
    return occurred(row["date"], row.get("date_raw"))


def _says_no_end(row: Row) -> bool:
    return str(row["date"] or row.get("date_raw")).startswith(NO_END)


def _evidence(row: Row) -> dict[str, str]:
    return {"title": cut(row["title"]), "publisher": row["source"], "grade": "secondary"}


def _record(row: Row) -> str:
    """The record of a source that a row was taken from, without the column."""
    return str(row["source"]).rpartition(":")[0]
