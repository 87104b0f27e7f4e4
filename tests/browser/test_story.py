"""One coordinator's story from the sign-in to a collision, told in both languages in a real browser."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from api.language import say, say_number
from tests.browser.conftest import MakeReader, Reader, Served
from tests.browser.test_recording import SEVEN, answered, box

LONG_AHEAD = "2099-01"


@dataclass
class Coordinator:
    """Somebody of Kota Bandung at a browser, who reads and clicks the words of one language."""

    reader: Reader
    language: str

    @property
    def page(self) -> Page:
        """What is open."""
        return self.reader.page

    def word(self, english: str, **what: str) -> str:
        """A sentence of the pages, as it reads in this language."""
        return say(self.language, english, what)

    def words(self, one: str, many: str, number: int, **what: str) -> str:
        """A sentence about a number of things, in this language."""
        return say_number(self.language, one, many, number).format(number=number, **what)

    def presses(self, english: str) -> None:
        """Press a button by its words."""
        self.page.get_by_role("button", name=self.word(english)).first.click()

    def follows(self, english: str) -> None:
        """Follow a link by its words."""
        self.page.get_by_role("link", name=self.word(english), exact=True).first.click()

    def writes(self, name: str, text: str) -> None:
        """Fill in a question of a form."""
        self.page.locator(box(self.page, name)).fill(text)

    def sends(self) -> None:
        """Press the button that records, and see that it is."""
        self.page.locator("#acts .main").click()
        expect(self.page.locator("#recorded")).to_be_visible()

    def records(self, fact: str) -> None:
        """Open the form of a fact from the agreement's page, through the list of all."""
        self.page.goto(self.page.url.split("?")[0].split("#")[0] + "/record")
        self.follows(fact)
        expect(self.page.locator("#record")).to_be_visible()

    @property
    def heading(self) -> Locator:
        """The sentence on top of the page."""
        return self.page.get_by_role("heading", level=1)


@pytest.fixture(params=["id-ID", "en-GB"])
def coordinator(pakta: Served, somebody: MakeReader, request: pytest.FixtureRequest) -> Coordinator:
    """A coordinator who has signed in with a link."""
    reader = somebody(pakta, request.param)
    reader.signs_in()
    expect(reader.page.locator(".who")).to_contain_text("kota-bandung")
    return Coordinator(reader, request.param[:2])


def test_a_coordinators_story(coordinator: Coordinator, pakta: Served, somebody: MakeReader) -> None:
    agreement = proposes(coordinator)
    signs_a_letter(coordinator)
    is_warned(coordinator)
    is_refused_and_finds_the_way_out(coordinator)
    corrects_the_letter(coordinator, agreement)
    runs_the_time_machine_back(coordinator)
    records_a_ceremony(coordinator)
    finds_kochi(coordinator)
    reads_the_overdue_board(coordinator)
    switches_language_and_back(coordinator)
    loses_the_network(coordinator, agreement)
    other = somebody(pakta, "en-GB")
    other.signs_in()
    collides(coordinator, Coordinator(other, "en"), agreement)


def proposes(one: Coordinator) -> str:
    """An agreement with Kōchi; its address."""
    one.page.keyboard.press("n")
    one.writes("title", "Bandung – Kōchi")
    one.page.locator(box(one.page, "kind")).select_option(label=one.word("Sister city"))
    one.writes("parties.0.name", "Kota Bandung")
    one.writes("parties.1.name", "Kōchi")
    one.writes("parties.1.country", "Jepang")
    one.sends()
    expect(one.heading).to_contain_text("Bandung–Kōchi")
    return one.page.url.split("?")[0]


def signs_a_letter(one: Coordinator) -> None:
    """The LoI, with a month for a date."""
    one.records("LoI signed")
    one.page.locator("#f-occurred").press_sequentially("September 2025")
    expect(one.page.locator("#t-occurred")).to_contain_text("30 September 2025")
    one.sends()
    expect(one.page.locator("#v2")).to_contain_text("September 2025")


def is_warned(one: Coordinator) -> None:
    """Of the approvals that are missing, before the MoU is recorded; the button counts."""
    one.records("MoU signed")
    one.writes("occurred", "10/2025")
    counts = one.words(
        "Record {what} with {number} warning", "Record {what} with {number} warnings", 1, what="MoU"
    )
    expect(one.page.locator("#acts .main")).to_have_text(counts)
    expect(one.page.locator("#acts .note li")).to_have_count(1)
    one.sends()


def is_refused_and_finds_the_way_out(one: Coordinator) -> None:
    """A visit that has not happened yet becomes a plan, with what was written."""
    one.records("Visit held")
    one.writes("occurred", LONG_AHEAD)
    one.writes("place", "Kōchi")
    one.page.locator("#acts .main").click()
    expect(one.page.locator("#wrong")).to_contain_text(one.word("This cannot be recorded yet"))
    expect(one.page.locator("#f-place")).to_have_value("Kōchi")
    one.presses("Record it as a plan")
    expect(one.page.locator("#f-window")).to_have_value(LONG_AHEAD)
    expect(one.page.locator("#f-place")).to_have_value("Kōchi")
    one.sends()
    answered(one.reader, 422)


def corrects_the_letter(one: Coordinator, agreement: str) -> None:
    """Its date was August; what was recorded stays visible, struck through."""
    one.page.locator("#v2 .mend").click()
    one.writes("fact.occurred", "2025-08")
    one.writes("reason", "Salah baca")
    one.sends()
    expect(one.page).to_have_url(agreement)
    expect(one.page.locator("#v2 .mended del")).to_contain_text("September 2025")


def runs_the_time_machine_back(one: Coordinator) -> None:
    """To before the correction: the old date stands, and what differs is marked."""
    one.page.locator("#known-slide").focus()
    one.page.keyboard.press("ArrowLeft")
    expect(one.page.locator(".elsewhen")).to_be_visible()
    expect(one.page.locator("#v2")).to_contain_text("September 2025")
    expect(one.page.locator("#v2 .mended")).to_have_count(0)
    expect(one.page.locator("#differing del").first).to_contain_text("September 2025")
    one.follows("Back to today")
    expect(one.page.locator(".elsewhen")).to_have_count(0)


def records_a_ceremony(one: Coordinator) -> None:
    """Seven partners on one day."""
    one.follows("Record")
    one.follows("A signing ceremony")
    one.page.get_by_label("MoU", exact=True).check()
    one.writes("occurred", "30/10/2018")
    one.page.locator("#f-kind").select_option("regional")
    one.writes("us.name", "Kota Bandung")
    for number, name in enumerate(SEVEN):
        if number >= 3:
            one.presses("Add another")
            expect(one.page.locator(box(one.page, f"partners.{number}.name"))).to_be_focused()
        one.writes(f"partners.{number}.name", f"Kabupaten {name} Baru")
    seven = one.words("Record {number} agreement at once", "Record {number} agreements at once", 7)
    expect(one.page.locator("#acts .main")).to_have_text(seven)
    one.sends()
    expect(one.page.locator("#recorded")).to_contain_text(
        one.words("{number} agreement recorded", "{number} agreements recorded", 7)
    )


def finds_kochi(one: Coordinator) -> None:
    """Without its macron."""
    one.follows("Register")
    one.page.get_by_role("searchbox").press_sequentially("kochi")
    expect(one.page.locator("tbody tr")).to_have_count(1)
    expect(one.page.locator("tbody")).to_contain_text("Kōchi")


def reads_the_overdue_board(one: Coordinator) -> None:
    """The visit to Nanning is owed; that to Kōchi lies ahead."""
    one.follows("Follow-up")
    overdue = one.page.get_by_role("region", name=one.word("Overdue"))
    expect(overdue).to_contain_text("Nanning")
    expect(overdue).not_to_contain_text("Kōchi")
    expect(one.page.get_by_role("main")).to_contain_text("Kōchi")


def switches_language_and_back(one: Coordinator) -> None:
    """The other language is kept from page to page."""
    other = "en" if one.language == "id" else "id"
    for language in (other, one.language):
        one.page.locator(f".seg [hreflang={language}]").click()
        expect(one.page.locator("html")).to_have_attribute("lang", language)
        one.page.get_by_role("link", name=say(language, "Calendar"), exact=True).first.click()
        expect(one.page.locator("html")).to_have_attribute("lang", language)
        one.page.go_back()


def loses_the_network(one: Coordinator, agreement: str) -> None:
    """While typing: nothing is lost, and nothing is recorded twice."""
    one.page.goto(agreement)
    one.records("Annotated")
    one.page.locator("#f-note").press_sequentially("Surat dari ")
    one.page.context.set_offline(True)
    one.page.locator("#f-note").press_sequentially("Kōchi")
    one.page.locator("#acts .main").click()
    expect(one.page.locator("#script-notes")).to_contain_text(one.word("No connection"))
    one.page.context.set_offline(False)
    one.page.reload()
    expect(one.page.locator("#script-notes")).to_contain_text(one.word("Your draft is back"))
    expect(one.page.locator("#f-note")).to_have_value("Surat dari Kōchi")
    one.sends()
    kept = one.reader.complaints
    kept[:] = [text for text in kept if "ERR_INTERNET_DISCONNECTED" not in text]


def collides(one: Coordinator, other: Coordinator, agreement: str) -> None:
    """Whoever comes second reads what the first recorded meanwhile, and decides."""
    one.page.goto(agreement)
    one.records("Visit cancelled")
    one.writes("reason", "Topan")
    other.page.goto(agreement)
    other.records("Visit confirmed")
    other.sends()
    one.page.locator("#acts .main").click()
    meanwhile = one.word(
        "Meanwhile {who} recorded: {what}", who="kota-bandung", what=one.word("Visit confirmed")
    )
    expect(one.page.locator("#conflict")).to_contain_text(meanwhile)
    expect(one.page.locator(box(one.page, "reason"))).to_have_value("Topan")
    one.presses("Record too")
    expect(one.page.locator("#recorded")).to_be_visible()
    expect(other.page.locator("#happened")).to_contain_text(other.word("Visit cancelled"))
    answered(one.reader, 409)


@dataclass
class Effort:
    """What it costs somebody who has read nothing: clicks, and fields to fill in."""

    one: Coordinator
    clicks: int = 0
    fields: int = 0

    def clicks_on(self, what: Locator) -> None:
        """A click."""
        what.first.click()
        self.clicks += 1

    def fills(self, name: str, text: str) -> None:
        """A field."""
        self.one.writes(name, text)
        self.fields += 1


def test_from_the_demos_link_to_a_recorded_memorandum(
    pakta: Served, somebody: MakeReader, record_testsuite_property: Callable[[str, object], None]
) -> None:
    one, began = Coordinator(somebody(pakta), "en"), time.monotonic()
    effort, page = Effort(one), one.page
    page.goto(pakta.link())
    effort.clicks_on(page.get_by_role("main").get_by_role("button"))
    effort.clicks_on(page.get_by_role("link", name="Record", exact=True))
    effort.fills("title", "Bandung – Kōchi")
    page.locator(box(page, "kind")).select_option("sister_city")
    effort.fields += 1
    effort.fills("parties.0.name", "Kota Bandung")
    effort.fills("parties.1.name", "Kōchi")
    effort.clicks_on(page.locator("#acts .main"))
    effort.clicks_on(page.get_by_role("link", name="Record the MoU"))
    effort.fills("occurred", "March 2025")
    expect(page.locator("#after")).to_contain_text("MoU was signed in March 2025")
    effort.clicks_on(page.locator("#acts .main"))
    expect(one.heading).to_contain_text("MoU was signed in March 2025")
    record_testsuite_property("seconds to a memorandum", round(time.monotonic() - began, 1))
    assert (effort.clicks, effort.fields) == (5, 5)
