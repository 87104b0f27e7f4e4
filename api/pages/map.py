"""A map of the world around Indonesia: from degrees to the drawing, lines between places, circles for counts.

Equal Earth (Šavrič, Patterson, Jenny 2018) with 118° E as its middle; `land.svg` was drawn with the same.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import asin, cos, hypot, radians, sin, sqrt
from typing import NamedTuple

from api.pages.labels import Box, Label, Name, place
from api.pages.places import Place

MIDDLE = 118.0  # degrees east
SCALE = 370.0  # units of the land's drawing for one radian at the equator, as geoEqualEarth().scale()
WIDTH = 720.0  # of the drawing
FLATTEST, TALLEST = 0.5, 0.76  # its height for its width
MARGIN = 22.0  # units of the land's drawing around what is shown
INDONESIA = ((6.1, 94.9), (6.1, 141.1), (-11.1, 94.9), (-11.1, 141.1))
A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
SMALLEST, LARGEST = 3.0, 26.0  # radius of a circle
BEND = 0.14  # of a line's length, how far it swerves


class Point(NamedTuple):
    """A point of a drawing; y grows downwards."""

    x: float
    y: float


def project(lat: float, lon: float) -> Point:
    """A place in the units of the land's drawing."""
    across = radians((lon - MIDDLE + 180) % 360 - 180)
    tilt = asin(sqrt(3) / 2 * sin(radians(lat)))
    square = tilt * tilt
    sixth = square**3
    slope = A1 + 3 * A2 * square + sixth * (7 * A3 + 9 * A4 * square)
    x = 2 / sqrt(3) * across * cos(tilt) / slope
    y = tilt * (A1 + A2 * square + sixth * (A3 + A4 * square))
    return Point(SCALE * x, -SCALE * y)


@dataclass(frozen=True)
class Frame:
    """The part of the world that is shown: its upper left corner, and how much it is enlarged."""

    left: float
    top: float
    zoom: float
    height: float

    def to(self, spot: Place) -> Point:
        """A place in the drawing."""
        x, y = project(spot.lat, spot.lon)
        return Point(round((x - self.left) * self.zoom, 1), round((y - self.top) * self.zoom, 1))

    @property
    def land(self) -> str:
        """How the land is moved to lie under the places."""
        return f"scale({self.zoom:.4f}) translate({-self.left:.2f} {-self.top:.2f})"

    @property
    def box(self) -> Box:
        """All of the drawing."""
        return Box(0, 0, WIDTH, self.height)


def frame_for(places: Iterable[Place]) -> Frame:
    """The smallest frame with all of Indonesia and every place in it."""
    points = [project(*corner) for corner in INDONESIA] + [project(at.lat, at.lon) for at in places]
    left, right = min(p.x for p in points) - MARGIN, max(p.x for p in points) + MARGIN
    top, bottom = min(p.y for p in points) - MARGIN, max(p.y for p in points) + MARGIN
    width = max(right - left, (bottom - top) / TALLEST)
    height = max(bottom - top, width * FLATTEST)
    zoom = WIDTH / width
    return Frame((left + right - width) / 2, (top + bottom - height) / 2, zoom, round(height * zoom))


def arc(start: Point, end: Point, nth: int = 0) -> str:
    """A line that swerves, the further the more often the same two places are joined."""
    dx, dy = end.x - start.x, end.y - start.y
    bend = BEND * (nth + 1)
    control = Point((start.x + end.x) / 2 + bend * dy, (start.y + end.y) / 2 - bend * dx)
    return f"M{start.x:g} {start.y:g}Q{control.x:.1f} {control.y:.1f} {end.x:g} {end.y:g}"


@dataclass(frozen=True)
class Line:
    """What joins two places: from home to the partner. `state` is signed, proposed, late or over."""

    home: Place | None
    partner: Place | None
    home_name: str
    name: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """A drawing: lines, dots and circles, each with its state, and names."""

    frame: Frame
    lines: Sequence[tuple[str, str]]
    dots: Sequence[tuple[Point, str]]
    circles: Sequence[tuple[str, str]]
    labels: Sequence[Label]


def of_lines(lines: Sequence[Line]) -> Sheet:
    """Every line whose places are both known, late ones on top. Homes choose room for their names first."""
    known = [(line, line.home, line.partner) for line in lines if line.home and line.partner]
    frame = frame_for(end for _, *ends in known for end in ends)
    named = {frame.to(home): ("signed", line.home_name, "") for line, home, _ in known}
    times: Counter[tuple[Point, Point]] = Counter()
    drawn = []
    for line, home, partner in known:
        ends = (frame.to(home), frame.to(partner))
        drawn.append((arc(*ends, times[ends]), line.state))
        times[ends] += 1
        named.setdefault(ends[1], (line.state, line.name, line.note))
    drawn.sort(key=lambda each: each[1] == "late")
    labels = place([Name(*at, text, note) for at, (_, text, note) in named.items()], frame.box)
    return Sheet(frame, drawn, [(at, state) for at, (state, *_) in named.items()], [], labels)


@dataclass(frozen=True)
class Count:
    """A place and in how many agreements its party takes part. `state` as of a line."""

    spot: Place
    name: str
    agreements: int
    state: str = "signed"


def of_counts(counts: Sequence[Count]) -> Sheet:
    """A circle for each place, its area for its agreements. Neighbours are one cluster."""
    frame = frame_for(count.spot for count in counts)
    clusters = _clusters(frame, counts)
    most = max((sum(count.agreements for count in group) for group in clusters.values()), default=1)
    circles, names = [], []
    for at, group in clusters.items():
        total = sum(count.agreements for count in group)
        radius = max(SMALLEST, LARGEST * sqrt(total / most))
        circles.append((_circle(at, radius), _state(group)))
        others = f" + {len(group) - 1}" if len(group) > 1 else ""
        names.append(Name(*at, f"{group[0].name}{others} · {total}", "", radius))
    return Sheet(frame, [], [], circles, place(names, frame.box))


def _state(group: Sequence[Count]) -> str:
    """What presses most in a cluster."""
    states = {count.state for count in group}
    return next(state for state in ("late", "signed", "proposed") if state in states)


def _clusters(frame: Frame, counts: Sequence[Count]) -> dict[Point, list[Count]]:
    """Each place with the smaller ones around it."""
    clusters: dict[Point, list[Count]] = {}
    for count in sorted(counts, key=lambda each: -each.agreements):
        at = frame.to(count.spot)
        near = (middle for middle in clusters if hypot(at.x - middle.x, at.y - middle.y) < LARGEST)
        clusters.setdefault(next(near, at), []).append(count)
    return clusters


def _circle(at: Point, radius: float) -> str:
    half = f"a{radius:.1f} {radius:.1f} 0 1 0 "
    return f"M{at.x - radius:.1f} {at.y:g}{half}{2 * radius:.1f} 0{half}{-2 * radius:.1f} 0z"
