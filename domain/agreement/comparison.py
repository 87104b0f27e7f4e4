"""What differs between two looks at an agreement, answer by answer, each with the entry that made it so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from domain.agreement.derive import by_then, derive, on_day, settled
from domain.agreement.history import History, Recorded, fold
from domain.agreement.standing import Facts, Standing
from domain.agreement.state import State
from domain.agreement.today import Today
from domain.words import fold as folded

PLAIN = (
    *("voided", "title", "kind", "strength", "owner", "visibility", "reference", "status", "milestones"),
    *("instrument", "standing", "valid_until", "realisation", "realisation_basis"),
)
"""The answers of a state that are compared as they are."""


class Look(NamedTuple):
    """What had been recorded up to a version (0: nothing), seen on a day."""

    version: int
    day: date


class Difference(NamedTuple):
    """One answer that differs. `version` is of the entry that changed it; None where only the day did."""

    path: tuple[str, ...]
    old: Any
    new: Any
    version: int | None


class Point(NamedTuple):
    """A place on the way from one look to another, and the entry that brought us there."""

    by: int | None
    version: int
    day: date
    counting: tuple[Standing, ...] | None = None


def compare(entries: Sequence[Recorded], old: Look, new: Look) -> list[Difference]:
    """What differs between two looks at an agreement of which these entries are recorded, the first first.

    First the record moves on, entry by entry, then the day, fact by fact; an answer that changed more than
    once is ascribed to an entry that brought it to what it is in the end.
    """
    way = _way(entries, old, new)

    @cache
    def seen(place: int) -> Mapping[str, Any]:
        return _seen(entries, way[place])

    def turned(path: tuple[str, ...], final: Any) -> int:
        before, after = 0, len(way) - 1
        while after - before > 1:
            between = (before + after) // 2
            if _at(seen(between), path) == final:
                after = between
            else:
                before = between
        return after

    apart = _apart((), seen(0), seen(len(way) - 1))
    return [Difference(path, a, b, way[turned(path, b)].by) for path, a, b in apart]


def answers(state: State) -> dict[str, Any]:
    """A state as a tree of JSON values in which each thing has a name, to lay two side by side."""
    return {
        **{name: getattr(state, name) for name in PLAIN},
        "parties": {party.key: party.model_dump(mode="json") for party in state.parties},
        "fields": {folded(field.name): asdict(field) for field in state.fields},
        "visits": {visit.visit or f"#{visit.version}": _without_day(visit) for visit in state.visits},
        "commitments": {made.commitment: _without_day(made) for made in state.commitments},
        "flags": dict.fromkeys(state.flags, True),
        "warnings": {
            " ".join((warned.code, str(warned.version), *(value for _, value in warned.params))): {
                "code": warned.code,
                "version": warned.version,
                "params": dict(warned.params),
            }
            for warned in state.warnings
        },
    }


def _without_day(thing: Any) -> dict[str, Any]:
    return {name: value for name, value in asdict(thing).items() if name != "overdue_from"}


def _way(entries: Sequence[Recorded], old: Look, new: Look) -> list[Point]:
    """From one look to the other in steps of one entry, or one fact that counts."""
    forth = range(old.version + 1, new.version + 1)
    back = range(old.version, new.version, -1)
    way = [Point(None, *old)]
    way += [Point(version, version, old.day) for version in forth]
    way += [Point(version, version - 1, old.day) for version in back]
    if old.day == new.day or new.version == 0:
        return way
    points = list(_days(fold(entries[: new.version]), *sorted((old.day, new.day))))
    if new.day < old.day:
        # Walked backwards, a step is brought about by the entry that brought the one after it.
        reasons = [point.by for point in points[1:]]
        return way + [
            point._replace(by=by) for point, by in zip(points[-2::-1], reversed(reasons), strict=True)
        ]
    return way + points[1:]


def _days(history: History, start: date, end: date) -> Iterator[Point]:
    """From a day to a later one: each fact that comes to count, on the day on which it does."""
    counted, _ = by_then(history, Today(start))
    later, _ = by_then(history, Today(end))
    known = {standing.version for standing in counted.in_order}
    coming = [standing for standing in later.in_order if standing.version not in known]
    sofar = tuple(counted.in_order)
    yield Point(None, history.version, start)
    for standing in sorted(coming, key=lambda standing: (standing.span.latest, standing.order)):
        sofar = (*sofar, standing)
        yield Point(standing.version, history.version, max(start, standing.span.latest), sofar)
    yield Point(None, history.version, end)


def _seen(entries: Sequence[Recorded], point: Point) -> Mapping[str, Any]:
    if point.version == 0:
        return {}
    history = fold(entries[: point.version])
    if point.counting is None:
        return answers(derive(history, point.day))
    known = settled(history, Facts.among(point.counting))
    return answers(on_day(known, (), Today(point.day)))


def _at(tree: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        tree = tree.get(name) if isinstance(tree, Mapping) else None
    return tree


def _apart(path: tuple[str, ...], old: Any, new: Any) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Where two trees differ. A branch that only one of them has is one difference."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys((*old, *new)):
            yield from _apart((*path, name), old.get(name), new.get(name))
    elif old != new:
        yield path, old, new
