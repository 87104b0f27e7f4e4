"""The words on the two lines of time: each label in the first place that is free, or in none."""

from collections.abc import Iterable
from datetime import date
from textwrap import wrap
from typing import NamedTuple

from api.pages.loom_lines import Loom, Scale, Shown, Text, ends_of, years_of
from api.pages.two_lines import Knot, Sitting

SIZE = 13.0  # pixels of the letters
BOLD, PLAIN = 7.4, 6.7  # pixels, about, that a letter takes
LETTERS_LEFT, LETTERS_RIGHT, LEADING = 15, 14, 15.0
SHIFTS = (0, 15, -15, 30, -30, 45, -45, 60)  # pixels along an upright line
CLASSES = {"other": "o", "was": "x"}


class Box(NamedTuple):
    """What a label covers, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether two overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


class Label(NamedTuple):
    """Two lines of words, their class, and the place along a line that they are about."""

    of: str
    along: float
    bold: str
    plain: str


def words(shown: Shown, scale: Scale, form: Loom) -> list[Text]:
    """All words of the figure. No label covers another."""
    above = [_happened(knot, scale) for knot in _by_weight(shown.happened)]
    below = [_recorded(sitting, scale) for sitting in reversed(shown.recorded)]
    if form.upright:
        return _upright(shown, above, below, scale, form)
    return _lying(shown, above, below, scale, form)


def _happened(knot: Knot, scale: Scale) -> Label:
    start, end = ends_of(knot, scale)
    return Label(CLASSES.get(knot.kind, "b"), end if knot.start is None else start, knot.label, knot.words)


def _recorded(sitting: Sitting, scale: Scale) -> Label:
    return Label("b", scale(sitting.day), sitting.label, sitting.words)


def _by_weight(knots: Iterable[Knot]) -> list[Knot]:
    return sorted(knots, key=lambda knot: (knot.weight, knot.start or knot.end or date.min))


def _lying(shown: Shown, above: list[Label], below: list[Label], scale: Scale, form: Loom) -> list[Text]:
    texts = [
        Text("b", 0, form.happened + 5, "start", shown.names[0]),
        Text("b", 0, form.recorded + 5, "start", shown.names[1]),
    ]
    for year in years_of(scale):
        along = scale(date(year, 1, 1)) + 6
        texts += [
            Text("yr", along, across, "start", str(year))
            for across in (form.happened + 20, form.recorded - 10)
        ]
    if shown.overdue_from and shown.overdue:
        since, now = scale(shown.overdue_from), scale(shown.day)
        if len(shown.overdue) * BOLD < now - since:
            texts.append(Text("r", (since + now) / 2, form.happened - 11, "middle", shown.overdue))
    taken: list[Box] = []
    for labels, first, step in ((above, form.happened - 44, -40), (below, form.recorded + 26, 40)):
        lanes = [first + step * lane for lane in range(3)]
        for label in labels:
            texts += _lying_label(label, form, lanes, taken)
    return texts


def _lying_label(label: Label, form: Loom, lanes: list[float], taken: list[Box]) -> list[Text]:
    breadth = max(len(label.bold) * BOLD, len(label.plain) * PLAIN)
    for lane in lanes:
        for anchor, left in (("start", label.along - 4), ("end", label.along - breadth + 4)):
            box = Box(left, lane - SIZE, left + breadth + 14, lane + SIZE + 12)
            outside = left < form.start - 70 or box.right > form.width
            if outside or any(box.meets(other) for other in taken):
                continue
            taken.append(box)
            along = label.along - 4 if anchor == "start" else label.along + 4
            return [
                Text(label.of, along, lane, anchor, label.bold),
                Text("", along, lane + 17, anchor, label.plain),
            ]
    return []


def _upright(shown: Shown, above: list[Label], below: list[Label], scale: Scale, form: Loom) -> list[Text]:
    texts = [
        Text("b", form.happened, form.start - 14, "end", shown.names[0]),
        Text("b", form.recorded, form.start - 14, "start", shown.names[1]),
    ]
    middle = (form.happened + form.recorded) / 2
    texts += [
        Text("yr", middle, scale(date(year, 1, 1)) + 4, "middle", str(year)) for year in years_of(scale)
    ]
    if shown.overdue_from and shown.overdue:
        along = (scale(shown.overdue_from) + scale(shown.day)) / 2
        above = [*above, Label("r", along, shown.overdue, "")]
    for labels, across, anchor, letters in (
        (above, form.happened - 14, "end", LETTERS_LEFT),
        (below, form.recorded + 14, "start", LETTERS_RIGHT),
    ):
        taken: list[Box] = []
        for label in labels:
            texts += _upright_label(label, (across, anchor, letters), taken, form)
    return texts


def _upright_label(label: Label, side: tuple[float, str, int], taken: list[Box], form: Loom) -> list[Text]:
    across, anchor, letters = side
    lines = [(label.of, line) for line in wrap(label.bold, letters)[:2]]
    lines += [("", line) for line in wrap(label.plain, letters)[:2]]
    for shift in SHIFTS:
        top = label.along - 8 + shift
        box = Box(0, top, 1, top + LEADING * len(lines) + 4)
        outside = top < form.start - 6 or box.bottom > form.end + 24
        if outside or any(box.meets(other) for other in taken):
            continue
        taken.append(box)
        return [
            Text(of, across, top + SIZE + LEADING * row, anchor, line) for row, (of, line) in enumerate(lines)
        ]
    return []
