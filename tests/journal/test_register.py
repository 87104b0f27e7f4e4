"""The made-up national register reaches a journal in each of the ways in which it can."""

import pytest

from benchmarks.__main__ import main
from benchmarks.register.filling import Register, fill, pour
from benchmarks.register.recording import recordings, state
from domain.databases import Databases
from domain.journal import Journal
from domain.journal.copying import NotEmpty, snapshot
from projections.follower import Follower

REGISTER = Register(30)
STATES = [state(told) for told in recordings(*REGISTER)]


def test_it_fills_an_empty_store_once(databases: Databases, journal: Journal, follower: Follower) -> None:
    assert fill(databases, REGISTER) == len(STATES)
    with pytest.raises(NotEmpty):
        fill(databases, REGISTER)
    with snapshot(journal.engine) as stored:
        assert list(stored.entries()) == list(enumerate(STATES, 1))
    follower.catch_up()
    assert all(checkpoint.position == len(STATES) for checkpoint in follower.checkpoints())


def test_every_rule_lets_it_pass(journal: Journal) -> None:
    assert pour(journal, REGISTER) == len(STATES)
    told = [(entry.version, entry.fact.type, entry.recorded_by.organisation) for entry in journal.entries()]
    expected = [(one.version, one.fact["type"], one.organisation) for one in recordings(*REGISTER)]
    assert told == expected


def test_the_command_says_what_it_is_made_of(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nation", "--agreements", "20"]) == 0
    assert "proposed                              20" in capsys.readouterr().out
