"""Names beside points, so that none covers another or a point. A name without room is left out."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

LETTER = 0.58  # of the type size: the mean width of a letter in Public Sans, with some air
LINE = 1.3  # of the type size
GAP = 5.0  # between a point and its name
SMALL, LARGE = 12.0, 23.0  # the type size on a wide page, and on a phone, in units of the drawing
ON_PHONES = 6

Anchor = Literal["start", "middle", "end"]
# Where a name may stand, best first: to which side of its point, and how far up or down in lines.
SIDES: Sequence[tuple[Anchor, float]] = (
    *(("start", 0.0), ("end", 0.0), ("middle", -1.0), ("middle", 1.0)),
    *(("start", -0.7), ("end", -0.7), ("start", 0.7), ("end", 0.7)),
)


class Box(NamedTuple):
    """A rectangle by its edges."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether the two have any area in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: "Box") -> bool:
        """Whether it lies wholly inside the other."""
        return (
            other.left <= self.left
            and other.top <= self.top
            and self.right <= other.right
            and self.bottom <= other.bottom
        )


NOWHERE = Box(0, 0, 0, 0)


class Name(NamedTuple):
    """A name to be placed beside a point of some radius, and perhaps a line below it."""

    x: float
    y: float
    text: str
    note: str = ""
    radius: float = 4.0


class Label(NamedTuple):
    """A name that found its place: where its baseline begins or ends."""

    x: float
    y: float
    anchor: Anchor
    text: str
    note: str
    box: Box
    on_phones: bool


def place(names: Sequence[Name], frame: Box) -> list[Label]:
    """The names that have room within a frame, the first given choosing first."""
    points = [_point(name) for name in names]
    labels: list[Label] = []
    for name in names:
        taken = [*points, *(label.box for label in labels)]
        for anchor, lines in SIDES:
            label = _beside(name, anchor, lines)
            if label.box.within(frame) and not any(label.box.meets(other) for other in taken):
                labels.append(label)
                break
    return _marked(labels, frame)


def _marked(labels: Iterable[Label], frame: Box) -> list[Label]:
    """On a phone letters are larger for their drawing: only the first names with room for that stay."""
    marked, kept = [], list[Box]()
    for label in labels:
        box = _box(label, LARGE, len(label.text), 1)
        fits = box.within(frame) and not any(box.meets(other) for other in kept) and len(kept) < ON_PHONES
        kept += [box] if fits else []
        marked.append(label._replace(on_phones=fits))
    return marked


def _beside(name: Name, anchor: Anchor, lines: float) -> Label:
    away = name.radius + GAP
    x = name.x + {"start": away, "middle": 0.0, "end": -away}[anchor]
    shift = lines * (name.radius + SMALL) if anchor == "middle" else lines * SMALL
    y = name.y + 0.35 * SMALL + shift - (LINE * SMALL if name.note and lines < 0 else 0)
    label = Label(x, y, anchor, name.text, name.note, NOWHERE, on_phones=False)
    return label._replace(box=_box(label, SMALL, max(len(name.text), len(name.note)), 1 + bool(name.note)))


def _box(label: Label, size: float, letters: int, lines: int) -> Box:
    """How much room a label takes with letters of some size."""
    width = LETTER * size * letters
    left = label.x - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
    return Box(left, label.y - size, left + width, label.y + 0.3 * size + (lines - 1) * LINE * size)


def _point(name: Name) -> Box:
    return Box(name.x - name.radius, name.y - name.radius, name.x + name.radius, name.y + name.radius)
