"""The frame of every benchmark: contenders in turn, medians with their spread, bars, and what was kept.

A benchmark is a module beside this package with contests, one line of main, and a docstring whose first
line says what it measures:

    def contests(wanted: Namespace, places: Places) -> Iterator[Contest]:
        with closing(Journal(places.sqlite(), ...)) as journal:
            yield Contest(
                "one writer, SQLite",
                "events/s",
                {"pakta": lambda: rate(500, ...), "stock": lambda: rate(500, ...)},
                against="stock",
                bars=(Bar("pakta", at_least=0.9, of="stock"),),
            )

    def main(arguments: list[str]) -> int:
        return measure("append", __doc__, contests, arguments)

A contest runs as soon as it is yielded, so that what it needs may live in a `with` around the yield.
"""

from benchmarks.measuring.contest import Bar, Contest, Work, milliseconds, rate
from benchmarks.measuring.places import Places
from benchmarks.measuring.running import measure

__all__ = ["Bar", "Contest", "Places", "Work", "measure", "milliseconds", "rate"]
