"""What the last landed run found, and what a new one is worse at. Only ratios are compared, never seconds."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring.results import Figure, Result, Spread, more_is_better

KEPT = Path(__file__).resolve().parents[1] / "kept"
LEAST = 0.1  # a difference below a tenth is noise, however close the repeats lie
SIZES = frozenset({"MB", "bytes"})  # the same on every machine, and so compared as they are


def keep(result: Result, folder: Path = KEPT) -> Path:
    """Let this be the run that later ones are compared with. Each benchmark has a file of its own."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{result.benchmark}.json"
    file.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return file


def kept(name: str, folder: Path = KEPT) -> Result | None:
    """What was kept of a benchmark."""
    file = folder / f"{name}.json"
    return Result.model_validate_json(file.read_bytes()) if file.exists() else None


def all_kept(folder: Path = KEPT) -> list[Result]:
    """Everything that was kept, by name."""
    return [Result.model_validate_json(file.read_bytes()) for file in sorted(folder.glob("*.json"))]


def worse(before: Result, now: Result) -> Iterator[str]:
    """Each figure that has become worse by more than noise: the quartiles lie apart, and a tenth between."""
    known = dict(_figures(before))
    for key, figure in _figures(now):
        old = _comparable(known[key]) if key in known else None
        new = _comparable(figure)
        if old and new and _is_worse(old, new, figure.unit):
            yield f"{' / '.join(key[:3])} ({figure.unit}): {_told(figure, new)}, kept is {_told(figure, old)}"


def _figures(result: Result) -> Iterator[tuple[tuple[str, ...], Figure]]:
    for outcome in result.outcomes:
        for figure in outcome.figures:
            key = (result.benchmark, outcome.contest, figure.contender, figure.unit, outcome.against or "")
            yield key, figure


def _comparable(figure: Figure) -> Spread | None:
    return figure.ratio or (figure.value if figure.unit in SIZES else None)


def _is_worse(old: Spread, new: Spread, unit: str) -> bool:
    if more_is_better(unit):
        return new.high < old.low and new.median < old.median * (1 - LEAST)
    return new.low > old.high and new.median > old.median * (1 + LEAST)


def _told(figure: Figure, spread: Spread) -> str:
    times = "×" if figure.ratio else figure.unit
    return f"{spread.median:,.3g} {times} [{spread.low:,.3g} to {spread.high:,.3g}]"
