"""The facts that tests speak of most, in a few words each. The first argument of a past fact is when."""

from typing import Any

from domain.facts import Fact
from tests.given import fact

BANDUNG = {"name": "Kota Bandung", "kind": "city", "country": "ID"}
NANNING = {"name": "Kota Nanning", "kind": "city", "country": "CN"}
KERINCI = {"name": "Kabupaten Kerinci", "kind": "regency", "country": "ID"}
ARTICLE = {"title": "An article", "grade": "secondary"}
DOCUMENT = {"title": "Berita acara serah terima", "grade": "primary"}
SUCCESSOR = "0d3adb33-0000-4000-8000-00000000cafe"


def proposed(occurred: Any = "2010-01-01", **fields: Any) -> Fact:
    """Bandung and Nanning, across a border, unless told otherwise."""
    opening = {"title": "Bandung – Nanning", "kind": "sister_city", "parties": [BANDUNG, NANNING]}
    return fact("proposed", occurred, **(opening | fields))


def proposed_at_home(occurred: Any = "2010-01-01", **fields: Any) -> Fact:
    """Bandung and Kerinci, two neighbours in one country."""
    return proposed(
        occurred,
        **({"title": "Bandung – Kerinci", "kind": "regional", "parties": [BANDUNG, KERINCI]} | fields),
    )


def loi(occurred: Any = None, **fields: Any) -> Fact:
    """A letter of intent."""
    return fact("loi_signed", occurred, **fields)


def mou(occurred: Any = None, **fields: Any) -> Fact:
    """A memorandum of understanding."""
    return fact("mou_signed", occurred, **fields)


def arrangement(occurred: Any = None, **fields: Any) -> Fact:
    """An implementing arrangement."""
    return fact("arrangement_signed", occurred, **fields)


def visit(name: str, window: Any, occurred: Any = "2020-06-01", **fields: Any) -> Fact:
    """A visit is scheduled; `window` is when it is to take place."""
    return fact("follow_up_visit_scheduled", occurred, visit=name, window=window, **fields)


def confirmed(name: str, occurred: Any = None) -> Fact:
    """A visit is confirmed."""
    return fact("visit_confirmed", occurred, visit=name)


def rescheduled(name: str, window: Any, occurred: Any = None) -> Fact:
    """A visit is moved."""
    return fact("visit_rescheduled", occurred, visit=name, window=window)


def cancelled(name: str, occurred: Any = None) -> Fact:
    """A visit is called off."""
    return fact("visit_cancelled", occurred, visit=name)


def held(occurred: Any = None, name: str | None = None, **fields: Any) -> Fact:
    """A visit took place; without a name it was not scheduled."""
    return fact("visit_held", occurred, visit=name, **fields)


def promise(name: str, occurred: Any = "2020-06-01", **fields: Any) -> Fact:
    """A commitment is made."""
    return fact("commitment_made", occurred, commitment=name, text="Build it", **fields)


def progress(name: str, percent: float | None = None, occurred: Any = None) -> Fact:
    """Progress on a commitment is reported."""
    return fact("progress_reported", occurred, commitment=name, percent=percent)


def kept(name: str, occurred: Any = None, **fields: Any) -> Fact:
    """A commitment is realised."""
    return fact("commitment_realised", occurred, commitment=name, **fields)


def dropped(name: str, occurred: Any = None) -> Fact:
    """A commitment is given up."""
    return fact("commitment_dropped", occurred, commitment=name)


def realised(occurred: Any = None, extent: str = "partly", **fields: Any) -> Fact:
    """The agreement brought results."""
    return fact("realised", occurred, extent=extent, **fields)


def terminated(occurred: Any = None, **fields: Any) -> Fact:
    """The agreement is ended."""
    return fact("terminated", occurred, **fields)


def succeeded(occurred: Any = None, **fields: Any) -> Fact:
    """Another agreement takes its place."""
    return fact("succeeded", occurred, by=SUCCESSOR, **fields)


def note(text: str = "A remark", occurred: Any = None) -> Fact:
    """A remark on the record."""
    return fact("annotated", occurred, note=text)


def correct(version: int, right: Fact, occurred: Any = None) -> Fact:
    """An earlier entry was wrong; this is right."""
    return fact("corrected", occurred, version=version, reason="It was wrong", fact=right)


def retract(version: int) -> Fact:
    """An earlier entry should not stand."""
    return fact("retracted", version=version, reason="It should not stand")


def attach(version: int, *evidence: Any, **says: Any) -> Fact:
    """A source for an earlier entry, and what it states."""
    return fact("evidence_attached", version=version, evidence=evidence or (ARTICLE,), says=says)
