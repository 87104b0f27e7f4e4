"""The frame of the benchmarks: fair turns, ratios repeat by repeat, bars, and what has become worse."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks.measuring import Bar, Contest, Places, measure, running
from benchmarks.measuring.contest import Work
from benchmarks.measuring.kept import all_kept, keep, kept, worse
from benchmarks.measuring.results import Outcome, Result
from benchmarks.measuring.tables import BEGIN, END, PAGE, lines, markdown


def in_turn(*values: float) -> Work:
    """A contender that reaches these values, one a repeat."""
    left = iter(values)
    return lambda: next(left)


def outcome(unit: str = "events/s", against: str | None = "stock", **contenders: Work) -> Outcome:
    """What becomes of a contest of three repeats."""
    return Contest("writing", unit, contenders, against=against).run(3)


def result(*ratios: float, unit: str = "events/s", against: str | None = "stock") -> Result:
    """A run in which Pakta was so many times the stock library."""
    found = Contest(
        "writing",
        unit,
        {"pakta": in_turn(*(ratio * 100 for ratio in ratios)), "stock": lambda: 100},
        against=against,
    )
    return told(found.run(len(ratios)))


def told(*outcomes: Outcome) -> Result:
    return Result(
        benchmark="sample",
        measured_on=date(2026, 11, 21),
        machine={"Python": "3"},
        outcomes=outcomes,
    )


def test_contenders_take_turns_and_begin_in_turn() -> None:
    order: list[str] = []

    def noted(name: str) -> Work:
        def take() -> float:
            order.append(name)
            return 1

        return take

    outcome(against=None, a=noted("a"), b=noted("b"))
    assert order == ["a", "b", "b", "a", "a", "b"]


def test_what_warms_up_does_not_count() -> None:
    reached = Contest("w", "ms", {"pakta": in_turn(900, 5, 5)}, warm_up=True).run(2)
    assert reached.figures[0].value.high == 5


def test_a_ratio_is_that_of_the_repeats_and_not_of_the_medians() -> None:
    # The machine was three times as slow for a while, for both.
    figures = outcome(pakta=in_turn(200, 60, 210), stock=in_turn(100, 30, 105)).figures
    assert [figure.contender for figure in figures] == ["pakta", "stock"]
    assert figures[0].ratio is not None
    assert (figures[0].ratio.low, figures[0].ratio.median, figures[0].ratio.high) == (2, 2, 2)
    assert figures[1].ratio is None


def test_a_contender_may_give_several_figures() -> None:
    both = Contest(
        "http",
        "requests/s",
        {"pakta": lambda: {"requests/s": 700.0, "p99 ms": 60.0}},
        bars=(
            Bar("pakta", at_least=650),
            Bar("pakta", at_most=50, unit="p99 ms"),
        ),
    ).run(3)
    assert [figure.unit for figure in both.figures] == ["requests/s", "p99 ms"]
    assert [bar.met for bar in both.bars] == [True, False]
    assert both.bars[1].wanted == "≤ 50 p99 ms"


@pytest.mark.parametrize(("value", "met"), [(199, False), (200, True)])
def test_a_bar_may_be_so_many_times_another(value: float, met: bool) -> None:
    bar = Bar("pakta", at_least=2, of="stock")
    contest = Contest("w", "events/s", {"pakta": lambda: value, "stock": lambda: 100}, bars=(bar,))
    (judged,) = contest.run(3).bars
    assert (judged.met, judged.wanted) == (met, "≥ 2 × stock")


def test_nothing_is_worse_than_itself_or_than_something_worse() -> None:
    steady = result(2, 2.1, 2.2)
    assert not list(worse(steady, steady))
    assert not list(worse(steady, result(3, 3.1, 3.2)))


def test_a_rate_is_worse_when_the_spreads_lie_apart() -> None:
    (line,) = worse(result(2, 2.1, 2.2), result(1.5, 1.6, 1.7))
    assert line == "sample / writing / pakta (events/s): 1.6 × [1.55 to 1.65], kept is 2.1 × [2.05 to 2.15]"


def test_what_lies_within_the_spread_or_within_a_tenth_is_noise() -> None:
    assert not list(worse(result(1.4, 2.1, 2.2), result(1.5, 1.6, 2.0)))
    assert not list(worse(result(2, 2, 2), result(1.9, 1.9, 1.9)))


def test_of_times_the_higher_is_worse() -> None:
    assert list(worse(result(1, 1, 1, unit="ms"), result(2, 2, 2, unit="ms")))
    assert not list(worse(result(2, 2, 2, unit="ms"), result(1, 1, 1, unit="ms")))


def test_times_of_two_runs_are_never_compared_but_sizes_are() -> None:
    assert not list(worse(result(1, against=None), result(0.1, against=None)))
    assert list(worse(result(1, unit="MB", against=None), result(2, unit="MB", against=None)))


def test_a_contest_that_is_new_or_gone_is_not_worse() -> None:
    assert not list(worse(told(), result(1)))
    assert not list(worse(result(1), told()))


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    keep(result(2, 2.1, 2.2), tmp_path)
    assert kept("sample", tmp_path) == result(2, 2.1, 2.2)
    assert kept("another", tmp_path) is None


def test_a_benchmark_says_what_is_worse_and_which_bar_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "kept", lambda name: kept(name, tmp_path))
    keep(result(2, 2.1, 2.2), tmp_path)

    def contests(wanted: Namespace, _: Places) -> Iterator[Contest]:
        contenders: dict[str, Work] = {"pakta": lambda: 110, "stock": lambda: wanted.stock}
        bars = (Bar("pakta", at_least=5, of="stock"),)
        yield Contest("writing", "events/s", contenders, against="stock", bars=bars)

    def options(parser: ArgumentParser) -> None:
        parser.add_argument("--stock", type=int)

    assert measure("sample", "What it is", contests, ["--json", "--stock", "100"], options) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["outcomes"][0]["bars"][0]["met"] is False
    assert "worse: sample / writing / pakta" in printed.err
    assert measure("sample", "What it is", contests, ["--repeats", "2", "--stock", "10"], options) == 0
    assert "met     pakta: 11 [11 to 11], wanted ≥ 5 × stock" in capsys.readouterr().out


def test_a_part_of_a_run_is_not_kept() -> None:
    with pytest.raises(SystemExit):
        measure("sample", None, lambda *_: iter(()), ["--keep", "--only", "x"])


def test_a_table_names_everybody_once() -> None:
    text = "\n".join(lines(result(2, 2, 2)))
    assert text.count("pakta") == text.count("stock  ") == 1
    assert "2 [2 to 2] ×" in text


def test_the_documentation_shows_what_was_kept() -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown = page[page.index(BEGIN) : page.index(END) + len(END)]
    assert shown == markdown(all_kept()), "./run bench --table writes it anew"


def test_every_benchmark_says_what_it_measures() -> None:
    for name in bench.names():
        assert f"  {name:<12}" in bench.listing()
        assert bench.listing().split(f"  {name:<12}")[1][0] != "\n"
