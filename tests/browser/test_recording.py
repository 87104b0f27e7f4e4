"""Recording in a browser: as one types, with the connection lost, and with somebody else at it too."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import EVERY_WAY, MakeReader, Reader, Served

SEVEN = ("Kerinci", "Sarolangun", "Mempawah", "Tasikmalaya", "Tanjungpinang", "Aceh Tengah", "Bedagai")


def coordinator(pakta: Served, somebody: MakeReader, language: str = "en-GB", **how: object) -> Reader:
    """A coordinator of Kota Bandung who has signed in."""
    reader = somebody(pakta, language, **how)
    reader.signs_in()
    return reader


def agreement(reader: Reader, name: str) -> str:
    """The address of an agreement of the demo."""
    page = reader.goes_to(f"/agreements?q={name}")
    return str(page.locator("tbody a").first.get_attribute("href"))


def answered(reader: Reader, *statuses: int) -> None:
    """The browser notes in its console that answers were refusals, which they were to be."""
    for status in statuses:
        said = [text for text in reader.complaints if f"status of {status}" in text]
        assert said, reader.complaints
        for text in said:
            reader.complaints.remove(text)


def entries(pakta: Served) -> int:
    """How much is recorded."""
    return pakta.running.journal.head()


def box(page: Page, name: str) -> str:
    """An input by its name."""
    return f'[name="{name}"]'


def test_an_agreement_is_proposed_without_reading_anything(pakta: Served, somebody: MakeReader) -> None:
    page = coordinator(pakta, somebody).goes_to("/agreements")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("A new agreement")
    page.get_by_label("Title", exact=False).first.fill("Bandung – Kōchi")
    page.locator(box(page, "kind")).select_option("sister_city")
    page.locator(box(page, "parties.0.name")).fill("Kota Bandung")
    expect(page.locator(box(page, "parties.0.country"))).to_have_value("ID")
    page.locator(box(page, "parties.1.name")).fill("Kōchi")
    expect(page.locator("#after")).to_contain_text("proposed")
    page.get_by_role("button", name="Record this").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kōchi")
    expect(page.locator("#recorded")).to_contain_text("Recorded, entry")
    page.locator("#recorded a").click()
    expect(page.locator(box(page, "version"))).to_have_value("1")


@pytest.mark.parametrize(
    ("language", "meant", "button"),
    [
        ("en-GB", "Earliest 1 September 2025. Latest 30 September 2025.", "Record LoI"),
        ("id-ID", "Paling awal 1 September 2025. Paling akhir 30 September", "Catat LoI"),
    ],
)
def test_a_date_is_understood_while_one_types(
    pakta: Served, somebody: MakeReader, language: str, meant: str, button: str
) -> None:
    reader = coordinator(pakta, somebody, language)
    page = reader.goes_to(agreement(reader, "serang") + "/record/loi_signed")
    page.locator("#f-occurred").press_sequentially("September 2025", delay=10)
    expect(page.locator("#t-occurred")).to_contain_text(meant)
    expect(page.locator("#after")).to_contain_text("September 2025")
    expect(page.locator("#f-occurred")).to_be_focused()
    page.get_by_role("button", name=button).first.click()
    expect(page.locator("#recorded")).to_be_visible()


def test_who_is_warned_sees_it_before_sending(pakta: Served, somebody: MakeReader) -> None:
    reader = coordinator(pakta, somebody)
    page = reader.goes_to(agreement(reader, "nanning") + "/record/mou_signed")
    expect(page.locator("#acts .note")).to_contain_text("It will be recorded with 1 warning")
    page.locator("#f-occurred").fill("May 2025")
    page.get_by_role("button", name="Record MoU with 1 warning").click()
    expect(page.locator("#recorded")).to_be_visible()


def test_who_is_refused_keeps_everything_and_finds_a_way_out(pakta: Served, somebody: MakeReader) -> None:
    reader, before = coordinator(pakta, somebody), entries(pakta)
    page = reader.goes_to(agreement(reader, "nanning") + "/record/visit_held")
    page.locator("#f-place").fill("Nanning")
    page.locator("#f-occurred").fill("September mendatang")
    expect(page.locator("#t-occurred")).to_contain_text("This has not happened yet")
    page.locator("#acts .main").click()
    expect(page.locator("#wrong")).to_contain_text("This cannot be recorded yet")
    expect(page.locator("#f-occurred")).to_be_focused()
    expect(page.locator("#f-place")).to_have_value("Nanning")
    assert reader.obstacles() == []
    assert entries(pakta) == before
    page.get_by_role("button", name="Record it as a plan").click()
    expect(page.locator("#f-window")).to_have_value("September mendatang")
    answered(reader, 422)


def test_a_correction_is_made_where_the_mistake_is(pakta: Served, somebody: MakeReader) -> None:
    reader = coordinator(pakta, somebody)
    address = agreement(reader, "nanning")
    page = reader.goes_to(f"{address}/record/corrected?version=4")
    expect(page.locator(box(page, "fact.window"))).to_have_value("bulan September 2025")
    page.locator(box(page, "fact.window")).fill("Oktober 2025")
    page.locator("#f-reason").fill("The article was read wrongly")
    expect(page.locator("#after")).to_contain_text("October 2025")
    page.locator("#acts .main").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("October 2025")


def test_a_ceremony_of_seven_is_recorded_at_once(pakta: Served, somebody: MakeReader) -> None:
    reader, before = coordinator(pakta, somebody), entries(pakta)
    page = reader.goes_to("/record/ceremony")
    page.get_by_label("MoU").check()
    page.locator("#f-occurred").fill("30 Oktober 2018")
    page.locator("#f-kind").select_option("regional")
    page.locator(box(page, "us.name")).fill("Kota Bandung")
    for number, name in enumerate(SEVEN):
        if number >= 3:
            page.get_by_role("button", name="Add another (Partners)").click()
            expect(page.locator(box(page, f"partners.{number}.name"))).to_be_focused()
        page.locator(box(page, f"partners.{number}.name")).fill(f"Kabupaten {name} Baru")
    page.get_by_role("button", name="Record 7 agreements at once").click()
    expect(page.locator("#recorded")).to_contain_text("7 agreements recorded")
    assert entries(pakta) == before + 14


def test_a_double_click_records_once(pakta: Served, somebody: MakeReader) -> None:
    reader = coordinator(pakta, somebody)
    page, before = reader.goes_to(agreement(reader, "serang") + "/record/annotated"), entries(pakta)
    page.locator("#f-note").fill("Twice")
    page.locator("#acts .main").dblclick()
    expect(page.locator("#recorded")).to_be_visible()
    assert entries(pakta) == before + 1
    page.go_back()
    expect(page.locator("#script-notes")).to_be_empty()


def test_nothing_is_lost_when_the_connection_is(pakta: Served, somebody: MakeReader) -> None:
    reader = coordinator(pakta, somebody)
    page = reader.goes_to(agreement(reader, "serang") + "/record/loi_signed")
    page.context.set_offline(True)
    page.locator("#f-occurred").fill("Juli 2025")
    page.locator("#f-place").fill("Bandung")
    page.get_by_role("button", name="Record LoI").first.click()
    expect(page.locator("#script-notes")).to_contain_text("No connection")
    expect(page.locator("#f-place")).to_have_value("Bandung")
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#script-notes")).to_contain_text("Your draft is back")
    expect(page.locator("#f-occurred")).to_have_value("Juli 2025")
    page.get_by_role("button", name="Record LoI").first.click()
    expect(page.locator("#recorded")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('pakta-draft')).length") == 0
    reader.complaints[:] = [text for text in reader.complaints if "ERR_INTERNET_DISCONNECTED" not in text]


def test_nothing_is_lost_when_the_session_ends(pakta: Served, somebody: MakeReader) -> None:
    reader = coordinator(pakta, somebody)
    page = reader.goes_to(agreement(reader, "serang") + "/record/annotated")
    page.context.clear_cookies()
    page.locator("#f-note").fill("A long remark")
    page.locator("#acts .main").click()
    expect(page.locator("#script-notes")).to_contain_text("Your session has ended")
    other = page.context.new_page()
    other.goto(pakta.link())
    other.locator("main button").click()
    expect(other.get_by_role("button", name="Sign out")).to_be_visible()
    page.locator("#acts .main").click()
    expect(page.locator("#recorded")).to_be_visible()
    answered(reader, 401)


def test_two_coordinators_collide_and_both_understand(pakta: Served, somebody: MakeReader) -> None:
    one, two = coordinator(pakta, somebody), coordinator(pakta, somebody)
    path = agreement(one, "serang") + "/record/loi_signed"
    slow, quick = one.goes_to(path), two.goes_to(path.replace("loi_signed", "annotated"))
    slow.locator("#f-occurred").fill("July 2025")
    quick.locator("#f-note").fill("I was first")
    quick.locator("#acts .main").click()
    expect(quick.locator("#recorded")).to_be_visible()
    slow.get_by_role("button", name="Record LoI").first.click()
    expect(slow.locator("#conflict")).to_contain_text("Meanwhile kota-bandung recorded: Annotated")
    expect(slow.locator("#f-occurred")).to_have_value("July 2025")
    assert one.obstacles() == []
    slow.get_by_role("button", name="Record too").click()
    expect(slow.locator("#recorded")).to_be_visible()
    answered(one, 409)


def test_everything_is_recorded_without_scripts(pakta: Served, somebody: MakeReader) -> None:
    reader = coordinator(pakta, somebody, scripts=False)
    page = reader.goes_to(agreement(reader, "serang") + "/record")
    page.get_by_role("link", name="LoI signed").first.click()
    page.locator("#f-occurred").fill("akhir 2025")
    page.get_by_role("button", name="Check first").click()
    expect(page.locator("#t-occurred")).to_contain_text("October 2025 to December 2025")
    page.locator("#f-occurred").press("Enter")
    expect(page.locator("#recorded")).to_be_visible()


def test_a_form_is_filled_in_from_the_keyboard(pakta: Served, somebody: MakeReader) -> None:
    reader = coordinator(pakta, somebody)
    page = reader.goes_to(agreement(reader, "serang") + "/record/annotated")
    page.locator("#f-note").focus()
    page.keyboard.type("By hand")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value") == "record":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#recorded")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/agreements/[0-9a-f-]+$"))


@pytest.mark.parametrize(("language", "width", "theme"), EVERY_WAY)
def test_no_form_keeps_anybody_out(
    library: Served, somebody: MakeReader, language: str, width: int, theme: str
) -> None:
    reader = somebody(library, language, width, theme)
    reader.signs_in()
    start = agreement(reader, "nanning") + "/record"
    kinds = ("mou_signed", "visit_held", "realised", "corrected", "corrected?version=1", "statement_recorded")
    for path in ("/record", "/record/ceremony", start, *(f"{start}/{kind}" for kind in kinds)):
        reader.goes_to(path)
        assert reader.obstacles() == [], path
        assert not reader.overflows, path
