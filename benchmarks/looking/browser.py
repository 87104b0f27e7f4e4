"""Debian's Chromium as somebody who looks at pages: when they paint, and how soon they answer a hand."""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage")
# First Contentful Paint, of the Paint Timing API, in milliseconds since the navigation began.
PAINTED = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    const found = list.getEntriesByName("first-contentful-paint")[0];
    if (found) done(found.startTime);
  }).observe({ type: "paint", buffered: true });
})"""
# From the hand to the next paint, of the Event Timing API: in steps of 8 ms, and nothing below 16.
WATCH = """() => {
  performance.clearResourceTimings();
  const found = { feedback: 16 };
  let began = 0;
  const observer = new PerformanceObserver((list) => {
    for (const event of list.getEntries()) found.feedback = Math.max(found.feedback, event.duration);
  });
  observer.observe({ type: "event", durationThreshold: 16 });
  for (const kind of ["keydown", "pointerdown", "wheel"])
    addEventListener(kind, (event) => { began ||= event.timeStamp; }, { capture: true, passive: true });
  addEventListener("htmx:after:swap", () => requestAnimationFrame(() => setTimeout(() => {
    if (found.rows) return;
    found.rows = performance.now() - began;
    const asked = performance.getEntriesByType("resource").filter((each) => each.initiatorType === "fetch");
    found.answer = asked.at(-1).responseEnd - asked.at(-1).startTime;
  })));
  window.watched = found;
}"""
SETTLED = "() => window.watched.rows"
REST = 300  # milliseconds after which nothing of an input is left to be painted


@contextmanager
def somebody(address: str) -> Iterator[Page | None]:
    """A browser that has followed a link that signs in; None where there is no Chromium."""
    found = shutil.which("chromium")
    if found is None:
        print("pakta: pages are not measured: there is no chromium (apt install chromium)", file=sys.stderr)
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*FLAGS, *QUIET])
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="id-ID")
        page.goto(address)
        page.locator("main button").click()
        page.wait_for_load_state("load")
        yield page
        browser.close()


def painted(page: Page, address: str) -> float:
    """Milliseconds from opening a page until its first content is painted."""
    page.goto(address)
    found: float = page.evaluate(PAINTED)
    return found


def answered(page: Page, address: str, act: Callable[[Page], None], *, rows: bool) -> Mapping[str, float]:
    """Milliseconds from an act of the hand to the next paint; and until new rows are there, if any come.

    `answer` runs from the request to the last byte that the server sends (Resource Timing), `rows` from the
    act until they are there, with the pause that waits for more keys.
    """
    page.goto(address)
    page.wait_for_load_state("load")
    page.wait_for_timeout(REST)
    page.evaluate(WATCH)
    act(page)
    if rows:
        page.wait_for_function(SETTLED)
    page.wait_for_timeout(REST)
    found: dict[str, float] = page.evaluate("() => window.watched")
    units = {"feedback": "ms", "answer": "ms (answer)", "rows": "ms (rows)"}
    return {units[name]: value for name, value in found.items()}
