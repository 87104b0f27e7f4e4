"""What the figure of the two lines of time is made of, and where its lines run."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from api.pages.two_lines import Knot, Sitting, Strand

MOST_YEARS = 14  # named; of more only some are
OPEN_END = 0.16  # of a line that a stretch without an end is drawn along


class Path(NamedTuple):
    """A path (its `d`) of a class; `version` is the fact that it belongs to."""

    of: str
    d: str
    version: int | None = None


class Dot(NamedTuple):
    """A point of a class."""

    of: str
    x: float
    y: float
    r: float
    version: int | None = None


class Text(NamedTuple):
    """Words of a class, at a base line; `anchor` is start, middle or end."""

    of: str
    x: float
    y: float
    anchor: str
    words: str


class Drawing(NamedTuple):
    """All that is drawn, in pixels from `top`, and the days from which to which the lines run."""

    first: date
    last: date
    width: float
    top: float
    height: float
    paths: list[Path]
    dots: list[Dot]
    texts: list[Text]


class Scale(NamedTuple):
    """From days to places along a line."""

    first: date
    last: date
    start: float
    end: float

    def __call__(self, day: date) -> float:
        """The place of a day; what lies outside is drawn at the end."""
        share = (day - self.first).days / (self.last - self.first).days
        return self.start + min(1.0, max(0.0, share)) * (self.end - self.start)


class Loom(NamedTuple):
    """A form of the figure: where its lines run, and whether it stands upright."""

    width: float
    start: float
    end: float
    happened: float
    recorded: float
    upright: bool

    def at(self, along: float, across: float) -> tuple[float, float]:
        """A place on the page."""
        return (across, along) if self.upright else (along, across)

    def path(self, *places: tuple[float, float], closed: bool = False) -> str:
        """A path through places given along and across the lines."""
        points = (self.at(*place) for place in places)
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if closed else "")


LYING = Loom(1168, 86, 1154, 70, 196, upright=False)
UPRIGHT = Loom(350, 26, 600, 124, 236, upright=True)


class Shown(NamedTuple):
    """What a figure is about: its knots, the day it is seen on, the day it is known at, what is overdue."""

    happened: Sequence[Knot]
    recorded: Sequence[Sitting]
    day: date
    known: date
    overdue_from: date | None = None
    overdue: str = ""
    names: tuple[str, str] = ("", "")


def ends_of(knot: Knot | Strand, scale: Scale) -> tuple[float, float]:
    """From where to where a stretch is drawn. An open end is drawn some way."""
    reach = (scale.end - scale.start) * OPEN_END
    if knot.start is None and knot.end is not None:
        return max(scale.start, scale(knot.end) - reach), scale(knot.end)
    if knot.end is None and knot.start is not None:
        return scale(knot.start), min(scale.end, scale(knot.start) + reach)
    assert knot.start is not None
    assert knot.end is not None
    return scale(knot.start), scale(knot.end)


def years_of(scale: Scale) -> range:
    """The years whose beginning is marked."""
    count = scale.last.year - scale.first.year
    return range(scale.first.year + 1, scale.last.year + 1, max(1, -(-count // MOST_YEARS)))
