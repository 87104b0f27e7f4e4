"""Recording by hand, without a browser's script: forms that are filled in, understood and recorded."""

import json

import pytest

from domain.agreement.transitions import TRANSITIONS
from tests.api.by_hand import Hand, Page, recorded
from tests.api.doors import Doors, fact

ALICE = {"name": "Alice", "office": "Mayor", "party": "Kota Bandung"}


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


def test_what_would_come_of_it_waits_until_something_is_written(pakta: Doors, hand: Hand) -> None:
    path = f"/agreements/{pakta.open()}/record/mou_signed"
    page = hand.opens(path)
    assert "Once you begin to write" in page.text
    assert "nobody knows" not in page.text.replace("What nobody knows", "")
    shown = Page(hand.sends(path, page, "preview", place="Bandung").text)
    assert "on a day that nobody knows" in shown.text


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


def test_the_script_is_told_where_to_go(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open()
    path = f"/agreements/{agreement}/record/annotated"
    data = {**hand.opens(path).inputs, "note": "x", "do": "record"}
    response = hand.asks("POST", path, data=data, headers={"X-Pakta-Form": "1"})
    assert json.loads(response.text) == {"to": f"/agreements/{agreement}"}


def test_a_title_is_suggested_once_it_is_known_who_works_with_whom(pakta: Doors, hand: Hand) -> None:
    said = {
        "kind": "sister_city",
        "parties__0__name": "Kota Bandung",
        "parties__1__name": "Kabupaten Kerinci",
    }
    page = hand.refused("/record", hand.opens("/record"), **said)
    assert "fill:title:Bandung – Kerinci" in page.buttons
    filled = Page(hand.sends("/record", page, "fill:title:Bandung – Kerinci").text)
    assert filled.inputs["title"] == "Bandung – Kerinci"
    assert not any(button.startswith("fill:") for button in filled.buttons)
    hand.records("/record", filled)
    assert [item["title"] for item in pakta.walk("/agreements")] == ["Bandung – Kerinci"]


def test_a_suggested_title_tells_a_city_from_the_regency_of_its_name(shared: Doors) -> None:
    said = {"parties__0__name": "Kota Bandung", "parties__1__name": "Kabupaten Bandung"}
    hand = Hand.of(shared)
    page = Page(hand.sends("/record", hand.opens("/record"), "preview", **said).text)
    assert "fill:title:Kota Bandung – Kabupaten Bandung" in page.buttons


def test_something_about_an_agreement_begins_with_finding_it(shared: Doors) -> None:
    kochi = shared.open(title="Bandung – Kōchi")
    nanning = shared.open(title="Bandung – Nanning")
    hand = Hand.of(shared)
    assert "/record/existing" in hand.opens("/record").html
    assert f"/agreements/{nanning}/record" in hand.opens("/record/existing").html
    found = hand.opens("/record/existing?q=kochi")
    assert f"/agreements/{kochi}/record" in found.html
    assert nanning not in found.html
    assert "No agreement fits" in hand.opens("/record/existing?q=nowhere").text


def test_only_agreements_that_one_may_record_about_are_offered(shared: Doors) -> None:
    agreement = shared.open()
    assert agreement not in Hand.of(shared, "kota-serang").opens("/record/existing").html
    Hand.of(shared, role="auditor").opens("/record/existing", 403)
