"""The two lines of time and all that hangs on them: lying, or upright on a narrow page."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from api.pages.loom_lines import (
    LYING,
    UPRIGHT,
    Dot,
    Drawing,
    Loom,
    Path,
    Scale,
    Shown,
    ends_of,
    years_of,
)
from api.pages.loom_words import SIZE, words
from api.pages.two_lines import Knot

__all__ = ["LYING", "UPRIGHT", "Drawing", "Shown", "draw"]

SHORTEST = 60  # days that are drawn at least
MARGIN = 0.04  # of the days drawn, at each end
POINT, HALF = 5.0, 5.5  # pixels: a point's radius, half the breadth of a stretch


def draw(shown: Shown, form: Loom) -> Drawing:
    """The figure in a form. No label covers another; what finds no place is in the list of facts."""
    scale = Scale(*_extent(shown), form.start, form.end)
    paths = [*_ticks(scale, form), *_threads(shown, scale, form), *_axes(shown, scale, form)]
    marks = [mark for knot in _under_first(shown.happened) for mark in _mark(knot, scale, form)]
    paths += [mark for mark in marks if isinstance(mark, Path)]
    dots = [mark for mark in marks if isinstance(mark, Dot)]
    dots += _recorded_dots(shown, scale, form)
    texts = words(shown, scale, form)
    tops = [text.y - SIZE for text in texts]
    bottoms = [text.y + SIZE / 2 for text in texts]
    top, bottom = min([*tops, 0.0]), max([*bottoms, form.end if form.upright else form.recorded + 20])
    return Drawing(scale.first, scale.last, form.width, top, bottom - top, paths, dots, texts)


def _under_first(knots: Iterable[Knot]) -> list[Knot]:
    """What was replaced lies under what stands."""
    return sorted(knots, key=lambda knot: knot.kind != "was")


def _extent(shown: Shown) -> tuple[date, date]:
    days = [shown.day, shown.known]
    days += [sitting.day for sitting in shown.recorded]
    days += [day for knot in shown.happened for day in (knot.start, knot.end) if day]
    first, last = min(days), max(days)
    spare = timedelta(days=int(max(SHORTEST, (last - first).days) * MARGIN) + 1)
    short = timedelta(days=max(0, SHORTEST - (last - first).days))
    earliest = max(date.min.toordinal(), (first - short).toordinal() - spare.days)
    return date.fromordinal(earliest), date.fromordinal(
        min(date.max.toordinal(), last.toordinal() + spare.days)
    )


def _ticks(scale: Scale, form: Loom) -> Iterator[Path]:
    for year in years_of(scale):
        along = scale(date(year, 1, 1))
        for across in (form.happened, form.recorded):
            yield Path("tick", form.path((along, across - 6), (along, across + 6)))


def _threads(shown: Shown, scale: Scale, form: Loom) -> Iterator[Path]:
    for knot in shown.happened:
        for strand in knot.strands:
            start, end = ends_of(strand, scale)
            foot = (scale(strand.recorded), form.recorded)
            of = {"other": " o", "was": " x"}.get(strand.kind, "")
            if strand.kind != "was" and end - start > 1:
                wedge = form.path((start, form.happened), (end, form.happened), foot, closed=True)
                faded = " faint" if strand.start is None or strand.end is None else ""
                yield Path(f"th{of}{faded}", wedge, strand.version)
            middle = end if strand.start is None else start if strand.end is None else (start + end) / 2
            if strand.kind != "plan":
                yield Path(f"thl{of}", form.path((middle, form.happened), foot), strand.version)


def _axes(shown: Shown, scale: Scale, form: Loom) -> Iterator[Path]:
    for across in (form.happened, form.recorded):
        yield Path("ax", form.path((form.start, across), (form.end, across)))
    if shown.overdue_from:
        since, now = scale(shown.overdue_from), scale(shown.day)
        yield Path("late", form.path((since, form.happened), (now, form.happened)))
    for day, across in ((shown.day, form.happened), (shown.known, form.recorded)):
        yield Path("now", form.path((scale(day), across - 22), (scale(day), across + 22)))


def _mark(knot: Knot, scale: Scale, form: Loom) -> Iterator[Path | Dot]:
    """A point for a day, a stretch for some day within, dots towards an open end."""
    start, end = ends_of(knot, scale)
    version = knot.strands[0].version if len(knot.strands) == 1 else None
    if knot.start is None or knot.end is None:
        yield Path("open", form.path((start, form.happened - 9), (end, form.happened - 9)), version)
        return
    if knot.start == knot.end:
        of = {"other": "pt o", "was": "pt x", "plan": "pt p"}.get(knot.kind, "pt")
        yield Dot(of, *form.at(start, form.happened), POINT, version)
        return
    of = {"plan": "str p", "other": "str o", "was": "str x"}.get(knot.kind, "str")
    end = max(end, start + 4)
    low, high = form.happened - HALF, form.happened + HALF
    yield Path(of, form.path((start, low), (end, low), (end, high), (start, high), closed=True), version)


def _recorded_dots(shown: Shown, scale: Scale, form: Loom) -> Iterator[Dot]:
    for sitting in shown.recorded:
        yield Dot("pt", *form.at(scale(sitting.day), form.recorded), POINT)
