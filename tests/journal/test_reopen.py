"""What is recorded is there again after a restart, at the place that was named and nowhere else."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from domain.databases import Databases
from domain.facts import FACT
from domain.journal import Journal
from tests.conftest import JAKARTA, OpenJournal
from tests.journal.library_factory import place_of
from tests.journal.people import RINI, adding, carry_out, opened, proposal, proposing
from tests.journal.recording import CHECKOUT


def test_a_journal_that_is_opened_again_has_kept_everything(
    databases: Databases, open_journal: OpenJournal
) -> None:
    journal = Journal(databases, JAKARTA, "0.1.0")
    wanted = proposing(proposal(reference="B/1"))
    first = carry_out(journal, wanted)
    agreement = first.results[0].agreement
    carry_out(journal, adding(agreement))
    before = journal.entries()
    journal.close()

    again = open_journal(databases)
    assert again.entries() == before
    assert again.trail(agreement) == before
    assert carry_out(again, wanted) == first
    assert carry_out(again, adding(agreement)).results[0].position == 3
    assert again.accesses([agreement])[agreement].owner == RINI.organisation


def test_another_process_finds_what_this_one_recorded(databases: Databases, journal: Journal) -> None:
    opened(journal)
    script = (
        "import sys; from domain.journal import Journal; from tests.conftest import JAKARTA; "
        "from tests.journal.library_factory import at; journal = Journal(at(sys.argv[1]), JAKARTA, '0'); "
        "sys.stdout.write(str(journal.head())); journal.close()"
    )
    command = [sys.executable, "-c", script, place_of(databases)]
    found = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert (found.stdout, found.stderr) == ("1", "")


def test_nothing_opens_without_a_place() -> None:
    with pytest.raises(ValueError, match="say where the data lies"):
        Databases()


def test_nothing_opens_at_two_places(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="say where the data lies"):
        Databases(folder=tmp_path, url="postgresql://localhost/pakta")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/pakta", "", "memory"])
def test_nothing_opens_at_an_address_of_something_else(url: str) -> None:
    with pytest.raises(ValueError, match="must begin with postgresql"):
        Databases(url=url)


@pytest.mark.parametrize("module", ["eventsourcing.popo", "eventsourcing.sqlite", "no.such.module"])
def test_the_settings_of_the_library_have_no_influence(
    databases: Databases, open_journal: OpenJournal, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    settings = {
        "PERSISTENCE_MODULE": module,
        "SQLITE_DBNAME": ":memory:",
        "COMPRESSOR_TOPIC": "zlib",
        "CIPHER_KEY": "not a key",
        "IS_SNAPSHOTTING_ENABLED": "y",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    journal = open_journal(databases)
    agreement = opened(journal)
    [stored] = journal.recorder.select_events(agreement)
    assert stored.state.startswith(b'{"agreement":"')
    assert open_journal(databases).trail(agreement) == journal.trail(agreement)


def test_a_topic_is_the_type_of_the_fact(journal: Journal) -> None:
    agreement = opened(journal)
    examples = ("loi_signed", "annotated", "follow_up_visit_scheduled")
    for type_ in examples:
        fact = FACT.validate_python({"type": type_, **_required(type_)}, strict=False)
        carry_out(journal, adding(agreement, fact))
    topics = sa.text("SELECT topic FROM events ORDER BY position")
    with journal.engine.connect() as connection:
        assert connection.scalars(topics).all() == ["proposed", *examples]


def _required(type_: str) -> dict[str, str]:
    return {
        "annotated": {"note": "Seen"},
        "follow_up_visit_scheduled": {"visit": "spring", "window": "2027-04"},
    }.get(type_, {})


def test_another_process_is_told_where_the_data_lies_and_given_nothing_open(databases: Databases) -> None:
    databases.engine("views")
    told = pickle.loads(pickle.dumps(databases))  # noqa: S301  # our own, of a moment ago
    assert databases.opened
    assert not told.opened
    assert (told.folder, told.url) == (databases.folder, databases.url)
