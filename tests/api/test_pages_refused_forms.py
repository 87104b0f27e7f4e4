"""Forms that come back: refused, incomplete, sent twice, overtaken by somebody else, or not allowed."""

import pytest

from tests.api.by_hand import Hand, Page, recorded
from tests.api.doors import Doors, fact

PDF = b"%PDF-1.7 a scan"


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


def test_a_scan_is_kept_even_when_the_form_comes_back(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open()
    path = f"/agreements/{agreement}/record/approval_recorded"
    page = hand.opens(path)
    files = {"evidence.0.file": ("scan.pdf", PDF, "application/pdf")}
    back = hand.asks("POST", path, data={**page.inputs, "do": "record"}, files=files)
    assert back.status_code == 422
    again = Page(back.text)
    assert len(again.inputs["evidence.0.sha256"]) == 64
    hand.records(path, again, gate="dprd")
    assert recorded(pakta, agreement)[-1]["evidence"][0]["sha256"] == again.inputs["evidence.0.sha256"]
    files = {"evidence.0.file": ("virus.exe", b"MZ", "application/pdf")}
    wrong = hand.asks("POST", path, data={**page.inputs, "do": "check"}, files=files)
    assert "Accepted are PDF" in Page(wrong.text).text


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
    response = hand.asks("POST", path, data=data, headers={"Origin": "http://elsewhere.example"})
    assert response.status_code == 403
    assert len(recorded(pakta, agreement)) == 1


def test_forms_are_bounded(closed: Doors) -> None:
    hand = Hand.of(closed)
    assert hand.asks("POST", "/record", data={"title": "x" * 5_000, "do": "check"}).status_code == 413
    broken = hand.asks("POST", "/record", content=b"--", headers={"Content-Type": "multipart/form-data"})
    assert broken.status_code == 400
