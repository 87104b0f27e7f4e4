"""What cannot be true is refused, with a code and a sentence."""

import pytest

from domain.agreement import Refused
from domain.agreement.admit import REFUSALS
from domain.facts import Fact
from tests.codes import codes_tested
from tests.facts import (
    arrangement,
    attach,
    cancelled,
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
    realised,
    rescheduled,
    retract,
    succeeded,
    terminated,
    visit,
)
from tests.given import Story, fact, given, recorded

ELSEWHERE = {"reference_taken"}  # only the journal sees other agreements
ENDED = given(proposed(), loi("2015"), visit("v1", "2024-09"), promise("c1"), terminated("2024-02-01"))


def test_every_refusal_has_a_test() -> None:
    assert codes_tested("refused") == REFUSALS.keys() - ELSEWHERE


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_a_sentence(code: str) -> None:
    words = ("occurred", "target", "newest", "type", "field", "end", "visit", "commitment", "reference")
    assert str(Refused(code, **dict.fromkeys(words, "x"))).endswith(".")


def test_an_agreement_opens_with_its_proposal() -> None:
    Story().when(loi("2018")).refused("not_proposed")


def test_an_agreement_is_proposed_once() -> None:
    given(proposed()).when(proposed()).refused("already_proposed")


def test_a_past_fact_may_be_of_tomorrow_and_no_later() -> None:
    given(proposed()).when(loi("2026-11-22")).accepted()
    given(proposed()).when(loi("2026-11-23")).refused("in_the_future", occurred="2026-11-23")


def test_tomorrow_is_counted_from_the_day_of_recording() -> None:
    given(proposed()).when(recorded("2025-01-01", loi("2025-01-03"))).refused("in_the_future")


@pytest.mark.parametrize("occurred", ["2026-12", "2027", "2028~/2029", "2026-11-23/.."])
def test_a_vague_date_that_is_certainly_later_than_tomorrow_is_refused(occurred: str) -> None:
    given(proposed()).when(loi(occurred)).refused("in_the_future")


@pytest.mark.parametrize(
    "occurred", ["2026-11", "2026", "2026-11-23?", "2027~", "../2030", "2020/2030", None]
)
def test_a_vague_date_that_may_be_past_is_accepted(occurred: str | None) -> None:
    given(proposed()).when(loi(occurred)).accepted()


def test_a_proposal_cannot_lie_in_the_future_either() -> None:
    Story().when(proposed("2027")).refused("in_the_future")


def test_a_correction_cannot_move_a_fact_into_the_future() -> None:
    given(proposed(), loi("2020")).when(correct(2, loi("2026-11-22"))).accepted()
    given(proposed(), loi("2020")).when(correct(2, loi("2026-11-23"))).refused("in_the_future")
    given(proposed(), loi("2020")).when(correct(2, loi("2020"), "2026-11-23")).refused("in_the_future")


@pytest.mark.parametrize(
    "plan",
    [
        visit("v1", "2031-09"),
        promise("c1", due="2031"),
        mou("2020", effective="2031", valid_until="2040"),
        fact("extended", "2020", valid_until="2040", effective="2031"),
        fact("invitation_received", "2020", title="KTT", window="2031"),
        terminated("2020", effective="2031"),
    ],
)
def test_planned_dates_may_lie_ahead(plan: Fact) -> None:
    given(proposed()).when(plan).accepted()


def test_a_letter_of_intent_certainly_after_every_memorandum_is_refused() -> None:
    given(proposed(), mou("2018-10-30")).when(loi("2018-10-31")).refused("loi_after_mou")
    given(proposed(), mou("2018-10-30"), mou("2020")).when(loi("2021")).refused("loi_after_mou")


def test_an_earlier_first_memorandum_recorded_late_is_refused_likewise() -> None:
    given(proposed(), loi("2018-10-30")).when(mou("2018-10-29")).refused("loi_after_mou")


def test_a_letter_between_two_memoranda_is_accepted() -> None:
    given(proposed(), mou("2018"), mou("2022")).when(loi("2020")).accepted()
    given(proposed(), loi("2020"), mou("2022")).when(mou("2018")).accepted()


def test_a_letter_recorded_late_with_its_earlier_date_is_accepted() -> None:
    given(proposed(), mou("2019-06-26")).when(loi("2014-12-19")).accepted().quiet_about("loi_after_mou")


@pytest.mark.parametrize("letter", ["2018-10-30", "2018-10", "2018", "2018-10-31?", "2017/2020", None])
def test_the_same_day_and_an_overlap_are_neither_before_nor_after(letter: str | None) -> None:
    given(proposed(), mou("2018-10-30")).when(loi(letter)).accepted().quiet_about("loi_after_mou")
    given(proposed(), loi(letter)).when(mou("2018-10-30")).accepted().quiet_about("loi_after_mou")


def test_a_late_letter_with_a_reason_is_accepted_and_stays_marked() -> None:
    given(proposed(), mou("2018")).when(loi("2020", override_reason="New fields")).warned(
        "loi_after_mou", reason="New fields"
    )
    given(proposed(), loi("2020")).when(mou("2018", override_reason="Found later")).warned(
        "loi_after_mou", version=2, reason="Found later"
    )


def test_nothing_signed_cannot_be_realised() -> None:
    given(proposed()).when(realised("2020")).refused("realised_unsigned")
    given(proposed(), visit("v1", "2020")).when(realised("2020")).refused("realised_unsigned")


def test_what_is_realised_unsigned_with_a_reason_stays_marked() -> None:
    given(proposed()).when(realised("2020", override_reason="By decree")).warned(
        "realised_unsigned", reason="By decree"
    ).then(status="realised")


@pytest.mark.parametrize("paper", [loi("2018"), mou("2018"), arrangement("2018"), mou()])
def test_any_signed_paper_can_be_realised(paper: Fact) -> None:
    given(proposed(), paper).when(realised("2020")).accepted()


@pytest.mark.parametrize(
    "later", [confirmed("v9"), rescheduled("v9", "2021"), cancelled("v9"), held("2020", "v9")]
)
def test_a_visit_that_was_never_scheduled_cannot_be_named(later: Fact) -> None:
    given(proposed(), visit("v1", "2021")).when(later).refused("unknown_visit", visit="v9")


def test_an_invitation_can_only_be_the_same_as_a_visit_that_is_known() -> None:
    invited = fact("invitation_received", "2020", title="KTT", possibly_same_as="v9")
    given(proposed()).when(invited).refused("unknown_visit")
    given(proposed(), visit("v9", "2021")).when(invited).accepted()


def test_a_visit_id_is_given_once() -> None:
    given(proposed(), visit("v1", "2021")).when(visit("v1", "2022", "2019")).refused(
        "visit_exists", visit="v1"
    )
    given(proposed(), visit("v1", "2021"), cancelled("v1")).when(visit("v1", "2022")).refused("visit_exists")


def test_a_retracted_visit_frees_its_id() -> None:
    freed = given(proposed(), visit("v1", "2021"), retract(2), visit("v1", "2022"))
    freed.when(retract(3)).refused("visit_exists")


@pytest.mark.parametrize(
    "later", [progress("c9", 50), kept("c9"), dropped("c9"), realised("2021", commitments=["c1", "c9"])]
)
def test_a_commitment_that_was_never_made_cannot_be_named(later: Fact) -> None:
    given(proposed(), mou("2018"), promise("c1")).when(later).refused("unknown_commitment", commitment="c9")


def test_a_commitment_id_is_given_once() -> None:
    given(proposed(), promise("c1")).when(promise("c1")).refused("commitment_exists", commitment="c1")


def test_a_visit_and_a_commitment_may_share_a_name() -> None:
    given(proposed(), promise("x1")).when(visit("x1", "2021")).accepted()


@pytest.mark.parametrize("about", [correct(3, loi("2018")), retract(3), retract(99), attach(3)])
def test_a_version_that_does_not_exist_is_refused(about: Fact) -> None:
    given(proposed(), loi("2018")).when(about).refused("unknown_version", newest="2")


def test_a_source_can_only_speak_of_fields_that_the_fact_has() -> None:
    given(proposed(), loi("2018")).when(attach(2, window="2019")).refused("unknown_field", field="window")
    given(proposed(), fact("replication_recorded", application="e-RK")).when(
        attach(2, **{"from": "Kota Bandung"})
    ).accepted()


def test_a_source_speaks_of_the_fact_as_it_was_corrected() -> None:
    corrected = given(proposed(), loi("2018"), correct(2, held("2018")))
    corrected.when(attach(2, topics=["waste"])).accepted()
    corrected.when(attach(2, valid_until="2030")).refused("unknown_field", type="visit_held")


@pytest.mark.parametrize(
    "later",
    [
        loi("2024-02-02", override_reason="Again"),
        mou("2025"),
        arrangement("2025"),
        fact("extended", "2025", valid_until="2030"),
        visit("v2", "2026", "2025"),
        rescheduled("v1", "2026", "2025"),
    ],
)
def test_after_an_end_nothing_is_signed_extended_or_scheduled(later: Fact) -> None:
    ENDED.when(later).refused("ended", end="5")


@pytest.mark.parametrize(
    "end", [terminated("2024-02-01"), fact("withdrawn", "2024-02-01"), succeeded("2024-02-01")]
)
def test_every_kind_of_end_is_an_end(end: Fact) -> None:
    given(proposed(), mou("2018"), end).when(mou("2024-02-02")).refused("ended", end="3")
    given(proposed(), mou("2018")).when(mou("2024-02-02"), end).refused("ended", end="4")


def test_an_end_recorded_late_cannot_precede_what_was_signed() -> None:
    given(proposed(), mou("2018")).when(terminated("2017")).refused("ended", end="3")


@pytest.mark.parametrize("earlier", ["2024-02-01", "2024-01-31", "2024-02", "2024", "2019", None])
def test_what_was_not_certainly_signed_after_the_end_is_accepted(earlier: str | None) -> None:
    ENDED.when(mou(earlier)).accepted()


def test_the_effective_day_of_an_end_counts() -> None:
    ended = given(proposed(), mou("2018"), terminated("2024-02-01", effective="2024-08-01"))
    ended.when(visit("v2", "2025", "2024-08-01")).accepted()
    ended.when(visit("v2", "2025", "2024-08-02")).refused("ended")


def test_an_end_of_unknown_day_came_before_it_was_recorded() -> None:
    ended = given(recorded("2025-01-01", proposed()), recorded("2025-01-01", terminated()))
    ended.when(mou("2025-01-01")).accepted()
    ended.when(mou("2025-01-02")).refused("ended")


def test_a_void_agreement_takes_nothing_but_remarks_sources_and_retractions() -> None:
    void = given(proposed(), loi("2018"), retract(1))
    for later in (mou("2019"), correct(1, proposed()), fact("granted", organisation="x")):
        void.when(later).refused("voided")
    for remark in (note(), attach(2), retract(2), retract(3)):
        void.when(remark).accepted()


def test_a_refused_fact_leaves_the_history_as_it_was() -> None:
    story = given(proposed(), mou("2018"))
    assert story.when(loi("2020")).history == story.history
