"""The eventsourcing library's own cases hold for our recorders.

Those for a TrackingRecorder and a ProcessRecorder do not apply, nor does the case for a whole
InfrastructureFactory, which asks for both: we have no tracking table. The follower keeps the
checkpoint of a view beside the view and moves it by compare-and-set in the transaction that
writes the rows. Those cases ask that the same position cannot be inserted twice; here the second
of two followers finds that the checkpoint has moved (`test_follower.py` has the cases for that).
The factory in `library_factory.py` is for these tests alone; Pakta itself needs none.
"""

import contextlib
import io
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import ClassVar

import pytest
from eventsourcing.tests import application as applications
from eventsourcing.tests import persistence as cases
from sqlalchemy.engine import Engine

from domain.databases import Databases
from domain.journal import schema
from domain.journal.recorder import JournalRecorder, SnapshotRecorder
from tests.journal.library_factory import Factory, place_of


class OnSqlite:
    """Gives each case a fresh store, and keeps what it prints to itself."""

    databases_name: ClassVar[str] = "sqlite_databases"
    engine: Engine

    @pytest.fixture(autouse=True)
    def _fresh_store(self, request: pytest.FixtureRequest) -> Iterator[None]:
        databases: Databases = request.getfixturevalue(self.databases_name)
        self.engine = databases.engine("journal")
        schema.create(self.engine)
        before = set(threading.enumerate())
        with contextlib.redirect_stdout(io.StringIO()):
            yield
        for left in set(threading.enumerate()) - before:  # some cases do not wait for their readers
            left.join()
        self.engine.dispose()


class OnPostgresql(OnSqlite):
    databases_name = "postgresql_databases"


class TestJournalOnSqlite(OnSqlite, cases.ApplicationRecorderTestCase[JournalRecorder]):
    def create_recorder(self) -> JournalRecorder:
        return JournalRecorder(self.engine)

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestJournalOnPostgresql(OnPostgresql, TestJournalOnSqlite):
    pass


class TestPositionsOnSqlite(OnSqlite, cases.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> JournalRecorder:
        return JournalRecorder(self.engine)


class TestPositionsOnPostgresql(OnPostgresql, TestPositionsOnSqlite):
    pass


class TestSnapshotsOnSqlite(OnSqlite, cases.AggregateRecorderTestCase):
    def create_recorder(self) -> SnapshotRecorder:
        return SnapshotRecorder(self.engine)


class TestSnapshotsOnPostgresql(OnPostgresql, TestSnapshotsOnSqlite):
    pass


class OnOurFactory:
    """Names the factory to the library's example application by the environment, as its users do."""

    @pytest.fixture(autouse=True)
    def _environment(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        databases: Databases = request.getfixturevalue(self.databases_name)
        monkeypatch.setenv("PERSISTENCE_MODULE", "tests.journal.library_factory")
        monkeypatch.setenv("PLACE", place_of(databases))
        yield
        Factory.close_all()

    databases_name: ClassVar[str] = "sqlite_databases"


class TestApplicationOnSqlite(OnOurFactory, applications.ExampleApplicationTestCase):
    expected_factory_topic = "tests.journal.library_factory:Factory"


class TestApplicationOnPostgresql(OnOurFactory, applications.ExampleApplicationTestCase):
    expected_factory_topic = "tests.journal.library_factory:Factory"
    databases_name = "postgresql_databases"


@pytest.fixture
def bank(databases: Databases) -> Iterator[applications.BankAccounts]:
    """The library's example application on our recorders."""
    settings = {"PERSISTENCE_MODULE": "tests.journal.library_factory", "PLACE": place_of(databases)}
    with applications.BankAccounts(env=settings) as application:
        yield application
    Factory.close_all()


def test_an_application_of_the_library_follows_what_it_saves(bank: applications.BankAccounts) -> None:
    account = bank.open_account("Rini", "rini@example.org")
    with bank.recorder.subscribe(gt=0) as subscription:
        first = next(subscription)
        bank.credit_account(account, Decimal(10))
        second = next(subscription)
    assert [first.id, second.id] == [1, 2]
    assert [first.originator_version, second.originator_version] == [1, 2]
    assert {first.originator_id, second.originator_id} == {account}


def test_an_application_of_the_library_reads_its_log_in_sections(bank: applications.BankAccounts) -> None:
    account = bank.open_account("Rini", "rini@example.org")
    for _ in range(14):
        bank.credit_account(account, Decimal(1))
    first = bank.notification_log["1,10"]
    assert first.next_id == "11,20"
    second = bank.notification_log[first.next_id]
    assert [item.id for item in (*first.items, *second.items)] == list(range(1, 16))


def test_an_application_of_the_library_starts_from_its_newest_snapshot(
    bank: applications.BankAccounts,
) -> None:
    account = bank.open_account("Rini", "rini@example.org")
    bank.credit_account(account, Decimal(10))
    bank.take_snapshot(account)
    bank.credit_account(account, Decimal(5))
    assert bank.snapshots is not None
    assert [snapshot.originator_version for snapshot in bank.snapshots.get(account)] == [2]
    assert bank.get_balance(account) == Decimal(15)
    assert bank.recorder.max_notification_id() == 3  # the snapshot has no place in the journal's order
