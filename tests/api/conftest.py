"""A Pakta for each test, with embedded data in a folder of its own."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.demo import loading
from api.running import Running
from api.settings import Settings
from tests.api.by_hand import Hand
from tests.api.doors import Doors
from tests.api.places import MakePlace, Place
from tests.journal.people import SECONDS


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """Whoever asks waits until the views know what was recorded, however busy the machine is."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OWN_WRITES_SECONDS", "MIN_POSITION_SECONDS"):
            patch.setattr(f"api.asking.{name}", float(SECONDS))
        yield


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """What a command sets of the log lasts as long as its process, which here is the tests' own."""
    pakta, handlers = logging.getLogger("pakta"), logging.root.handlers[:]
    level, root_level = pakta.level, logging.root.level
    yield
    logging.root.handlers[:] = handlers
    pakta.setLevel(level)
    logging.root.setLevel(root_level)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a Pakta in which nothing is recorded: its tables are copied sooner than made."""
    folder = tmp_path_factory.mktemp("empty")
    Running.open(Settings(data_dir=folder), follow=False).close()
    return folder


@pytest.fixture
def pakta(empty: Path, tmp_path: Path) -> Iterator[Doors]:
    """A coordinator of kota-bandung at the doors of a Pakta that the public may read."""
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    with TestClient(create_app(Settings(data_dir=tmp_path, public_reading=True))) as client:
        yield Doors.of(client).as_("kota-bandung")


@pytest.fixture
def hand(pakta: Doors) -> Hand:
    """A coordinator of kota-bandung who fills in forms."""
    return Hand.of(pakta)


@pytest.fixture
def closed(empty: Path, tmp_path: Path) -> Iterator[Doors]:
    """The same where reading needs a token, and uploads and bodies are small."""
    shutil.copytree(empty, tmp_path, dirs_exist_ok=True)
    settings = Settings(
        data_dir=tmp_path, public_reading=False, max_body_bytes=2_000, max_document_bytes=1_000
    )
    with TestClient(create_app(settings)) as client:
        yield Doors.of(client).as_("kota-bandung")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """One Pakta for all tests of a module, for questions that what others recorded does not change."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("shared"), public_reading=True)
    with TestClient(create_app(settings)) as client:
        yield Doors.of(client).as_("kota-bandung")


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> MakePlace:
    """Makes empty places on an engine."""
    made: list[Place] = []

    def make(engine: str) -> Place:
        fresh = request.getfixturevalue("fresh_postgresql") if engine == "postgresql" else None
        made.append(Place(fresh() if fresh else tmp_path / f"data-{len(made)}"))
        return made[-1]

    return make


@pytest.fixture(scope="module")
def five_articles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with the demo's agreements, and the id of the one with Nanning."""
    folder = tmp_path_factory.mktemp("data")
    ids: dict[str, str] = {}
    with TestClient(create_app(Settings(data_dir=folder))) as client:
        doors = Doors.of(client)
        for command in loading.commands():
            answer = doors.as_(command["as"]).post(command["post"].format(**ids), command["body"])
            assert answer.status_code == 201, answer.text
            opened = [one["agreement"] for one in answer.json().get("results", [answer.json()])]
            ids |= dict(zip(command.get("names", ()), opened, strict=False))
        assert doors.running.follower.wait_for(doors.running.journal.head(), SECONDS)
    return folder, ids["nanning"]
