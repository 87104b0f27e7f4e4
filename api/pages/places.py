"""Where a party lies, by its code or its whole name. What is not certain has no place: nothing is guessed."""

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from domain.words import fold

PLACES = Path(__file__).with_name("places.csv")
# What stands before or after a name and only says the kind of the party. The first group is for that kind.
AFFIXES = {
    "city": re.compile(r"^(pemerintah )?(kota administrasi|kotamadya|kota|city of) | city$"),
    "regency": re.compile(r"^(pemerintah )?(kabupaten administrasi|kabupaten|kab\.?|regency of) | regency$"),
    "province": re.compile(r"^(pemerintah )?(provinsi|propinsi|province of) | province$"),
}


class Place(NamedTuple):
    """A point within a place, in degrees (WGS 84)."""

    name: str
    kind: str
    country: str
    lat: float
    lon: float


class Party(NamedTuple):
    """What a party is known by."""

    name: str
    kind: str | None = None
    country: str | None = None
    code: str | None = None
    region: str | None = None
    aliases: tuple[str, ...] = ()


def place_of(party: Party) -> Place | None:
    """Where a party lies: by its code; else by country, kind and name, by region among namesakes."""
    by_code, by_name = _index()
    if party.code and party.country and (found := by_code.get((party.country, party.code))):
        return found
    for name in (party.name, *party.aliases):
        kinds = [party.kind] if party.kind else kind_said_by(name) or [*AFFIXES, "authority"]
        keys = [(party.country, kind, bare(name, kind)) for kind in kinds]
        namesakes = {namesake for key in keys for namesake in by_name.get(key, ())}
        if len(namesakes) > 1 and party.region:
            namesakes = {each for each in namesakes if each[1] == fold(party.region)}
        if len(namesakes) == 1:
            return namesakes.pop()[0]
    return None


def bare(name: str, kind: str) -> str:
    """A name without its kind, in letters and digits alone: "Kota Tanjung Pinang" is "tanjungpinang"."""
    words = fold(name)
    if kind in AFFIXES:
        words = AFFIXES[kind].sub("", words, count=1)
    return "".join(filter(str.isalnum, words))


def kind_said_by(name: str) -> list[str]:
    """The kind that a name itself says: "Kabupaten Bandung" is a regency."""
    return [kind for kind, affixes in AFFIXES.items() if affixes.search(fold(name))]


ByCode = Mapping[tuple[str, str], Place]
ByName = Mapping[tuple[str | None, str, str], set[tuple[Place, str]]]


@cache
def _index() -> tuple[ByCode, ByName]:
    by_code: dict[tuple[str, str], Place] = {}
    by_name: dict[tuple[str | None, str, str], set[tuple[Place, str]]] = {}
    for row in _rows():
        place = Place(row["name"], row["kind"], row["country"], float(row["lat"]), float(row["lon"]))
        if row["code"]:
            by_code[place.country, row["code"]] = place
        for name in (place.name, *filter(None, row["aliases"].split(";"))):
            key = (place.country, place.kind, bare(name, place.kind))
            by_name.setdefault(key, set()).add((place, fold(row["region"])))
    return by_code, by_name


def _rows() -> Iterable[dict[str, str]]:
    lines = PLACES.read_text("utf-8").splitlines()
    return csv.DictReader(line for line in lines if not line.startswith("#"))
