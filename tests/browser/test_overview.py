"""Overview, calendar and follow-up in a browser: live, reachable, and whole at every width."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import EVERY_WAY, MakeReader, Served

PAGES = (
    "/",
    "/?as_of=2019-01-01",
    "/?as_of=1990-01-01",
    "/calendar?month=2025-09",
    "/calendar",
    "/follow-up",
    "/partners",
)


def test_what_is_recorded_appears_by_itself(pakta: Served, somebody: MakeReader) -> None:
    page = somebody(pakta).goes_to("/")
    expect(page.locator("#new tbody tr").first).to_contain_text("Statement recorded")
    token = pakta.running.directory.issue("kota-bandung", "coordinator")
    answer = page.request.post(
        f"{pakta.address}/api/v1/agreements",
        headers={"Authorization": f"Bearer {token}"},
        data={"type": "proposed", "title": "Bandung – Kōchi", "kind": "sister_city", "parties": []},
    )
    assert answer.status == 201
    expect(page.locator("#new tbody tr").first).to_contain_text("Bandung – Kōchi")


def test_a_number_opens_its_list(library: Served, somebody: MakeReader) -> None:
    page = somebody(library).goes_to("/")
    page.get_by_role("link", name="9 were signed").click()
    expect(page.locator("#found")).to_contain_text("9 agreements")


def test_the_table_beside_the_map_is_what_keys_reach(library: Served, somebody: MakeReader) -> None:
    page = somebody(library).goes_to("/")
    partners = page.get_by_role("region", name="Partners")
    assert partners.locator("svg a, svg [tabindex]").count() == 0
    expect(partners.locator("tbody a").first).to_have_text("Kota Nanning")
    partners.locator("tbody a").first.focus()
    page.keyboard.press("Tab")
    expect(partners.locator("tbody a").nth(1)).to_be_focused()
    land = partners.locator("use.land").evaluate("land => land.getBoundingClientRect().width")
    assert land > 500


def test_kochi_is_found_without_its_diacritic(pakta: Served, somebody: MakeReader) -> None:
    reader = somebody(pakta)
    token = pakta.running.directory.issue("kota-bandung", "coordinator")
    reader.page.request.post(
        f"{pakta.address}/api/v1/agreements",
        headers={"Authorization": f"Bearer {token}"},
        data={"type": "proposed", "title": "Bandung – Kōchi", "kind": "sister_city", "parties": []},
    )
    page = reader.goes_to("/agreements")
    page.get_by_role("searchbox").press_sequentially("kochi", delay=20)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("Kōchi")


@pytest.mark.parametrize(("language", "width", "theme"), EVERY_WAY)
def test_nothing_keeps_anybody_out(
    library: Served, somebody: MakeReader, language: str, width: int, theme: str
) -> None:
    reader = somebody(library, language, width, theme)
    for path in PAGES:
        reader.goes_to(path)
        assert reader.obstacles() == [], path
        assert not reader.overflows, path
