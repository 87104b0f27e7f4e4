"""Corrections, retractions and evidence by hand: what is recorded stays, the right thing stands beside it."""

from tests.api.by_hand import Hand, Page, recorded
from tests.api.doors import Doors, fact


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


def test_a_retraction_knows_which_entry(pakta: Doors, hand: Hand) -> None:
    agreement = pakta.open(fact("loi_signed", "2025-03"))
    path = f"/agreements/{agreement}/record/retracted"
    page = hand.opens(f"{path}?version=2")
    assert page.inputs["version"] == "2"
    hand.records(path, page, reason="On the wrong agreement")
    assert recorded(pakta, agreement)[-1]["version"] == 2
