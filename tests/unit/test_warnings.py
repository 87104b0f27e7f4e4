"""What is unusual is recorded, with a warning that stands for as long as it holds."""

from typing import Any

import pytest

from domain.agreement.warnings import WARNINGS
from domain.facts import Fact
from tests.codes import codes_tested
from tests.facts import (
    BANDUNG,
    NANNING,
    arrangement,
    attach,
    confirmed,
    correct,
    dropped,
    held,
    kept,
    loi,
    mou,
    note,
    progress,
    promise,
    proposed,
    proposed_at_home,
    realised,
    retract,
    succeeded,
    terminated,
    visit,
)
from tests.given import fact, given, recorded

ELSEWHERE = {"possible_duplicate"}  # only the journal sees other agreements
YESTERDAY = "2026-11-20"


def approved(gate: str, outcome: str = "granted") -> Fact:
    """A gate's answer."""
    return fact("approval_recorded", "2018", gate=gate, outcome=outcome)


def test_every_warning_has_a_test() -> None:
    assert codes_tested("warned") == WARNINGS.keys() - ELSEWHERE


def test_an_ordinary_agreement_brings_no_warning() -> None:
    given(
        proposed(),
        loi("2015"),
        approved("dprd"),
        approved("full_powers"),
        mou("2018"),
        held("2019"),
        realised("2020"),
    ).warning()
    given(proposed_at_home(), mou("2018")).warning()


def test_an_agreement_without_parties() -> None:
    given(proposed(parties=[])).warned("no_parties")
    given(proposed(parties=[]), fact("party_joined", "2011", party=BANDUNG)).quiet_about("no_parties")


def test_a_memorandum_across_borders_without_a_letter_of_intent() -> None:
    story = given(proposed()).when(mou("2018")).warned("mou_without_loi")
    story.when(loi("2015")).quiet_about("mou_without_loi")
    given(proposed_at_home(), mou("2018")).quiet_about("mou_without_loi")


def test_the_gates_of_a_memorandum_across_borders() -> None:
    story = given(proposed(), loi("2015")).when(mou("2018"))
    story.warned("gate_evidence_missing", gates="dprd, full_powers")
    story = story.when(approved("full_powers", "refused"), approved("dprd"))
    story.warned("gate_evidence_missing", 3, gates="full_powers")
    story.when(approved("full_powers")).quiet_about("gate_evidence_missing")
    given(proposed_at_home(), mou("2018")).quiet_about("gate_evidence_missing")


def test_a_government_needs_no_city_council() -> None:
    given(proposed(kind="government"), loi("2015")).when(mou("2018")).warned(
        "gate_evidence_missing", gates="full_powers"
    )


def test_a_visit_before_the_proposal() -> None:
    given(proposed("2025-06-23")).when(held("2025-06-22")).warned("visit_before_proposal")
    for same in ("2025-06-23", "2025-06", None):
        given(proposed("2025-06-23")).when(held(same)).quiet_about("visit_before_proposal")


def test_a_signature_before_the_proposal() -> None:
    given(proposed("2019"), loi("2018")).when(mou("2018")).warned("signed_before_proposal")
    given(proposed("2018")).when(mou("2018")).quiet_about("signed_before_proposal")


def test_in_force_before_the_signature() -> None:
    in_force = fact("entered_into_force", "2018-10-29")
    given(proposed(), mou("2018-10-30")).when(in_force).warned("in_force_before_signature")
    early = fact("entered_into_force", "2018-10-30", effective="2018-01-01")
    given(proposed(), mou("2018-10-30")).when(early).warned("in_force_before_signature")
    late = fact("entered_into_force", "2018-10-29", effective="2018-10-30")
    given(proposed(), mou("2018-10-30")).when(late).quiet_about("in_force_before_signature")


def test_a_letter_after_the_memorandum_with_a_reason() -> None:
    given(proposed(), mou("2018")).when(loi("2020", override_reason="New fields")).warned(
        "loi_after_mou", reason="New fields"
    )


def test_realised_without_a_signature_with_a_reason() -> None:
    given(proposed()).when(realised("2020", override_reason="By decree")).warned(
        "realised_unsigned", reason="By decree"
    )


def test_realised_on_a_letter_of_intent() -> None:
    given(proposed(), loi("2018")).when(realised("2020")).warned("realised_without_mou")
    given(proposed(), loi("2018"), mou("2019")).when(realised("2020")).quiet_about("realised_without_mou")


def test_realised_on_an_arrangement_is_not_called_realised_on_a_letter() -> None:
    given(proposed_at_home(), arrangement("2018")).when(realised("2020")).warning()


def test_realised_before_the_first_signature() -> None:
    given(proposed(), mou("2018")).when(realised("2017")).warned("realised_before_signature")
    given(proposed(), mou("2018")).when(realised("2018")).quiet_about("realised_before_signature")


def test_extended_after_it_had_expired_shows_the_gap() -> None:
    ran_out = given(proposed(), mou("2015", valid_until="2020-12-31"))
    ran_out.when(fact("extended", "2021-01-10", valid_until="2025")).warned("renewed_after_expiry", days="10")
    ran_out.when(fact("extended", "2020-12-31", valid_until="2025")).quiet_about("renewed_after_expiry")


def test_an_amendment_may_have_prolonged_it_before_it_was_extended() -> None:
    amended = fact("amended", "2018", valid_until="2025")
    given(proposed(), mou("2015", valid_until="2020"), amended).when(
        fact("extended", "2024", valid_until="2030")
    ).quiet_about("renewed_after_expiry")


def test_a_letter_that_ran_out_does_not_end_the_memorandum() -> None:
    given(proposed(), loi("2010", valid_until="2012"), mou("2012")).when(
        fact("extended", "2020", valid_until="2030")
    ).quiet_about("renewed_after_expiry")


def test_sources_disagree_until_a_correction_decides() -> None:
    story = given(proposed(), loi("2025-03-25")).when(attach(2, occurred="2024-03-25"))
    story.warned("sources_disagree", 2, source="3", field="occurred")
    story.when(correct(2, loi("2025-03-25"))).quiet_about("sources_disagree")
    story.when(retract(3)).quiet_about("sources_disagree")
    undecided = story.when(correct(2, loi("2025-03-25")), retract(4))
    assert "sources_disagree" in {warned.code for warned in undecided.state.warnings}


@pytest.mark.parametrize(
    ("recorded_as", "said"),
    [
        ({"place": "Bandung"}, {"place": "BANDUNG"}),
        ({"place": None}, {"place": "Nanning"}),
        ({"place": "Bandung"}, {"place": None}),
        ({"valid_until": "2030"}, {"valid_until": "2030-05-01"}),
        ({"valid_until": {"edtf": "2030", "as_stated": "lima tahun"}}, {"valid_until": "2030"}),
        ({"notice_days": 30}, {"notice_days": 30}),
    ],
)
def test_sources_that_can_both_be_right_do_not_disagree(
    recorded_as: dict[str, Any], said: dict[str, Any]
) -> None:
    given(proposed(), loi("2025", **recorded_as)).when(attach(2, **said)).quiet_about("sources_disagree")


@pytest.mark.parametrize(
    ("recorded_as", "said"),
    [
        ({"place": "Bandung"}, {"place": "Nanning"}),
        ({"valid_until": "2030"}, {"valid_until": {"edtf": "2031"}}),
        ({"notice_days": 30}, {"notice_days": 60}),
        ({"fields": ["waste"]}, {"fields": ["health"]}),
    ],
)
def test_sources_that_cannot_both_be_right_disagree(
    recorded_as: dict[str, Any], said: dict[str, Any]
) -> None:
    story = given(proposed(), loi("2025", **recorded_as)).when(attach(2, **said))
    story.warned("sources_disagree", 2, source="3", field=next(iter(said)))


LATE = [
    pytest.param(note(), id="record keeping"),
    pytest.param(fact("granted", organisation="x"), id="a grant"),
    pytest.param(succeeded("2025"), id="succeeded"),
    pytest.param(held("2024-09", "v1"), id="a visit held"),
    pytest.param(confirmed("v1", "2024-03"), id="a visit confirmed"),
    pytest.param(progress("c1", 50, "2024-03"), id="progress"),
    pytest.param(kept("c1", "2025"), id="a commitment kept"),
    pytest.param(dropped("c1", "2025"), id="a commitment dropped"),
    pytest.param(realised("2025"), id="a realisation"),
    pytest.param(mou("2023"), id="a signature before the end"),
    pytest.param(held("2020"), id="a visit before the end"),
]


@pytest.mark.parametrize("late", LATE)
def test_what_comes_after_an_end_is_accepted_and_marked(late: Fact) -> None:
    given(
        recorded("2024-02-02", proposed()),
        recorded("2024-02-02", loi("2015")),
        recorded("2024-02-02", visit("v1", "2024-09")),
        recorded("2024-02-02", promise("c1")),
        recorded("2024-02-02", terminated("2024-02-01")),
    ).when(late).warned("after_end")


def test_what_was_recorded_before_the_end_is_not_marked() -> None:
    given(
        recorded("2024-01-01", proposed()), recorded("2024-01-01", mou("2018")), terminated("2024-02-01")
    ).warning("mou_without_loi", "gate_evidence_missing")


def test_what_was_recorded_before_anybody_recorded_the_end_is_not_marked() -> None:
    told = [recorded("2025-01-01", item) for item in (proposed(), mou("2018"), held("2019"))]
    given(*told).when(terminated("2020")).quiet_about("after_end")


def test_the_same_day_is_not_after_the_end() -> None:
    given(proposed(), terminated("2026-11-21")).when(note()).quiet_about("after_end")
    given(proposed(), terminated(YESTERDAY)).when(note()).warned("after_end")


def test_until_an_end_takes_effect_nothing_is_after_it() -> None:
    given(proposed(), terminated("2024", effective="2027")).when(note(), held("2026")).quiet_about(
        "after_end"
    )


def test_what_happened_after_an_end_recorded_late_is_marked() -> None:
    given(proposed(), held("2024-09")).when(terminated("2024-02-01")).warned("after_end", 2)


def test_a_party_that_nobody_listed() -> None:
    story = given(proposed()).when(held("2018", visitor="Kota Nanning", host="Kota Bandoeng"))
    story.warned("unknown_party", name="Kota Bandoeng")
    story.when(fact("party_joined", "2019", party="Kota Bandoeng")).quiet_about("unknown_party")


def test_a_party_is_known_by_its_aliases_whatever_the_case() -> None:
    aliased = [BANDUNG, NANNING | {"aliases": ["南宁"]}]
    signed = loi("2018", signatories=[{"party": "南宁"}, {"party": "KOTA BANDUNG"}])
    given(proposed(parties=aliased)).when(signed).quiet_about("unknown_party")


def test_people_and_programmes_name_parties_too() -> None:
    person = {"name": "Adirozal", "party": "Kabupaten Kerinci"}
    engaged = fact(
        "engagement_held", "2018", title="KTT", presented=[{"party": "Kota Makassar", "programme": "Lorong"}]
    )
    given(proposed()).when(loi("2018", signatories=[person])).warned(
        "unknown_party", name="Kabupaten Kerinci"
    )
    given(proposed()).when(fact("directive_issued", text="Show results", by=person)).warned(
        "unknown_party", name="Kabupaten Kerinci"
    )
    given(proposed()).when(engaged).warned("unknown_party", name="Kota Makassar")


def test_a_party_given_in_full_is_not_unknown() -> None:
    given(proposed()).when(held("2018", visitor={"name": "UPDIS", "kind": "institution"})).warning()


def test_the_lag_between_occurring_and_recording_is_no_warning() -> None:
    given(proposed_at_home("1990"), mou("1991")).warning()
