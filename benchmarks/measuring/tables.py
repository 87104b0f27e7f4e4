"""The figures for people: on a terminal, and in docs/performance.md, which is written from what was kept."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.measuring.kept import all_kept
from benchmarks.measuring.results import Figure, Judged, Outcome, Result, Spread

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
BEGIN = "<!-- from benchmarks/kept, by ./run bench --table -->"
END = "<!-- until here -->"


def lines(result: Result) -> Iterator[str]:
    """A result on a terminal."""
    yield f"{result.benchmark}, {result.measured_on}"
    yield from (f"  {name:<12}{value}" for name, value in result.machine.items())
    for outcome in result.outcomes:
        yield ""
        peer = f", × {outcome.against}" if outcome.against else ""
        yield f"{outcome.contest} (medians of {outcome.repeats}, quartiles{peer})"
        for figure in outcome.figures:
            yield f"  {figure.contender:<28}{_value(figure):<44}{_ratio(figure)}".rstrip()
        yield from (f"  {_bar(bar)}" for bar in outcome.bars)


def markdown(results: Iterable[Result]) -> str:
    """All that was kept, as tables."""
    found = [line for result in results for line in _section(result)]
    return "\n".join([BEGIN, "", *found, END])


def write_page(page: Path = PAGE) -> None:
    """Put what was kept where the documentation shows it."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(before + markdown(all_kept()) + after, encoding="utf-8")


def _section(result: Result) -> Iterator[str]:
    yield f"### {result.benchmark}"
    yield ""
    yield f"Measured on {result.measured_on}. " + "; ".join(
        f"{name}: {value}" for name, value in result.machine.items()
    )
    yield ""
    yield "| what | who | median [quartiles] | beside the peer |"
    yield "|---|---|---|---|"
    for outcome in result.outcomes:
        yield from _rows(outcome)
    yield ""
    bars = [(outcome, bar) for outcome in result.outcomes for bar in outcome.bars]
    if bars:
        yield "| bar | wanted | reached | |"
        yield "|---|---|---|---|"
        for outcome, bar in bars:
            met = "met" if bar.met else "**not met**"
            yield f"| {outcome.contest}: {bar.contender} | {bar.wanted} | {_spread(bar.reached)} | {met} |"
        yield ""


def _rows(outcome: Outcome) -> Iterator[str]:
    for number, figure in enumerate(outcome.figures):
        beside = f"{_ratio(figure)} {outcome.against}" if figure.ratio else ""
        what = outcome.contest if number == 0 else ""
        yield f"| {what} | {figure.contender} | {_value(figure)} | {beside} |"


def _value(figure: Figure) -> str:
    return f"{_number(figure.value.median)} {figure.unit} {_range(figure.value)}"


def _ratio(figure: Figure) -> str:
    return f"{_number(figure.ratio.median)} {_range(figure.ratio)} ×" if figure.ratio else ""


def _bar(bar: Judged) -> str:
    verdict = "met    " if bar.met else "NOT MET"
    return f"{verdict} {bar.contender}: {_spread(bar.reached)}, wanted {bar.wanted}"


def _spread(spread: Spread) -> str:
    return f"{_number(spread.median)} {_range(spread)}"


def _range(spread: Spread) -> str:
    return f"[{_number(spread.low)} to {_number(spread.high)}]"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
