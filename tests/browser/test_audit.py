"""The trail, an entry and a replay in a browser: filters in the address, both languages, every width."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import EVERY_WAY, MakeReader, Served


def test_an_auditor_narrows_the_trail_and_opens_an_entry(library: Served, somebody: MakeReader) -> None:
    reader = somebody(library)
    reader.signs_in("auditor", "inspektorat")
    page = reader.goes_to("/audit")
    expect(page.locator("tbody tr")).to_have_count(37)
    page.get_by_label("Type of fact").select_option("loi_signed")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"type=loi_signed"))
    page.get_by_role("link", name="LoI signed").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("LoI signed")
    expect(page.locator("pre")).to_contain_text('"type":"loi_signed"')
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the bytes").click()
    assert download.value.path().read_text("utf-8") == page.locator("pre").inner_text()


def test_an_agreement_is_walked_through_step_by_step(library: Served, somebody: MakeReader) -> None:
    page = somebody(library).goes_to("/audit?type=loi_signed")
    page.locator("tbody a.t").click()
    page.get_by_role("link", name="What changed with it, step by step").click()
    page.get_by_role("link", name="Next step").click()
    expect(page.get_by_role("heading", level=2).first).to_have_text("What was recorded")
    expect(page.locator("[aria-current=step]")).to_have_text("4")
    page.get_by_role("link", name="Step before").click()
    expect(page.locator("[aria-current=step]")).to_have_text("3")


def test_the_trail_is_narrowed_without_scripts(library: Served, somebody: MakeReader) -> None:
    page = somebody(library, scripts=False).goes_to("/audit")
    page.get_by_label("Organisation").select_option("kemendagri")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(3)


@pytest.mark.parametrize(("language", "width", "theme"), EVERY_WAY)
def test_nothing_keeps_anybody_out(
    library: Served, somebody: MakeReader, language: str, width: int, theme: str
) -> None:
    reader = somebody(library, language, width, theme)
    page = reader.goes_to("/entries/3")
    replay = page.locator("a[href*=replay]").get_attribute("href")
    paths = ("/audit", "/audit?late=30&organisation=kota-bandung", "/audit?actor=nobody", "/audit/health")
    for path in (*paths, "/entries/3", "/entries/14", replay or ""):
        reader.goes_to(path)
        assert reader.obstacles() == [], path
        assert not reader.overflows, path
