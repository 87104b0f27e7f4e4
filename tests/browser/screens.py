"""Takes the pictures in docs/screens: `python -m tests.browser.screens`.

Each page in both languages and themes, as a desktop and as a phone show it first.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import FLAGS, QUIET, Served, serve

PLACE = Path(__file__).parents[2] / "docs" / "screens"
QUALITY = 55  # of a JPEG: legible, and small enough to be kept
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
LANGUAGES = {"id": "id-ID", "en": "en-GB"}
THEMES = ("light", "dark")


def pages(served: Served) -> dict[str, str]:
    """Every page by its name."""
    nanning, bandung = (_agreement(served, title) for title in ("Nanning", "Kerinci"))
    return {
        "overview": "/",
        "register": "/agreements",
        "agreement": f"/agreements/{nanning}",
        "time-machine": f"/agreements/{nanning}?as_of=2025-06-01&known_at=3",
        "what-happened": f"/agreements/{nanning}/record",
        "recording": f"/agreements/{nanning}/record/mou_signed",
        "correction": f"/agreements/{bandung}/record/corrected?version=2",
        "proposing": "/record",
        "existing": "/record/existing",
        "ceremony": "/record/ceremony",
        "calendar": "/calendar?month=2025-09",
        "subscription": "/calendar/subscription",
        "follow-up": "/follow-up",
        "partners": "/partners",
        "audit": "/audit",
        "entry": "/entries/8",
        "health": "/audit/health",
        "replay": f"/agreements/{nanning}/replay?version=4",
        "refused": "/problems/in_the_future",
        "sign-in": "/sign-in",
    }


def _agreement(served: Served, title: str) -> str:
    entries = served.running.journal.entries(0, 1000)
    return next(str(e.agreement) for e in entries if title in str(getattr(e.fact, "title", "")))


def _looks(browser: Browser, served: Served) -> Iterator[tuple[str, bytes]]:
    for language, locale in LANGUAGES.items():
        for theme in THEMES:
            for size, (width, height) in SIZES.items():
                context = browser.new_context(
                    locale=locale,
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if theme == "dark" else "light",
                    reduced_motion="reduce",
                )
                page = context.new_page()
                page.goto(served.link())
                page.locator("main button").click()
                page.wait_for_url(f"{served.address}/")
                for name, path in pages(served).items():
                    page.goto(served.address + path)
                    page.wait_for_load_state("load")
                    yield f"{name}.{language}.{theme}.{size}", page.screenshot(type="jpeg", quality=QUALITY)
                context.close()


def main() -> None:
    """Take them all anew."""
    PLACE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=[*FLAGS, *QUIET])
        serving = serve(Path(folder))
        served = next(serving)
        for name, picture in _looks(browser, served):
            (PLACE / f"{name}.jpg").write_bytes(picture)
        browser.close()
        next(serving, None)


if __name__ == "__main__":
    main()
