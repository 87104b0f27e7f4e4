"""A store that was multiplied is one that could have been recorded."""

from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from benchmarks.__main__ import main
from benchmarks.register.filling import Register, fill
from benchmarks.register.multiplying import multiply
from domain.databases import Databases
from domain.journal import Journal
from domain.journal.copying import NotEmpty
from domain.journal.heads import head_of
from domain.journal.schema import events, heads
from projections.follower import Follower
from projections.register import register
from tests.conftest import JAKARTA, OpenJournal
from tests.journal.people import opened

TIMES = 3


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with views at the head of its journal."""
    folder = tmp_path_factory.mktemp("small")
    databases = Databases(folder=folder)
    fill(databases, Register(60))
    journal = Journal(databases, JAKARTA, "0.1.0")
    follower = Follower(journal, databases)
    follower.rebuild()
    follower.stop()
    journal.close()
    return folder


@pytest.fixture
def journal(small: Path, databases: Databases, open_journal: OpenJournal) -> Journal:
    """A journal that was multiplied, views included."""
    multiply(small, databases, TIMES)
    return open_journal(databases)


def test_a_rebuild_makes_the_same_rows_of_it(journal: Journal, follower: Follower) -> None:
    assert {c.position for c in follower.checkpoints()} == {journal.head()}
    follower.rebuild(compare=True)


def test_its_heads_are_those_of_its_entries(journal: Journal) -> None:
    with journal.engine.connect() as connection:
        stored = {row["agreement"]: dict(row) for row in connection.execute(sa.select(heads)).mappings()}
    told = {agreement: journal.trail(agreement) for agreement in stored}
    assert len(stored) == TIMES * 60
    for agreement, entries in told.items():
        derived = head_of(agreement, journal.history(entries), entries[0].position)
        assert stored[agreement] == derived


def test_its_times_do_not_go_back_and_no_two_references_are_the_same(journal: Journal) -> None:
    entries = journal.entries(0, journal.head())
    assert [entry.position for entry in entries] == list(range(1, journal.head() + 1))
    times = [entry.recorded_at for entry in entries]
    assert times == sorted(times)
    named = Counter((e.fact.title, e.fact.reference) for e in entries if e.fact.type == "proposed")
    assert max(named.values()) == 1


def test_it_is_indexed_and_guarded_like_any_other(
    journal: Journal, follower: Follower, tmp_path: Path
) -> None:
    opened(journal)
    follower.catch_up()
    assert {c.position for c in follower.checkpoints()} == {journal.head()}
    with journal.engine.begin() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.update(events).values(version=0))
    for engine, table in ((journal.engine, heads), (follower.engine, register)):
        there = {index["name"] for index in sa.inspect(engine).get_indexes(table.name)}
        assert there >= {index.name for index in table.indexes}


def test_it_goes_to_an_empty_store_alone(
    small: Path, journal: Journal, databases: Databases, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(NotEmpty):
        multiply(small, databases, TIMES)
    with pytest.raises(ValueError, match="times as large"):
        multiply(small, databases, 17)
    told = ["nation", "--of", str(small), "--times", "2", "--data", str(tmp_path / "two")]
    assert main(told) == 0
    assert f"2 × {small}" in capsys.readouterr().out
