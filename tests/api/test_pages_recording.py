"""Recording by hand, without a browser's script: forms that are sent, refused, warned of, and sent again."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from httpx2 import Response

from api.sessions import COOKIE
from domain.agreement.access import Role
from domain.agreement.transitions import TRANSITIONS
from tests.api.doors import Doors, fact

ORIGIN = {"Origin": "http://testserver"}
PDF = b"%PDF-1.7 a scan"
ALICE: dict[str, Any] = {"name": "Alice", "office": "Mayor", "party": "Kota Bandung"}


@dataclass
class Page(HTMLParser):
    """What a page asks: the inputs of its form as a browser would send them, and all its text."""

    html: str
    inputs: dict[str, str] = field(default_factory=dict)
    buttons: list[str] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self._in_form, self._choosing, self._writing = False, "", ""
        self.feed(self.html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self._in_form = self._in_form or told.get("id") == "record"
        name = told.get("name", "")
        if not (self._in_form and name):
            if tag == "option" and self._choosing and "selected" in told:
                self.inputs[self._choosing] = told["value"]
            return
        if tag == "input" and told.get("type") in ("radio", "checkbox"):
            self.inputs |= {name: told["value"]} if "checked" in told else {}
        elif tag == "input" and told.get("type") != "file":
            self.inputs[name] = told.get("value", "")
        elif tag == "select":
            self._choosing, self.inputs[name] = name, ""
        elif tag == "textarea":
            self._writing, self.inputs[name] = name, ""
        elif tag == "button":
            self.buttons.append(told["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False
        self._choosing = "" if tag == "select" else self._choosing
        if tag == "textarea":
            # The first line end after the tag is not part of the text (HTML, 13.1.2.5).
            self.inputs[self._writing] = self.inputs[self._writing].removeprefix("\n")
            self._writing = ""

    def handle_data(self, data: str) -> None:
        if self._writing:
            self.inputs[self._writing] += data
        self.text += f" {data}"


@dataclass
class Hand:
    """Somebody who fills in forms, signed in."""

    doors: Doors
    session: str

    @classmethod
    def of(cls, doors: Doors, organisation: str = "kota-bandung", role: Role = "coordinator") -> "Hand":
        """Of an organisation, in a role."""
        session = doors.running.sessions.open(doors.running.sessions.invite(organisation, role))
        assert session is not None
        return cls(doors, session)

    def opens(self, path: str, status: int = 200) -> Page:
        """A page."""
        response = self._ask("GET", path)
        assert response.status_code == status, response.text
        return Page(response.text)

    def sends(self, path: str, page: Page, do: str = "record", **said: str) -> Response:
        """The form of a page, with some inputs written. In names a double underscore stands for a dot."""
        written = {name.replace("__", "."): text for name, text in said.items()}
        return self._ask("POST", path, data={**page.inputs, **written, "do": do})

    def records(self, path: str, page: Page, **said: str) -> Response:
        """The same, after which something is recorded."""
        response = self.sends(path, page, **said)
        assert response.status_code == 303, Page(response.text).text
        return response

    def refused(self, path: str, page: Page, /, **said: str) -> Page:
        """The same, after which the form comes back: something is wrong, or not seen yet."""
        response = self.sends(path, page, **said)
        assert response.status_code == 422, response.text
        return Page(response.text)

    def collides(self, path: str, page: Page, **said: str) -> Page:
        """The same, after which the form comes back, because something was recorded already."""
        response = self.sends(path, page, **said)
        assert response.status_code == 409, response.text
        return Page(response.text)

    def _ask(self, method: str, path: str, **request: Any) -> Response:
        headers = {
            **ORIGIN,
            "Cookie": f"{COOKIE}={self.session}",
            "Accept": "text/html",
            "Accept-Language": "en",
        }
        response: Response = self.doors.client.request(
            method, path, headers=headers | request.pop("headers", {}), follow_redirects=False, **request
        )
        return response


@pytest.fixture
def hand(pakta: Doors) -> Hand:
    """A coordinator of kota-bandung."""
    return Hand.of(pakta)


def recorded(doors: Doors, agreement: str) -> list[Any]:
    """The facts of an agreement, in order of recording."""
    return [entry["fact"] for entry in doors.walk(f"/agreements/{agreement}/events")]


def test_a_date_is_recorded_in_the_words_in_which_it_was_said(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open()
    path = f"/agreements/{agreement}/record/loi_signed"
    said = {"occurred": "September 2025", "signatories__0__name": "Alice", "signatories__0__office": "Mayor"}
    shown = Page(hand.sends(path, hand.opens(path), "check", **said).text)
    assert "September 2025. Earliest 1 September 2025. Latest 30 September 2025." in shown.text
    assert "The Bandung–Nanning LoI was signed in September 2025." in shown.text
    response = hand.records(path, shown)
    assert response.headers["location"] == f"/agreements/{agreement}"
    told = recorded(pakta, agreement)[-1]
    assert told["occurred"] == {"edtf": "2025-09", "as_stated": "September 2025", "basis": "stated"}
    assert told["signatories"][0]["office"] == "Mayor"


def test_an_agreement_is_proposed_and_the_next_page_says_so_once(pakta: Doors, hand: Hand) -> None:
    said = {"title": "Bandung – Kochi", "kind": "sister_city", "parties__0__name": "Kota Bandung"}
    said |= {"parties__1__name": "Kōchi", "parties__1__country": "JP", "occurred": "akhir 2018"}
    response = hand.records("/record", hand.opens("/record"), **said)
    agreement = response.headers["location"].rpartition("/")[2]
    assert recorded(pakta, agreement)[0]["occurred"]["edtf"] == "2018-10/2018-12"
    cookie = response.headers["set-cookie"].split(";")[0]
    following = pakta.client.get("/sign-in", headers={"Cookie": cookie, "Accept-Language": "en"})
    assert "Recorded, entry 1." in following.text
    assert f"/agreements/{agreement}/record/retracted?version=1" in following.text
    assert 'pakta_recorded=""' in following.headers["set-cookie"]


@pytest.mark.parametrize(
    ("called", "code"), [("Japan", "JP"), ("jepang", "JP"), ("JP", "JP"), ("Tiongkok", "CN")]
)
def test_a_country_is_called_by_its_name_or_its_code(
    pakta: Doors, hand: Hand, called: str, code: str
) -> None:
    said = {"title": "A", "kind": "sister_city", "parties__0__name": "Kōchi", "parties__0__country": called}
    agreement = hand.records("/record", hand.opens("/record"), **said).headers["location"].rpartition("/")[2]
    assert recorded(pakta, agreement)[0]["parties"][0]["country"] == code


@pytest.mark.parametrize("cookie", ["x", "a.b.c.d.e", "a.1.2.3", "a.1.2.3.99999999999999999999", "a.١.2.3.4"])
def test_a_cookie_that_somebody_made_up_says_nothing(shared: Doors, cookie: str) -> None:
    page = shared.client.get("/sign-in", headers={b"Cookie": f"pakta_recorded={cookie}".encode()})
    assert page.status_code == 200
    assert 'id="recorded"' not in page.text


def test_a_warning_is_seen_before_anything_is_recorded(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open()
    path = f"/agreements/{agreement}/record/mou_signed"
    blind = hand.opens(path)
    blind.inputs["seen"] = ""
    warned = hand.refused(path, blind, occurred="2025-01-05")
    assert "It will be recorded with 2 warnings" in warned.text
    assert "Record MoU with 2 warnings" in warned.text
    assert len(recorded(pakta, agreement)) == 1
    hand.records(path, warned)
    assert len(recorded(pakta, agreement)) == 2


def test_what_has_not_happened_is_refused_at_its_field_with_ways_out(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open()
    path = f"/agreements/{agreement}/record/visit_held"
    said = {"occurred": "September mendatang", "place": "Nanning", "evidence__0__title": "An article"}
    page = hand.refused(path, hand.opens(path), evidence__0__published_on="Maret 2025", **said)
    assert "This has not happened yet" in page.text
    assert page.inputs["place"] == "Nanning"
    assert {"plan", "mean:occurred:2025-09"} <= set(page.buttons)
    hand.records(path, Page(hand.sends(path, page, "mean:occurred:2025-09").text))
    meant = {"edtf": "2025-09", "as_stated": "September mendatang", "basis": "inferred"}
    assert recorded(pakta, agreement)[-1]["occurred"] == meant


def test_what_has_not_happened_is_recorded_as_a_plan(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open()
    start = f"/agreements/{agreement}/record"
    held = hand.opens(f"{start}/visit_held")
    said = {"occurred": "September mendatang", "visitor__name": "Kota Bandung"}
    plan = Page(hand.sends(f"{start}/follow_up_visit_scheduled", held, "plan", **said).text)
    hand.records(f"{start}/follow_up_visit_scheduled", plan)
    told = recorded(pakta, agreement)[-1]
    assert (told["visit"], told["visitor"], told["occurred"]) == ("visit-1", "Kota Bandung", None)
    assert told["window"]["as_stated"] == "September mendatang"


def test_a_reason_is_asked_for_only_when_it_lifts_the_refusal(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open()
    path = f"/agreements/{agreement}/record/realised"
    first = hand.opens(path)
    assert "override_reason" not in first.inputs
    refused = hand.refused(path, first, extent="partly")
    assert refused.inputs["override_reason"] == ""
    warned = hand.refused(path, refused, override_reason="The paper is lost")
    hand.records(path, warned)
    assert recorded(pakta, agreement)[-1]["override_reason"] == "The paper is lost"


def test_wrong_fields_are_named_on_top_and_every_input_is_kept(shared: Doors) -> None:
    hand = Hand.of(shared)
    said = {"parties__3__name": "Kota Bandung", "parties__3__country": "Indonezia", "evidence__1__url": "x"}
    page = hand.refused("/record", hand.opens("/record"), occurred="waktu hujan", **said)
    assert "This cannot be recorded yet" in page.text
    for label in ("Title", "Kind", "Country", "Web address", "Since when has it been proposed?"):
        assert f'">{label}</a>' in page.html
    assert "must be two capital letters, such as ID or CN" in page.text
    assert "must be a web address" in page.text
    assert page.text.index("Title :") < page.text.index("Web address :")
    assert page.inputs["parties.0.country"] == "Indonezia"
    assert page.inputs["occurred"] == "waktu hujan"
    assert "words:occurred" in page.buttons


def test_the_same_form_sent_twice_is_recorded_once(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open()
    path = f"/agreements/{agreement}/record/follow_up_visit_scheduled"
    page = hand.opens(path)
    answers = [hand.records(path, page, window="2027-03").headers["location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(recorded(pakta, agreement)) == 2
    other = hand.collides(path, page, window="2027-04")
    assert "recorded already, with other words" in other.text
    assert len(recorded(pakta, agreement)) == 2


def test_two_who_record_at_once_both_understand(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open()
    path = f"/agreements/{agreement}/record/loi_signed"
    page = hand.opens(path)
    pakta.record(agreement, fact("annotated", note="Meanwhile"))
    conflict = hand.collides(path, page, occurred="2025-03")
    assert "Meanwhile kota-bandung recorded: Annotated" in conflict.text
    assert conflict.inputs["occurred"] == "2025-03"
    hand.records(path, conflict)
    assert [told["type"] for told in recorded(pakta, agreement)] == ["proposed", "annotated", "loi_signed"]


def test_a_correction_begins_with_what_is_recorded(pakta: Doors, hand: Hand) -> None:
    window = {"edtf": "2025-09", "as_stated": "September mendatang", "basis": "inferred"}
    plan = fact("follow_up_visit_scheduled", "2025-03", visit="return", window=window, host="Kota Nanning")
    agreement = pakta.open(plan)
    path = f"/agreements/{agreement}/record/corrected"
    assert f"{path}?version=2" in hand.opens(path).html
    page = hand.opens(f"{path}?version=2")
    assert page.inputs["fact.window"] == "September mendatang"
    assert page.inputs["fact.visit"] == "return"
    hand.records(path, page, fact__place="Nanning", reason="The place was missing")
    told = recorded(pakta, agreement)[-1]
    assert told["fact"]["window"] == window
    assert told["fact"]["place"] == "Nanning"
    hand.opens(f"{path}?version=3", 404)
    hand.opens(f"{path}?version=9", 404)


def test_what_a_source_states_is_chosen_among_the_fields_of_its_entry(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open(fact("loi_signed", "2025-03"), fact("annotated", note="Found in a drawer"))
    path = f"/agreements/{agreement}/record/evidence_attached"
    page = hand.opens(f"{path}?version=2")
    assert '<option value="occurred">When</option>' in page.html
    assert '<option value="signatories">Signed by</option>' in page.html
    assert '<option value="title">' not in page.html
    assert '<option value="title">' in hand.opens(path).html
    said = {
        "says__0__key": "occurred",
        "says__0__value": "25 March 2024",
        "evidence__0__publisher": "A paper",
    }
    shown = Page(hand.sends(path, page, "check", **said).text)
    assert "Monday, 25 March 2024." in shown.text
    assert "states otherwise (when)" in shown.text
    hand.records(path, shown)
    told = recorded(pakta, agreement)[-1]
    stated = {"edtf": "2024-03-25", "as_stated": "25 March 2024", "basis": "stated"}
    assert told["says"] == {"occurred": stated}
    assert "This source states: When 25 March 2024" in hand.opens("/entries/4").text


def test_words_of_a_source_that_are_no_date_are_told_as_they_are(pakta: Doors, hand: Hand) -> None:
    source = fact(
        "evidence_attached", version=2, evidence=[{"title": "A"}], says={"occurred": "in the rains"}
    )
    agreement = pakta.open(fact("loi_signed", "2025-03"), source)
    assert "in the rains" in hand.opens(f"/agreements/{agreement}").text


def test_what_would_come_of_it_waits_until_something_is_written(pakta: Doors, hand: Hand) -> None:
    path = f"/agreements/{pakta.open()}/record/mou_signed"
    page = hand.opens(path)
    assert "Once you begin to write" in page.text
    assert "nobody knows" not in page.text.replace("What nobody knows", "")
    shown = Page(hand.sends(path, page, "preview", place="Bandung").text)
    assert "on a day that nobody knows" in shown.text


def test_a_retraction_knows_which_entry(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open(fact("loi_signed", "2025-03"))
    path = f"/agreements/{agreement}/record/retracted"
    page = hand.opens(f"{path}?version=2")
    assert page.inputs["version"] == "2"
    hand.records(path, page, reason="On the wrong agreement")
    assert recorded(pakta, agreement)[-1]["version"] == 2


def test_a_scan_is_kept_even_when_the_form_comes_back(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open()
    path = f"/agreements/{agreement}/record/approval_recorded"
    page = hand.opens(path)
    files = {"evidence.0.file": ("scan.pdf", PDF, "application/pdf")}
    back = hand._ask("POST", path, data={**page.inputs, "do": "record"}, files=files)
    assert back.status_code == 422
    again = Page(back.text)
    assert len(again.inputs["evidence.0.sha256"]) == 64
    hand.records(path, again, gate="dprd")
    assert recorded(pakta, agreement)[-1]["evidence"][0]["sha256"] == again.inputs["evidence.0.sha256"]
    files = {"evidence.0.file": ("virus.exe", b"MZ", "application/pdf")}
    wrong = hand._ask("POST", path, data={**page.inputs, "do": "check"}, files=files)
    assert "Accepted are PDF" in Page(wrong.text).text


def test_rows_come_and_go_without_a_script(shared: Doors) -> None:
    hand = Hand.of(shared)
    said = {"parties__0__name": "A", "parties__1__name": "B"}
    more = Page(hand.sends("/record", hand.opens("/record"), "add:parties", **said).text)
    assert more.inputs["parties.2.name"] == ""
    less = Page(hand.sends("/record", more, "drop:parties.0").text)
    assert less.inputs["parties.0.name"] == "B"


def test_a_ceremony_is_one_form_and_all_or_nothing(pakta: Doors, hand: Hand) -> None:
    page = hand.opens("/record/ceremony")
    names = ("Kerinci", "Sarolangun", "Mempawah", "Tasikmalaya", "Tanjungpinang", "Aceh Tengah", "Bedagai")
    said = {
        "occurred": "30 Oktober 2018",
        "paper": "mou_signed",
        "kind": "regional",
        "us__name": "Kota Bandung",
    }
    said |= {"us__signatory": "Oded M. Danial", "us__office": "Walikota", "place": "Pendopo"}
    said |= {f"partners__{n}__name": name for n, name in enumerate(names)}
    shown = Page(hand.sends("/record/ceremony", page, "check", **said).text)
    assert "Record 7 agreements at once" in shown.text
    wrong = hand.refused("/record/ceremony", shown, partners__6__country="Indonezia")
    assert pakta.get("/agreements")["items"] == []
    hand.records("/record/ceremony", wrong, partners__6__country="ID")
    hand.records("/record/ceremony", wrong, partners__6__country="ID")
    found = pakta.walk("/agreements")
    assert {item["title"] for item in found} == {f"Kota Bandung – {name}" for name in names}
    facts = recorded(pakta, found[0]["agreement"])
    assert facts[0]["occurred"]["edtf"] == "../2018-10-30"
    assert [person["name"] for person in facts[1]["signatories"]] == ["Oded M. Danial"]


@pytest.mark.parametrize("kind", sorted(TRANSITIONS.keys() - {"proposed", "corrected"}))
def test_every_type_of_fact_has_its_form(shared: Doors, kind: str) -> None:
    hand = Hand.of(shared)
    agreement = shared.open(
        fact("loi_signed", "2025-03", signatories=[ALICE]),
        fact("follow_up_visit_scheduled", "2025-03", visit="v1", window="2027"),
        fact("commitment_made", "2025-03", commitment="c1", text="Help"),
    )
    page = hand.opens(f"/agreements/{agreement}/record/{kind}")
    assert page.inputs["key"].startswith("form-")
    assert page.inputs["expected"] == "4"
    if "visit" in page.inputs and kind != "follow_up_visit_scheduled":
        assert page.inputs["visit"] == "v1"


def test_what_is_likely_comes_first_and_everything_else_behind_it(shared: Doors) -> None:
    hand = Hand.of(shared)
    agreement = shared.open(fact("follow_up_visit_scheduled", "2025-03", visit="v1", window="2025-09"))
    page = hand.opens(f"/agreements/{agreement}/record")
    first = [page.html.index(f"/record/{kind}") for kind in ("visit_held", "visit_rescheduled", "loi_signed")]
    assert first == sorted(first)
    assert all(f"/record/{kind}" in page.html for kind in TRANSITIONS if kind != "proposed")


@pytest.mark.parametrize("path", ["", "/loi_signed", "/nonsense", "/proposed"])
def test_only_coordinators_of_the_owner_come_in(shared: Doors, path: str) -> None:
    agreement = shared.open()
    address = f"/agreements/{agreement}/record{path}"
    known = path not in ("/nonsense", "/proposed")
    for outsider in (Hand.of(shared, role="viewer"), Hand.of(shared, "kota-serang")):
        page = outsider.opens(address, 403 if known else 404)
        assert ("Only a coordinator of the organisation that owns the agreement" in page.text) == known
    stranger = shared.client.get(address, headers={"Accept": "text/html"}, follow_redirects=False)
    assert stranger.headers["location"] == "/sign-in"
    Hand.of(shared, role="viewer").opens("/record", 403)


def test_another_site_records_nothing(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open()
    path = f"/agreements/{agreement}/record/annotated"
    data = {**hand.opens(path).inputs, "note": "x"}
    response = hand._ask("POST", path, data=data, headers={"Origin": "http://elsewhere.example"})
    assert response.status_code == 403
    assert len(recorded(pakta, agreement)) == 1


def test_forms_are_bounded(closed: Doors) -> None:
    hand = Hand.of(closed)
    assert hand._ask("POST", "/record", data={"title": "x" * 5_000, "do": "check"}).status_code == 413
    broken = hand._ask("POST", "/record", content=b"--", headers={"Content-Type": "multipart/form-data"})
    assert broken.status_code == 400


def test_the_script_is_told_where_to_go(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open()
    path = f"/agreements/{agreement}/record/annotated"
    data = {**hand.opens(path).inputs, "note": "x", "do": "record"}
    response = hand._ask("POST", path, data=data, headers={"X-Pakta-Form": "1"})
    assert json.loads(response.text) == {"to": f"/agreements/{agreement}"}
