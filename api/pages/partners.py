"""The partners: a map, and beside it a table that says the same in the same order."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import hypot
from typing import Any
from urllib.parse import urlencode

from api.pages import map as maps
from api.pages.frame import counted
from api.pages.names import RUNG_SHAPES
from api.pages.places import Party, Place, place_of
from domain.agreement.access import Actor
from projections import partners
from projections.partners import Joined, Partner
from projections.views import View

EACH = 60  # agreements that are drawn one by one
BUSIEST = 20  # parties in the list beyond that
PRESENT = ("facilitator", "witness", "observer")  # they are at an agreement, not joined by it


@dataclass(frozen=True)
class Row:
    """A row of the table: what joins a partner with its home, how it stands, and where both lie."""

    agreement: str
    name: str
    country: str | None
    home_name: str
    state: str
    status: str
    standing: str
    days: int
    home: Place | None
    place: Place | None

    @property
    def distance(self) -> float:
        """How far apart on the map; what is not on it comes last."""
        if self.home is None or self.place is None:
            return -1.0
        ends = [maps.project(end.lat, end.lon) for end in (self.home, self.place)]
        return hypot(ends[0].x - ends[1].x, ends[0].y - ends[1].y)


def shown(view: View, actor: Actor | None, number: int, language: str) -> dict[str, Any]:
    """What the overview shows of partners: each of them, or None where they are too many for that."""
    if number > EACH:
        return {"partners": None}
    rows = [row for agreement in partners.joined(view, actor, EACH) for row in _rows(agreement, view.day)]
    rows.sort(key=lambda row: (row.state != "late", -row.distance, row.name))
    homes = Counter(row.home_name for row in rows).most_common(1)
    sheet = maps.of_lines([_line(row, language) for row in rows])
    return {
        "partners": rows,
        "home": homes[0][0] if homes else "",
        "sheet": sheet,
        "rung_shapes": RUNG_SHAPES,
    }


def busiest(view: View, actor: Actor | None, asked: date | None) -> dict[str, Any]:
    """The parties with the most agreements, where each lies, and a map of circles."""
    places = {
        partner: place_of(_party(partner._asdict())) for partner in partners.busiest(view, actor, BUSIEST)
    }
    counts = [
        maps.Count(spot, short(partner.name), partner.agreements, _state_of(partner))
        for partner, spot in places.items()
        if spot
    ]
    sheet = maps.of_counts(counts)
    return {"places": places, "sheet": sheet, "list_of": lambda partner: _list_of(partner, asked)}


def _rows(agreement: Joined, day: date) -> Iterator[Row]:
    """One row for each partner of the first party that lies on the map, else of the first party."""
    sides = [party for party in agreement.parties if party["role"] not in PRESENT]
    placed = [(party, place_of(_party(party))) for party in sides]
    first = next((each for each in placed if each[1]), placed[0] if placed else None)
    days = (day - date.fromisoformat(agreement.overdue_from)).days + 1 if agreement.overdue_from else 0
    for party, place in placed:
        if first and party is not first[0]:
            yield Row(
                str(agreement.agreement),
                party["name"],
                party["country"],
                first[0]["name"],
                _state(agreement),
                agreement.status,
                agreement.standing,
                days,
                first[1],
                place,
            )


def _state(agreement: Joined) -> str:
    if agreement.standing not in ("active", "suspended"):
        return "over"
    if agreement.overdue_from:
        return "late"
    return "proposed" if agreement.instrument == "none" else "signed"


def _state_of(partner: Partner) -> str:
    return "late" if partner.overdue else "signed" if partner.is_signed else "proposed"


def _line(row: Row, language: str) -> maps.Line:
    late = counted(language, "overdue for {number} day", "overdue for {number} days", row.days)
    note = str(late) if row.state == "late" else ""
    return maps.Line(row.home, row.place, short(row.home_name), short(row.name), row.state, note)


def _party(told: Mapping[str, Any]) -> Party:
    return Party(
        **{name: told[name] for name in ("name", "kind", "country", "code", "region")},
        aliases=tuple(told.get("aliases", ())),
    )


def short(name: str) -> str:
    """A name as it stands on a map: "Kota Bandung" is "Bandung"."""
    for words in ("Kota ", "Kabupaten ", "Kab. "):
        name = name.removeprefix(words)
    return name


def _list_of(partner: Partner, asked: date | None) -> str:
    """The address of the agreements of a party."""
    narrowing = {"party": partner.code or partner.name, "counted": "true"}
    if partner.country:
        narrowing["country"] = partner.country
    if asked:
        narrowing["as_of"] = asked.isoformat()
    return f"/agreements?{urlencode(narrowing)}"
