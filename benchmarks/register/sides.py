"""Who opens an agreement, with whom, and of what kind it then is."""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import NamedTuple, TypeVar

from benchmarks.register.blanks import Made, party, person
from benchmarks.register.names import NAMES

Item = TypeVar("Item")

ACTING = ("", "", "", "", "", "", "", "", "Plt. ", "Pj. ", "Plh. ")
OFFICES = {"city": "Wali Kota", "regency": "Bupati", "province": "Gubernur"}
# Most agreements of a region are with other regions and third parties of its own country.
KINDS = {
    "regional": 38,
    "third_party": 27,
    "government": 8,
    "sister_city": 12,
    "sister_province": 4,
    "friendship_city": 4,
    "foreign_institution": 4,
    "network": 1.5,
    "other": 1.5,
}
_KINDS, _UP_TO = tuple(KINDS), tuple(accumulate(KINDS.values()))
ABROAD = frozenset({"sister_city", "sister_province", "friendship_city", "foreign_institution"})


class Region(NamedTuple):
    """A region of Indonesia: the party, and its short name as an organisation that records."""

    party: Made
    organisation: str


def _region(kind: str, name: str, **more: str) -> Region:
    slug = "".join(c if c.isalnum() else "-" for c in name.lower())
    return Region(party(name, kind, "ID", **more), slug)


PROVINCES = [_region("province", f"Provinsi {p[3:]}", code=p[:2]) for p in NAMES["provinces"]]
LOCAL = [_region("city", f"Kota {name}") for name in NAMES["cities"]] + [
    _region("regency", f"Kabupaten {name}") for name in NAMES["regencies"]
]
REGIONS = LOCAL + PROVINCES


def _abroad(kind: str, line: str) -> Made:
    country, named = line[:2], line[3:]
    latin = " ".join(word for word in named.split(" ") if _is_latin(word))
    local = " ".join(word for word in named.split(" ") if not _is_latin(word))
    return party(latin, kind, country, [local] if local else ())


def _is_latin(word: str) -> bool:
    return ord(word[0]) < 0x370 or 0x1E00 <= ord(word[0]) < 0x2020


CITIES = [_abroad("city", line) for line in NAMES["abroad"]]
STATES = [_abroad("province", line) for line in NAMES["abroad_provinces"]]
INSTITUTES = [party(name, "institution", "JP", role="associate") for name in NAMES["institutes_abroad"]]
MINISTRIES = [party(name, "ministry", "ID") for name in NAMES["ministries"]]
NETWORKS = [party(name, "network", "ID", role="lead") for name in NAMES["networks"]]
PARTNERS = {
    "government": MINISTRIES,
    "sister_city": CITIES,
    "friendship_city": CITIES,
    "sister_province": STATES,
    "foreign_institution": INSTITUTES,
    "network": NETWORKS,
}


class Sides(NamedTuple):
    """Who takes part; `home` records."""

    kind: str
    home: Region
    partners: list[Made]


def sides(chance: Random) -> Sides:
    """Draw an opener, a kind, and partners that go with it: one mostly, seldom up to four."""
    luck = chance.random() * _UP_TO[-1]
    kind = next(kind for kind, up_to in zip(_KINDS, _UP_TO, strict=True) if luck < up_to)
    home = pick(chance, PROVINCES if kind == "sister_province" else REGIONS)
    if kind in PARTNERS:
        return Sides(kind, home, [pick(chance, PARTNERS[kind])])
    if kind != "regional":
        return Sides(kind, home, [_third_party(chance)])
    number = 1 if chance.random() < 0.9 else 2 + int(chance.random() * 3)
    drawn = {region.organisation: region.party for region in (pick(chance, LOCAL) for _ in range(number))}
    drawn.pop(home.organisation, None)
    return Sides(kind, home, list(drawn.values()) or [_third_party(chance)])


def _third_party(chance: Random) -> Made:
    form, one, two = (
        pick(chance, words)
        for words in (NAMES["company_forms"], NAMES["company_words"], NAMES["company_words"])
    )
    return party(f"{form} {one} {two}", "company" if form in ("PT", "CV", "Bank") else "institution", "ID")


def signatory(chance: Random, side: Made) -> Made:
    """Who acts for a party, in the office held then; sometimes nobody knows the name."""
    luck = chance.random()
    name = None
    if luck < 0.9:
        name = (
            f"{pick(chance, NAMES['first_names'])} {pick(chance, NAMES['last_names'])}"
            if side["country"] == "ID"
            else pick(chance, NAMES["names_abroad"])
        )
    place = side["name"].partition(" ")[2] if side["country"] == "ID" else side["name"]
    office = OFFICES.get(side["kind"])
    return person(name, f"{pick(chance, ACTING)}{office} {place}" if office else "Kepala", side["name"])


def pick(chance: Random, items: Sequence[Item]) -> Item:
    """One of some things; several times as fast as `Random.choice`, which asks more questions."""
    return items[int(chance.random() * len(items))]
