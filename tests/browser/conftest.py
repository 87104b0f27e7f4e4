"""A Pakta with the demo's agreements on an address of its own, and a real Chromium to look at it."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from api.app import create_app
from api.demo import loading
from api.running import Running
from api.settings import Settings
from domain.agreement.access import Role
from tests.api.conftest import patience
from tests.journal.people import SECONDS

__all__ = ["patience"]  # it serves here too

AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage")
# The ways in which every page is looked at: language, width in pixels, theme.
EVERY_WAY = [
    *(("id-ID", 390, "light"), ("id-ID", 768, "light"), ("id-ID", 1280, "dark")),
    *(("en-GB", 390, "dark"), ("en-GB", 1280, "light")),
]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The page itself picks what matters: all that axe-core tells takes longer to fetch than to find.
FIND = """async tags => {
  const told = await axe.run({runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return told.violations.flatMap(found => found.nodes.map(node => `${found.id}: ${node.html.slice(0, 200)}`));
}"""


@dataclass(frozen=True)
class Served:
    """A Pakta that answers at an address."""

    address: str
    running: Running

    def link(self, role: Role = "coordinator", organisation: str = "kota-bandung") -> str:
        """A link that signs in, once."""
        return f"{self.address}/sign-in/{self.running.sessions.invite(organisation, role)}"


@dataclass
class Reader:
    """Somebody at a browser. What the browser complained of, and every host it asked, is kept."""

    page: Page
    served: Served
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def goes_to(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(self.served.address + path)
        return self.page

    def signs_in(self, role: Role = "coordinator", organisation: str = "kota-bandung") -> None:
        """Use a link, as it is printed for a role."""
        self.page.goto(self.served.link(role, organisation))
        self.page.locator("main button").click()
        self.page.wait_for_url(f"{self.served.address}/**")

    def obstacles(self) -> list[str]:
        """What axe-core finds wrong with the page as it is, WCAG 2.2 AA and good practice."""
        self.page.evaluate(AXE.read_text("utf-8"))
        return list(self.page.evaluate(FIND, STANDARDS))

    @property
    def overflows(self) -> bool:
        """Whether the page is wider than its window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


MakeReader = Callable[..., Reader]


def serve(place: Path) -> Iterator[Served]:
    """Answer on a free port of this machine, from a thread; what is empty gets the demo's agreements."""
    settings = Settings(data_dir=place, public_reading=True)
    running = Running.open(settings)
    config = uvicorn.Config(
        create_app(settings, running=running), port=0, log_config=None, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    answering = threading.Thread(target=server.run)
    answering.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    served = Served(f"http://127.0.0.1:{port}", running)
    if not running.journal.head():
        loading.load(served.address, running.directory)
    assert running.follower.wait_for(running.journal.head(), SECONDS)
    yield served
    server.should_exit = True
    answering.join()
    running.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    found = shutil.which("chromium")
    if found is None and not os.environ.get("CI"):
        pytest.skip("there is no chromium; Debian has it as a package")
    expect.set_options(timeout=SECONDS * 1_000)  # what appears at once takes longer on a busy machine
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *QUIET])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's agreements, which are copied sooner than loaded."""
    folder = tmp_path_factory.mktemp("demo")
    for _ in serve(folder):
        pass
    return folder


@pytest.fixture(scope="module")
def library(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo's agreements, for tests of a module that only read."""
    yield from serve(shutil.copytree(demo, tmp_path_factory.mktemp("library") / "data"))


@pytest.fixture
def pakta(demo: Path, tmp_path: Path) -> Iterator[Served]:
    """The demo's agreements, for one test that records."""
    yield from serve(shutil.copytree(demo, tmp_path / "data"))


@pytest.fixture
def somebody(chromium: Browser) -> Iterator[MakeReader]:
    """Makes readers of a Pakta: language, width, theme and scripting as wanted. None may have complaints."""
    contexts: list[BrowserContext] = []
    readers: list[Reader] = []

    def make(
        served: Served,
        language: str = "en-GB",
        width: int = 1280,
        theme: str = "light",
        *,
        scripts: bool = True,
    ) -> Reader:
        context = chromium.new_context(
            locale=language,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        reader = Reader(context.new_page(), served)
        reader.page.on("console", lambda m: reader.complaints.append(m.text) if m.type == "error" else None)
        reader.page.on("pageerror", lambda error: reader.complaints.append(str(error)))
        reader.page.on("request", lambda request: reader.hosts.add(request.url.split("/")[2]))
        readers.append(reader)
        return reader

    yield make
    for context in contexts:
        context.close()
    for reader in readers:
        assert reader.complaints == []
        assert reader.hosts <= {reader.served.address.removeprefix("http://")}
