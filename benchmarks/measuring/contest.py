"""Several ways to do the same thing, done in turn, so that what the machine does meanwhile hits all alike."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.measuring.results import Figure, Judged, Outcome, Spread

Work = Callable[[], float | Mapping[str, float]]
Values = dict[tuple[str, str], list[float]]  # by contender and unit, one for each repeat


class Bar(NamedTuple):
    """What a contender should reach: at least or at most so much, of another contender or by itself.

    `unit` names one of its figures; if it is left out, it is that of the contest.
    """

    contender: str
    at_least: float | None = None
    at_most: float | None = None
    of: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Contest:
    """What is measured, in what unit, who takes part, and whom they are compared with.

    Each call of a contender is one repeat. It gives its value, or several by their units. A unit that ends in
    `/s` is the better the higher it is; any other is the better the lower it is. `repeats` overrides how
    often all take part; `warm_up` lets everybody go once before it counts.
    """

    name: str
    unit: str
    contenders: Mapping[str, Work]
    against: str | None = None
    bars: tuple[Bar, ...] = ()
    repeats: int | None = None
    warm_up: bool = False

    def run(self, repeats: int, tell: Callable[[str], None] = lambda _: None) -> Outcome:
        """Everybody in turn, as often as asked, each time beginning with another one."""
        values: Values = {}
        names, times = list(self.contenders), self.repeats or repeats
        for repeat in range(-1 if self.warm_up else 0, times):
            first = max(repeat, 0) % len(names)
            for name in names[first:] + names[:first]:
                tell(f"{self.name}: {name}, {max(repeat + 1, 0)} of {times}")
                found = self.contenders[name]()
                for unit, value in found.items() if isinstance(found, Mapping) else [(self.unit, found)]:
                    if repeat >= 0:
                        values.setdefault((name, unit), []).append(value)
        return Outcome(
            contest=self.name,
            repeats=times,
            against=self.against,
            figures=tuple(self._figure(key, values) for key in sorted(values, key=self._place)),
            bars=tuple(self._judged(bar, values) for bar in self.bars),
        )

    def _place(self, key: tuple[str, str]) -> int:
        return list(self.contenders).index(key[0])

    def _figure(self, key: tuple[str, str], values: Values) -> Figure:
        name, unit = key
        peer = values.get((self.against, unit)) if self.against and self.against != name else None
        ratio = Spread.of(_over(values[key], peer)) if peer else None
        return Figure(contender=name, unit=unit, value=Spread.of(values[key]), ratio=ratio)

    def _judged(self, bar: Bar, values: Values) -> Judged:
        unit = bar.unit or self.unit
        own = values[bar.contender, unit]
        reached = Spread.of(_over(own, values[bar.of, unit]) if bar.of else own)
        low, high = bar.at_least, bar.at_most
        met = (low is None or reached.median >= low) and (high is None or reached.median <= high)
        return Judged(
            contender=bar.contender,
            unit=unit,
            of=bar.of,
            at_least=low,
            at_most=high,
            reached=reached,
            met=met,
        )


def _over(values: list[float], peer: list[float]) -> list[float]:
    return [value / other for value, other in zip(values, peer, strict=True)]


def rate(count: int, work: Callable[[], object]) -> float:
    """How many a second, when `work` does so many."""
    return count / (milliseconds(work) / 1000)


def milliseconds(work: Callable[[], object]) -> float:
    """How long it takes by the clock on the wall."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000
