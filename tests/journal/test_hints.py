"""Hints that somebody else appended come at once; without them everybody looks again."""

import time
from collections.abc import Iterator

import pytest

from domain.databases import Databases
from domain.journal import Journal
from domain.journal.hints import Hints
from projections.follower import Follower
from tests.conftest import OpenJournal
from tests.journal.following import eventually
from tests.journal.people import SECONDS, opened


@pytest.fixture
def other(databases: Databases, open_journal: OpenJournal) -> Journal:
    """The same journal, as another process has it."""
    return open_journal(databases)


@pytest.fixture
def hints(journal: Journal, other: Journal) -> Iterator[list[Hints]]:
    given = [Hints(journal), Hints(other)]
    yield given
    for each in given:
        each.close()


def test_who_waits_is_told_what_others_append(journal: Journal, other: Journal, hints: list[Hints]) -> None:
    time.sleep(1)  # until they listen
    with journal.appended:
        opened(other)
        assert journal.appended.wait(SECONDS)
    assert journal.head() == 1


def test_a_follower_goes_on_without_hints(journal: Journal, other: Journal, follower: Follower) -> None:
    follower.start()
    for number in range(1, 4):
        opened(other)
        assert follower.wait_for(number, SECONDS)


def test_a_listener_that_loses_its_connection_listens_again(
    postgresql_databases: Databases, open_journal: OpenJournal
) -> None:
    journal, other = open_journal(postgresql_databases), open_journal(postgresql_databases)
    hints = [Hints(journal), Hints(other)]
    listening = "FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' AND datname = current_database()"

    def listeners() -> set[int]:
        with journal.engine.connect() as connection:
            return set(connection.exec_driver_sql(f"SELECT pid {listening}").scalars())

    assert eventually(lambda: len(listeners()) == 2)
    before = listeners()
    with journal.engine.begin() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {listening}")
    assert eventually(lambda: len(listeners() - before) == 2)
    for each in hints:
        each.close()
    assert eventually(lambda: not listeners())
