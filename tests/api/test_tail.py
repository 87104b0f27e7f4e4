"""The benchmark that reads the journal from end to end finds the same number of entries in every way."""

from argparse import Namespace
from contextlib import closing
from itertools import islice

from benchmarks.measuring import Places
from benchmarks.tail import contests


def test_every_way_to_read_brings_every_entry() -> None:
    with Places() as places, closing(contests(Namespace(agreements=20), places)) as found:
        for contest in islice(found, 2):  # on SQLite, and over HTTP
            outcome = contest.run(1)
            assert {figure.contender for figure in outcome.figures} == set(contest.contenders)
            assert all(figure.value.low > 0 for figure in outcome.figures)
