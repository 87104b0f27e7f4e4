"""How far an agreement has come: its status, milestones, instrument and realisation."""

import pytest

from domain.facts import Fact
from tests.facts import (
    DOCUMENT,
    arrangement,
    attach,
    cancelled,
    held,
    kept,
    loi,
    mou,
    promise,
    proposed,
    proposed_at_home,
    realised,
    retract,
    visit,
)
from tests.given import fact, given

LADDER = [
    (proposed("2014"), "proposed", "none"),
    (loi("2015"), "loi_signed", "loi"),
    (mou("2016"), "mou_signed", "mou"),
    (visit("v1", "2018", "2017"), "follow_up_visit_scheduled", "mou"),
    (held("2018-05", "v1"), "follow_up_visit_held", "mou"),
    (realised("2019"), "realised", "mou"),
]


@pytest.mark.parametrize("rungs", range(1, 7))
def test_the_status_is_the_furthest_rung_that_stands(rungs: int) -> None:
    facts = [fact for fact, _, _ in LADDER[:rungs]]
    _, status, instrument = LADDER[rungs - 1]
    given(*facts).then(status=status, instrument=instrument)


def test_each_rung_has_its_milestone_as_it_was_dated() -> None:
    given(*(fact for fact, _, _ in LADDER)).then(
        milestones={
            "proposed": "2014",
            "loi_signed": "2015",
            "mou_signed": "2016",
            "follow_up_visit_scheduled": "2017",
            "follow_up_visit_held": "2018-05",
            "realised": "2019",
        }
    )


def test_a_rung_not_reached_or_not_dated_has_no_milestone() -> None:
    given(proposed(None), mou("2018-10-30")).then(
        status="mou_signed", milestones={"proposed": None, "loi_signed": None, "mou_signed": "2018-10-30"}
    )


def test_of_several_of_a_kind_the_first_is_the_milestone_whatever_the_order_of_recording() -> None:
    given(proposed(), mou("2025-08-11"), mou("2019-06-26")).then(milestones={"mou_signed": "2019-06-26"})


def test_stages_may_be_skipped() -> None:
    given(proposed(), mou("2018-10-30")).then(status="mou_signed")
    given(proposed(), loi("2018"), realised("2019")).then(status="realised", instrument="loi")


def test_an_arrangement_is_an_instrument_but_no_rung() -> None:
    given(proposed(), arrangement("2019-02")).then(status="proposed", instrument="arrangement")
    given(proposed(), loi("2018"), arrangement("2019")).then(status="loi_signed", instrument="arrangement")
    given(proposed(), mou("2018"), arrangement("2019")).then(status="mou_signed", instrument="mou")


def test_an_early_fact_recorded_late_takes_its_place_in_time() -> None:
    given(proposed(), mou("2019-06-26")).when(loi("2014-12-19")).then(
        status="mou_signed", milestones={"loi_signed": "2014-12-19", "mou_signed": "2019-06-26"}
    )


def test_partly_or_fully_realised_makes_the_status() -> None:
    given(proposed(), mou("2018")).when(realised("2019", "partly")).then(
        status="realised", realisation="partly"
    )
    given(proposed(), mou("2018"), realised("2019", "partly")).when(realised("2020", "fully")).then(
        status="realised", realisation="fully", milestones={"realised": "2019"}
    )


def test_full_realisation_is_not_undone_by_a_partial_one_later() -> None:
    given(proposed(), mou("2018"), realised("2019", "fully")).when(realised("2020", "partly")).then(
        realisation="fully"
    )


def test_a_commitment_kept_is_a_realisation_but_does_not_make_the_status() -> None:
    given(proposed(), mou("2018"), promise("c1", "2019")).then(realisation="none", realisation_basis=None)
    given(proposed(), mou("2018"), promise("c1", "2019"), kept("c1", "2020")).then(
        status="mou_signed", realisation="partly", realisation_basis="claimed", milestones={"realised": None}
    )


def test_a_result_without_a_primary_document_is_claimed() -> None:
    given(proposed(), mou("2018"), realised("2019", evidence=[{"title": "A", "grade": "secondary"}])).then(
        realisation_basis="claimed"
    )


@pytest.mark.parametrize("result", [realised("2019", evidence=[DOCUMENT]), kept("c1", evidence=[DOCUMENT])])
def test_a_result_with_a_primary_document_is_evidenced(result: Fact) -> None:
    given(proposed(), mou("2018"), promise("c1"), result).then(realisation_basis="evidenced")


def test_a_primary_document_attached_later_evidences_the_result() -> None:
    story = given(proposed(), mou("2018"), realised("2019")).then(realisation_basis="claimed")
    story = story.when(attach(2, DOCUMENT)).then(realisation_basis="claimed")
    story = story.when(attach(3, DOCUMENT)).then(realisation_basis="evidenced")
    story.when(retract(5)).then(realisation_basis="claimed")


def test_a_cancelled_visit_does_not_stand_on_the_ladder() -> None:
    story = given(proposed(), loi("2020-01-01"), visit("v1", "2020-09", "2020-06-01"))
    story.then(status="follow_up_visit_scheduled")
    story.when(cancelled("v1", "2020-08-01")).then(
        status="loi_signed", milestones={"follow_up_visit_scheduled": None}
    )


def test_a_network_has_no_status_and_no_flags() -> None:
    network = proposed(kind="network", parties=[{"name": "ASCN", "kind": "network"}])
    given(network).on("2030-01-01").then(status=None, flags=(), begun=True, voided=False)
    given(network, mou("2018", valid_until="2027-01-01")).then(status=None, flags=())


def test_a_network_is_not_asked_for_letters_and_gates() -> None:
    given(proposed(kind="network"), mou("2018")).warning()


def test_fields_stand_as_the_latest_paper_puts_them() -> None:
    exploring = {"name": "Agriculture", "standing": "exploring"}
    story = given(proposed(fields=[exploring, "health"]))
    assert [(f.name, f.standing) for f in story.state.fields] == [
        ("Agriculture", "exploring"),
        ("health", None),
    ]
    story = story.when(mou("2018", fields=["agriculture"]), fact("amended", "2019", fields=["waste"]))
    assert [(f.name, f.standing) for f in story.state.fields] == [
        ("Agriculture", "agreed"),
        ("health", None),
        ("waste", "agreed"),
    ]


def test_a_result_in_a_field_does_not_change_how_firmly_it_is_agreed() -> None:
    story = given(proposed(), mou("2018", fields=["waste"]), realised("2019", fields=["Waste", "tourism"]))
    assert [(f.name, f.standing) for f in story.state.fields] == [("waste", "agreed"), ("tourism", None)]


def test_parties_join_and_leave() -> None:
    tasik = {"name": "Kabupaten Tasikmalaya", "kind": "regency", "country": "ID", "aliases": ["Tasik"]}
    story = given(proposed_at_home(), fact("party_joined", "2020", party=tasik))
    assert [party.name for party in story.state.parties] == [
        "Kota Bandung",
        "Kabupaten Kerinci",
        "Kabupaten Tasikmalaya",
    ]
    story = story.when(fact("party_left", "2021", party="TASIK"))
    assert [party.name for party in story.state.parties] == ["Kota Bandung", "Kabupaten Kerinci"]


def test_a_kota_and_a_kabupaten_of_one_name_are_two_parties() -> None:
    both = [{"name": "Serang", "kind": kind, "country": "ID"} for kind in ("city", "regency")]
    story = given(proposed(parties=both), fact("party_left", "2021", party=both[1]))
    assert [party.kind for party in story.state.parties] == ["city"]


def test_a_party_is_known_by_its_code_whatever_it_is_called() -> None:
    listed = {"name": "Kota Bandung", "kind": "city", "country": "ID", "code": "32.73"}
    leaving = {"name": "Bandung City", "country": "ID", "code": "32.73"}
    story = given(proposed(parties=[listed, KERINCI_AS_LISTED]), fact("party_left", "2021", party=leaving))
    assert [party.name for party in story.state.parties] == ["Kabupaten Kerinci"]


def test_when_every_party_has_left_nobody_is_listed() -> None:
    story = given(proposed(), fact("party_left", "2021", party="Kota Bandung"))
    story.when(fact("party_left", "2022", party="Kota Nanning")).then(parties=()).warned(
        "no_parties", version=1
    )


KERINCI_AS_LISTED = {"name": "Kabupaten Kerinci", "kind": "regency", "country": "ID"}
