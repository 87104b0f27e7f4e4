"""What a run found: figures with their spread, what they are beside a peer, and the bars."""

from collections.abc import Sequence
from datetime import date
from statistics import median, quantiles
from typing import Self

from pydantic import BaseModel, ConfigDict


class _Found(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Spread(_Found):
    """The median of some repeats, between the lower and the upper quartile."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """What lies between the repeats."""
        quarters = quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
        low, middle, high = (float(f"{value:.4g}") for value in (quarters[0], median(values), quarters[2]))
        return cls(low=low, median=middle, high=high)


class Figure(_Found):
    """One contender in one unit. `ratio` is its value over that of the contest's peer, repeat by repeat."""

    contender: str
    unit: str
    value: Spread
    ratio: Spread | None = None


class Judged(_Found):
    """What a contender should reach, by itself or beside another, and whether its median does."""

    contender: str
    unit: str
    of: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    reached: Spread
    met: bool

    @property
    def wanted(self) -> str:
        """The bar in words."""
        bound, limit = ("≥", self.at_least) if self.at_least is not None else ("≤", self.at_most)
        return f"{bound} {limit:,g} × {self.of}" if self.of else f"{bound} {limit:,g} {self.unit}"


class Outcome(_Found):
    """What became of a contest."""

    contest: str
    repeats: int
    against: str | None
    figures: tuple[Figure, ...]
    bars: tuple[Judged, ...]


class Result(_Found):
    """What a run of a benchmark found, and on what machine."""

    benchmark: str
    measured_on: date
    machine: dict[str, str]
    outcomes: tuple[Outcome, ...]


def more_is_better(unit: str) -> bool:
    """Rates should be high; times and sizes should be low."""
    return unit.endswith("/s")
