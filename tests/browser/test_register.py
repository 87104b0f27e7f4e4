"""The register in a browser: search as one types, filters in the address, both languages, every width."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import EVERY_WAY, MakeReader, Served


def test_a_coordinator_signs_in_with_a_link_that_works_once(library: Served, somebody: MakeReader) -> None:
    reader, link = somebody(library), library.link()
    reader.page.goto(link)
    reader.page.get_by_role("button", name="Sign in").click()
    expect(reader.page.get_by_role("button", name="Sign out")).to_be_visible()
    again = somebody(library)
    again.page.goto(link)
    expect(again.page.locator("main")).to_contain_text("was used already")
    reader.page.get_by_role("button", name="Sign out").click()
    expect(reader.page.get_by_role("link", name="Sign in")).to_be_visible()


def test_the_list_narrows_while_one_types_and_the_address_keeps_it(
    library: Served, somebody: MakeReader
) -> None:
    reader = somebody(library)
    page = reader.goes_to("/agreements")
    page.keyboard.press("/")
    page.keyboard.type("nanning", delay=20)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=nanning"))
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("searchbox").fill("南宁")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("searchbox").fill("nowhere at all")
    expect(page.locator("main")).to_contain_text("No agreement fits")
    page.get_by_role("link", name="Show all").first.click()
    expect(page.locator("tbody tr")).to_have_count(11)


def test_the_list_is_walked_and_opened_from_the_keyboard(library: Served, somebody: MakeReader) -> None:
    page = somebody(library).goes_to("/agreements")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("[data-stop]").first).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_language_that_was_chosen_stays(library: Served, somebody: MakeReader) -> None:
    page = somebody(library).goes_to("/agreements?overdue=true")
    page.get_by_label("ID: Bahasa Indonesia").click()
    expect(page.locator("html")).to_have_attribute("lang", "id")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.goto(f"{library.address}/sign-in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Masuk")


def test_filters_work_without_scripts(library: Served, somebody: MakeReader) -> None:
    page = somebody(library, scripts=False).goes_to("/agreements")
    page.get_by_role("searchbox").fill("serang")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_rows_that_follow_come_by_themselves(pakta: Served, somebody: MakeReader) -> None:
    token = pakta.running.directory.issue("kota-bandung", "coordinator")
    reader = somebody(pakta)
    proposal = {"type": "proposed", "title": "Many", "kind": "other", "parties": []}
    batch = {"commands": [{"agreement": None, "facts": [proposal]} for _ in range(120)]}
    answer = reader.page.request.post(
        f"{pakta.address}/api/v1/batches", headers={"Authorization": f"Bearer {token}"}, data=batch
    )
    newest = answer.json()["results"][-1]["position"]
    page = reader.goes_to(f"/agreements?q=many&min_position={newest}")
    expect(page.locator("#found")).to_contain_text("120 agreements")
    for rows in (100, 120):
        page.locator("footer").scroll_into_view_if_needed()
        expect(page.locator("tbody tr")).to_have_count(rows)
    expect(page.locator("#more a[rel=next]")).to_have_count(0)


def test_a_list_is_kept_in_the_browser_and_forgotten_again(library: Served, somebody: MakeReader) -> None:
    page = somebody(library).goes_to("/agreements?overdue=true&country=CN")
    page.get_by_role("button", name="Keep this list").click()
    page.goto(f"{library.address}/agreements")
    page.locator("#kept").get_by_role("link", name="CN, Overdue").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Forget this list: CN, Overdue").click()
    expect(page.locator("#kept")).to_be_hidden()


def test_what_keeps_somebody_out_is_seen(library: Served, somebody: MakeReader) -> None:
    reader = somebody(library)
    reader.goes_to("/sign-in").evaluate("document.documentElement.removeAttribute('lang')")
    [obstacle] = reader.obstacles()
    assert obstacle.startswith("html-has-lang: <html")


@pytest.mark.parametrize(("language", "width", "theme"), EVERY_WAY)
def test_nothing_keeps_anybody_out(
    library: Served, somebody: MakeReader, language: str, width: int, theme: str
) -> None:
    reader = somebody(library, language, width, theme)
    for path in ("/agreements", "/agreements?q=nothing", "/sign-in", "/problems/in_the_future", "/nothing"):
        reader.goes_to(path)
        assert reader.obstacles() == [], path
        assert not reader.overflows, path
    reader.complaints = [told for told in reader.complaints if "404" not in told]
