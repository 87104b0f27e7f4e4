"""The page of one agreement in a browser: read, cited, and run back in time."""

import json
import re
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from api.identity import Directory
from tests.browser.conftest import EVERY_WAY, MakeReader, Served

PLAN: dict[str, Any] = {
    "type": "follow_up_visit_scheduled",
    "occurred": "2025-03",
    "visit": "return-visit",
    "visitor": "Kota Bandung",
    "host": "Kota Nanning",
}


# Turns away from a tab, or back to it: a browser without a window has no other tabs.
TURN = """hidden => {
  Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def record(served: Served, agreement: str, *facts: dict[str, Any]) -> None:
    """Record facts through the API, as the coordinator."""

    directory: Directory = served.running.directory
    token = directory.issue("kota-bandung", "coordinator")
    for told in facts:
        request = Request(  # noqa: S310  # our own address
            f"{served.address}/api/v1/agreements/{agreement}/events",
            json.dumps(told).encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urlopen(request, timeout=10) as answer:  # noqa: S310  # as above
            assert answer.status == 201


def nanning(page: Page, served: Served) -> str:
    """The id of the agreement with Nanning, whose page is then open."""
    page.goto(f"{served.address}/agreements?q=nanning")
    page.locator("tbody a.t").first.click()
    page.wait_for_url(re.compile(r"/agreements/[0-9a-f-]{36}$"))
    return page.url.rsplit("/", 1)[1]


def slide(page: Page, name: str, keys: str) -> None:
    """Move a slider by keys."""
    page.locator(name).focus()
    for key in keys.split():
        page.keyboard.press(key)


def test_the_time_machine_runs_back_over_the_record_and_forth_again(
    pakta: Served, somebody: MakeReader
) -> None:
    reader = somebody(pakta)
    reader.signs_in()
    page = reader.page
    agreement = nanning(page, pakta)
    right = {"type": "corrected", "version": 4, "reason": "October", "fact": PLAN | {"window": "2025-10"}}
    record(pakta, agreement, right)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("October 2025")
    slide(page, "#known-slide", "ArrowLeft")
    expect(page.get_by_role("heading", level=1)).to_contain_text("September 2025")
    expect(page.locator(".elsewhen")).to_contain_text("as recorded up to version 8 of 9")
    expect(page).to_have_url(re.compile(r"version=8"))
    expect(page.get_by_role("link", name="Record another fact")).to_have_count(0)
    row = page.get_by_role("row", name=re.compile("return-visit · Window"))
    expect(row.locator("del")).to_contain_text("September 2025")
    expect(row.locator("ins")).to_contain_text("October 2025")
    expect(row.get_by_role("link", name="version 9")).to_have_attribute("href", re.compile("/entries/"))
    expect(page.locator("#known-slide")).to_be_focused()
    slide(page, "#known-slide", "ArrowRight")
    expect(page.locator(".elsewhen")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("October 2025")


def test_the_day_is_slid_or_typed_and_the_address_keeps_it(library: Served, somebody: MakeReader) -> None:
    page = somebody(library).goes_to("/agreements")
    nanning(page, library)
    page.get_by_label("As things stood on").first.fill("2025-10-01")
    expect(page.get_by_role("heading", level=1)).to_contain_text("On 1 October 2025, ")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 day overdue")
    expect(page).to_have_url(re.compile(r"as_of=2025-10-01"))
    slide(page, "#as-of-slide", "ArrowLeft")
    expect(page.get_by_role("heading", level=1)).to_contain_text("On 30 September 2025, ")
    expect(page.locator("#as-of")).to_have_value("2025-09-30")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("On 30 September 2025, ")
    page.locator(".elsewhen").get_by_role("link", name="Back to today").click()
    expect(page.locator(".elsewhen")).to_have_count(0)


def test_the_time_machine_works_without_scripts(library: Served, somebody: MakeReader) -> None:
    page = somebody(library, scripts=False).goes_to("/agreements")
    nanning(page, library)
    expect(page.locator("#known-slide")).to_be_hidden()
    page.get_by_label("As things stood on").first.fill("2025-10-01")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("On 1 October 2025, ")
    expect(page.locator("#differing")).to_be_visible()


def test_a_fact_lifts_its_thread(library: Served, somebody: MakeReader) -> None:
    page = somebody(library).goes_to("/agreements")
    nanning(page, library)
    page.locator("#v3 .t").hover()
    expect(page.locator(".loom svg.wide")).to_have_class(re.compile("lifting"))
    assert page.locator(".loom svg.wide [data-strand~='3'].lifted").count() > 0


def test_the_keyboard_walks_over_the_facts(library: Served, somebody: MakeReader) -> None:
    page = somebody(library).goes_to("/agreements")
    nanning(page, library)
    page.keyboard.press("j")
    expect(page.locator("[data-stop]").first).to_be_focused()


def test_what_somebody_else_records_of_it_appears_by_itself(pakta: Served, somebody: MakeReader) -> None:
    reader, other = somebody(pakta), somebody(pakta)
    page = reader.page
    agreement = nanning(page, pakta)
    page.locator("#known-slide").focus()
    other.signs_in()
    other.goes_to(f"/agreements/{agreement}/record/annotated").locator("#f-note").fill("Seen in the archive")
    other.page.locator("#acts .main").click()
    expect(page.locator("#trail")).to_contain_text("Seen in the archive")
    expect(page.locator("#known-slide")).to_be_focused()
    expect(page.locator("#known-slide")).to_have_value("9")


def test_another_agreement_does_not_disturb_the_reader(pakta: Served, somebody: MakeReader) -> None:
    page = somebody(pakta).page
    asked: list[str] = []
    agreement = nanning(page, pakta)
    other = next(
        str(entry.agreement)
        for entry in pakta.running.journal.entries(0, 100)
        if str(entry.agreement) != agreement
    )
    page.on("request", lambda request: asked.append(request.url))
    record(pakta, other, {"type": "annotated", "note": "Elsewhere"})
    record(pakta, agreement, {"type": "annotated", "note": "Here"})
    expect(page.locator("#trail")).to_contain_text("Here")
    assert [url for url in asked if "/agreements/" in url] == [f"{pakta.address}/agreements/{agreement}"]


def test_a_tab_that_nobody_looks_at_lets_go_and_catches_up(pakta: Served, somebody: MakeReader) -> None:
    page = somebody(pakta).page
    agreement = nanning(page, pakta)
    page.evaluate(TURN, True)
    record(pakta, agreement, {"type": "annotated", "note": "While away"})
    page.wait_for_timeout(500)
    expect(page.locator("#trail")).not_to_contain_text("While away")
    page.evaluate(TURN, False)
    expect(page.locator("#trail")).to_contain_text("While away")


@pytest.mark.parametrize("way", EVERY_WAY, ids=str)
def test_nobody_is_kept_out(library: Served, somebody: MakeReader, way: tuple[str, int, str]) -> None:
    reader = somebody(library, *way)
    reader.signs_in()
    agreement = nanning(reader.page, library)
    for query in ("", "?as_of=2025-10-01&version=4", "?known_at=2020-01-01"):
        reader.goes_to(f"/agreements/{agreement}{query}")
        assert reader.obstacles() == [], query
        assert not reader.overflows, query
