"""Most commands are decided by what is remembered; the database finds out when that no longer holds."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from domain.agreement import Refused
from domain.databases import Databases
from domain.facts import Corrected
from domain.journal import Answer, Busy, Journal, Stale, Unavailable
from domain.journal.appending import TAKEN
from domain.journal.schema import create, heads
from tests.conftest import JAKARTA, OpenJournal
from tests.journal.people import (
    SECONDS,
    adding,
    carry_out,
    command,
    fact,
    note,
    opened,
    outcomes,
    proposal,
    proposing,
)
from tests.journal.test_commands import appends_held_up, gathered


def statements(journal: Journal) -> list[str]:
    """What is asked of the database from now on, but for appends, which go past SQLAlchemy."""
    asked: list[str] = []

    @sa.event.listens_for(journal.engine, "before_cursor_execute")
    def note_it(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    return asked


def test_what_is_remembered_is_not_asked_again(journal: Journal) -> None:
    agreement = opened(journal)
    asked = statements(journal)
    carry_out(journal, adding(agreement))
    carry_out(journal, proposing(proposal(reference="B/1", kind="government")))
    assert asked == []


def test_commands_that_wait_are_one_batch(databases: Databases) -> None:
    begin, ticks = datetime(2026, 11, 21, tzinfo=UTC), count()
    journal = Journal(databases, JAKARTA, "0.1.0", lambda: begin + timedelta(seconds=next(ticks)))
    futures = gathered(journal, [proposing() for _ in range(100)])
    assert [future.result(SECONDS).results[0].position for future in futures] == list(range(1, 101))
    assert len({entry.recorded_at for entry in journal.entries()}) <= 2  # the first command, all the rest
    journal.close()


def test_what_another_journal_added_is_found_out(databases: Databases, open_journal: OpenJournal) -> None:
    ours, theirs = open_journal(databases), open_journal(databases)
    agreement = opened(ours)
    carry_out(theirs, adding(agreement, fact("follow_up_visit_scheduled", visit="spring", window="2027-04")))
    answer = carry_out(ours, adding(agreement, fact("visit_confirmed", visit="spring")))
    assert [(result.version, result.position) for result in answer.results] == [(3, 3)]
    carry_out(theirs, adding(agreement))
    with pytest.raises(Stale):
        carry_out(ours, adding(agreement, expected=3))
    assert carry_out(ours, adding(agreement, expected=4)).results[0].position == 5


def test_what_another_journal_answered_is_not_done_again(
    databases: Databases, open_journal: OpenJournal
) -> None:
    ours, theirs = open_journal(databases), open_journal(databases)
    agreement = opened(ours)
    wanted = adding(agreement, expected=1)
    first = carry_out(theirs, wanted)
    assert carry_out(ours, wanted) == first
    outcome = outcomes(ours, [wanted, adding(agreement, note("more")), wanted])
    assert (outcome[0], outcome[2]) == (first, first)
    assert ours.head() == 3


def test_a_reference_or_a_twin_of_another_journal_is_found_out(
    databases: Databases, open_journal: OpenJournal
) -> None:
    ours, theirs = open_journal(databases), open_journal(databases)
    opened(theirs, proposal(reference="B/1"))
    with pytest.raises(Refused) as refused:
        carry_out(ours, proposing(proposal(reference="B/1")))
    assert refused.value.code == "reference_taken"
    warned = carry_out(ours, proposing()).results[0].warnings
    assert "possible_duplicate" in [warning.code for warning in warned]
    assert ours.head() == 2


def test_a_reference_may_go_from_one_agreement_to_another_at_once(journal: Journal) -> None:
    agreement = opened(journal, proposal(reference="B/1"))
    renamed = Corrected(version=1, fact=proposal(reference="B/2"), reason="wrong number")
    futures = gathered(
        journal, [adding(agreement, renamed), proposing(proposal(reference="B/1")), adding(agreement)]
    )
    assert [future.result(SECONDS).results[0].position for future in futures] == [2, 3, 4]


def test_where_an_agreement_begins_is_kept(journal: Journal) -> None:
    first = opened(journal)
    carry_out(journal, adding(first))
    second, third = (
        future.result(SECONDS).results[0].agreement
        for future in gathered(journal, [proposing(proposal(), note()), proposing(proposal("Third"))])
    )
    carry_out(journal, adding(second))
    with pytest.raises(Refused):  # so that the rest is decided by what is stored
        carry_out(journal, adding(first, fact("visit_confirmed", visit="never-planned")))
    wanted = sa.select(heads.c.agreement, heads.c.opened, heads.c.version).order_by(heads.c.opened)
    with journal.engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(wanted)]
    assert found == [(first, 1, 2), (second, 3, 3), (third, 5, 1)]


def test_a_receipt_keeps_no_position_and_one_that_does_still_counts(journal: Journal) -> None:
    wanted = proposing(command_id="first")
    answer = carry_out(journal, wanted)
    with journal.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT answer FROM receipts").scalar_one()
    assert "position" not in kept
    assert answer.results[0].position == 1
    assert isinstance(outcomes(journal, [wanted])[0], Answer)
    assert carry_out(journal, wanted) == answer


def test_connections_that_the_server_ended_are_opened_again(
    postgresql_databases: Databases, open_journal: OpenJournal
) -> None:
    journal = open_journal(postgresql_databases)
    agreement = opened(journal)
    with psycopg.connect(str(postgresql_databases.url), autocommit=True) as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert carry_out(journal, adding(agreement)).results[0].version == 2


def test_a_journal_that_somebody_else_holds_for_too_long_is_unavailable(
    sqlite_databases: Databases, open_journal: OpenJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.databases.BUSY_TIMEOUT_MS", 50)
    journal = open_journal(sqlite_databases)
    agreement = opened(journal)
    with appends_held_up(journal):
        for future in [journal.submit(adding(agreement)) for _ in range(3)]:
            assert isinstance(future.exception(SECONDS), Unavailable)
    assert carry_out(journal, adding(agreement)).results[0].version == 2


def test_commands_wait_for_each_other_whatever_the_database_isolates(
    fresh_postgresql: Callable[[], str], open_journal: OpenJournal
) -> None:
    address = fresh_postgresql()
    with psycopg.connect(address, autocommit=True) as administrator:
        administrator.execute("ALTER ROLE CURRENT_USER SET default_transaction_isolation = 'serializable'")
    try:
        journals = [open_journal(Databases(url=address)) for _ in range(2)]
        agreement = opened(journals[0])
        with appends_held_up(journals[0]):
            futures = [journals[number % 2].submit(adding(agreement)) for number in range(20)]
        assert sorted(future.result(SECONDS).results[0].version for future in futures) == list(range(2, 22))
    finally:
        with psycopg.connect(address, autocommit=True) as administrator:
            administrator.execute("ALTER ROLE CURRENT_USER RESET default_transaction_isolation")


def test_a_journal_that_is_too_busy_says_so_and_stores_nothing(databases: Databases) -> None:
    journal = Journal(databases, JAKARTA, "0.1.0", most_waiting=10)
    agreement = opened(journal)
    with appends_held_up(journal):
        futures = [journal.submit(adding(agreement)) for _ in range(400)]
        declined = [future for future in futures if future.done()]
        assert all(isinstance(future.exception(0), Busy) for future in declined)
    stored = [future.result(SECONDS) for future in futures if future not in declined]
    assert len(stored) >= 10
    assert len(declined) >= 100
    assert journal.head() == 1 + len(stored)
    assert carry_out(journal, command(*adding(agreement).steps)).results[0].version == 2 + len(stored)
    journal.close()


def test_what_an_older_version_would_call_is_gone_after_an_update(
    postgresql_databases: Databases, open_journal: OpenJournal
) -> None:
    agreement = opened(open_journal(postgresql_databases))
    with psycopg.connect(str(postgresql_databases.url), autocommit=True) as older:
        older.execute("DROP FUNCTION journal.append")
        older.execute(
            "CREATE FUNCTION journal.append(json, json, json, json) RETURNS bigint LANGUAGE sql AS 'SELECT 1'"
        )
    updated = open_journal(postgresql_databases)
    assert carry_out(updated, adding(agreement)).results[0].version == 2
    with updated.engine.connect() as connection:
        count_them = "SELECT count(*) FROM pg_proc WHERE proname = 'append'"
        assert connection.exec_driver_sql(count_them).scalar_one() == 1


def test_a_head_follows_its_agreement_whatever_is_added(journal: Journal) -> None:
    agreement = opened(journal, proposal(reference="B/1"))
    futures = gathered(
        journal,
        [
            adding(agreement),
            adding(agreement, fact("visibility_changed", visibility="organisation")),
            adding(agreement),
        ],
    )
    assert [future.result(SECONDS).results[0].version for future in futures] == [2, 3, 4]
    carry_out(journal, adding(agreement))
    columns = heads.c.version, heads.c.opened, heads.c.visibility, heads.c.reference
    with journal.engine.connect() as connection:
        found = connection.execute(sa.select(*columns)).all()
    assert [tuple(row) for row in found] == [(5, 1, "organisation", "B/1")]


def test_whether_another_has_the_same_is_not_looked_up_among_all_of_an_owner(tmp_path: Path) -> None:
    engine = Databases(folder=tmp_path).engine("journal")
    create(engine)
    given = {"owner": "kota-bandung", "agreement": "", "reference": "", "twin": ""}
    with engine.connect() as connection:
        for column, question in TAKEN.items():
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", given).all()
            assert len(plan) == 1
            assert f"{column}=?" in plan[0].detail
    engine.dispose()
