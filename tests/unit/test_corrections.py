"""Mistakes are mended by new entries; nothing is lost, and nothing impossible may come of it."""

from dataclasses import replace

import pytest

from domain.agreement import State, derive, fold
from domain.facts import Fact
from tests.facts import (
    attach,
    cancelled,
    correct,
    held,
    loi,
    mou,
    note,
    promise,
    proposed,
    realised,
    retract,
    terminated,
    visit,
)
from tests.given import TODAY, Story, entries, fact, given, given_unchecked, recorded


def same_but_for_the_version(one: State, other: State) -> bool:
    """Whether two states tell the same."""
    return replace(one, version=0) == replace(other, version=0)


def test_a_wrong_fact_is_corrected() -> None:
    given(proposed(), loi("2024-03-25")).when(correct(2, loi("2025-03-25"))).then(
        version=3, status="loi_signed", milestones={"loi_signed": "2025-03-25"}
    )


def test_the_entry_that_was_wrong_is_kept() -> None:
    story = given(proposed(), loi("2024-03-25"), correct(2, loi("2025-03-25")))
    assert story.history.entries[2].fact == loi("2024-03-25")
    assert story.history.standing[2].stated_in == 3


def test_the_latest_correction_wins() -> None:
    twice = given(proposed(), loi("2023"), correct(2, loi("2024")), correct(2, loi("2025")))
    twice.then(milestones={"loi_signed": "2025"})


def test_retracting_a_correction_restores_what_it_replaced() -> None:
    twice = given(proposed(), loi("2023"), correct(2, loi("2024")), correct(2, loi("2025")))
    once = twice.when(retract(4)).then(milestones={"loi_signed": "2024"})
    once.when(retract(3)).then(milestones={"loi_signed": "2023"})
    twice.when(retract(3)).then(milestones={"loi_signed": "2025"})


def test_a_correction_names_the_original_never_a_correction() -> None:
    corrected = given(proposed(), loi("2023"), correct(2, loi("2024")))
    corrected.when(correct(3, loi("2025"))).refused("not_an_original", target="3")
    given(proposed(), loi(), retract(2)).when(correct(3, loi())).refused("not_an_original", target="3")


def test_the_type_may_change() -> None:
    given(proposed(), loi("2018")).when(correct(2, mou("2018"))).then(
        status="mou_signed", instrument="mou", milestones={"loi_signed": None}
    )


def test_version_1_stays_proposed() -> None:
    given(proposed()).when(correct(1, loi("2018"))).refused("first_stays_proposed")
    given(proposed()).when(correct(1, proposed("2011", title="Right"))).then(
        status="proposed", title="Right", milestones={"proposed": "2011"}
    )


def test_no_other_version_becomes_proposed() -> None:
    given(proposed(), loi("2018")).when(correct(2, proposed())).refused("already_proposed")


def test_a_retraction_takes_a_fact_out() -> None:
    given(proposed(), loi("2018")).when(retract(2)).then(status="proposed", instrument="none")


def test_retracting_a_retraction_restores_the_fact() -> None:
    story = given(proposed(), loi("2018"))
    assert same_but_for_the_version(story.when(retract(2), retract(3)).state, story.state)


def test_what_is_retracted_cannot_be_retracted_or_corrected_again() -> None:
    retracted = given(proposed(), loi("2018"), retract(2))
    retracted.when(retract(2)).refused("already_retracted", target="2")
    retracted.when(correct(2, loi("2019"))).refused("already_retracted", target="2")
    retracted.when(retract(3), retract(3)).refused("already_retracted", target="3")


def test_a_fact_can_be_retracted_again_after_it_was_restored() -> None:
    given(proposed(), loi("2018"), retract(2), retract(3)).when(retract(2)).then(status="proposed")
    given(proposed(), loi("2018"), retract(2), retract(3)).when(retract(4)).then(status="proposed")


def test_retractions_may_follow_one_another_for_ever() -> None:
    toggles = 600
    story = given_unchecked(proposed(), loi("2018"), *(retract(version) for version in range(2, 2 + toggles)))
    story.then(status="loi_signed", version=2 + toggles)


def test_a_retracted_termination_reopens_the_agreement() -> None:
    story = given(proposed(), mou("2018"), terminated("2020")).then(standing="terminated")
    story.when(mou("2021")).refused("ended")
    story.when(retract(3)).then(standing="active").when(mou("2021")).accepted()


def test_a_termination_cannot_be_restored_under_what_was_signed_since() -> None:
    given(proposed(), terminated("2020"), retract(2), mou("2021")).when(retract(3)).refused("ended", end="2")


def test_retracting_version_1_voids_the_agreement() -> None:
    given(proposed(), loi("2018")).when(retract(1)).then(
        status=None, voided=True, begun=False, flags=(), warnings=(), title="Bandung – Nanning"
    )


def test_an_agreement_that_was_void_can_be_restored() -> None:
    story = given(proposed(), loi("2018"))
    restored = story.when(retract(1), retract(3)).then(status="loi_signed", voided=False)
    assert same_but_for_the_version(restored.state, story.state)


def test_a_corrected_proposal_comes_back_as_corrected() -> None:
    given(proposed(), correct(1, proposed(title="Right")), retract(1)).when(retract(3)).then(title="Right")
    given(proposed(), correct(1, proposed(title="Right"))).when(retract(2)).then(title="Bandung – Nanning")


def test_what_became_impossible_while_void_must_be_put_right_first() -> None:
    void = given(proposed(), visit("v1", "2021"), held("2021", "v1"), retract(1), retract(2))
    void.when(retract(4)).refused("unknown_visit", visit="v1")
    void.when(retract(5), retract(4)).then(status="proposed", voided=False)


@pytest.mark.parametrize(
    ("story", "mend", "code"),
    [
        (given(proposed(), visit("v1", "2021"), held("2021", "v1")), retract(2), "unknown_visit"),
        (given(proposed(), visit("v1", "2021"), cancelled("v1")), correct(2, held("2021")), "unknown_visit"),
        (given(proposed(), visit("v1", "2021"), note()), correct(3, visit("v1", "2021")), "visit_exists"),
        (
            given(proposed(), promise("c1"), fact("commitment_dropped", commitment="c1")),
            retract(2),
            "unknown_commitment",
        ),
        (given(proposed(), mou("2018"), realised("2019")), retract(2), "realised_unsigned"),
        (given(proposed(), mou("2018"), realised("2019")), correct(2, held("2018")), "realised_unsigned"),
        (given(proposed(), loi("2017"), mou("2018")), correct(2, loi("2019")), "loi_after_mou"),
        (given(proposed(), loi("2017"), mou("2018")), correct(3, mou("2016")), "loi_after_mou"),
        (given(proposed(), mou("2016"), mou("2018"), loi("2017")), retract(3), "loi_after_mou"),
        (given(proposed(), mou("2018"), terminated("2020")), correct(3, terminated("2017")), "ended"),
        (given(proposed(), mou("2018"), terminated("2020")), correct(2, mou("2021")), "ended"),
    ],
)
def test_a_mend_that_leaves_something_impossible_is_refused(story: Story, mend: Fact, code: str) -> None:
    story.when(mend).refused(code)


def test_a_memorandum_may_go_when_the_letter_still_precedes_another() -> None:
    given(proposed(), mou("2016"), mou("2018"), loi("2017")).when(retract(2)).accepted()


def test_a_mend_is_not_refused_for_what_was_wrong_before() -> None:
    wrong = given_unchecked(proposed(), realised("2019"))
    wrong.when(note()).accepted()
    wrong.when(retract(2)).then(status="proposed")


def test_record_keeping_can_be_corrected_too() -> None:
    handed = given(proposed(), fact("handed_over", organisation="otorita-ikn")).then(owner="otorita-ikn")
    handed.when(correct(2, fact("handed_over", organisation="kota-serang"))).then(owner="kota-serang")
    handed.when(retract(2)).then(owner="kota-bandung")


def test_a_source_of_a_retracted_fact_is_kept_and_says_nothing() -> None:
    given(proposed(), loi("2025"), attach(2, occurred="2024"), retract(2)).quiet_about("sources_disagree")


def test_an_entry_that_names_itself_or_a_later_one_says_nothing() -> None:
    story = given_unchecked(
        proposed(), loi("2018"), retract(3), retract(5), correct(4, mou("2019")), retract(9)
    )
    story.then(status="loi_signed", version=6)


def test_a_correction_of_a_correction_that_slipped_in_says_nothing() -> None:
    story = given_unchecked(proposed(), loi("2017"), correct(2, loi("2018")), correct(3, mou("2019")))
    story.then(status="loi_signed", milestones={"loi_signed": "2018"})


def test_an_opening_that_a_correction_took_away_is_as_good_as_void() -> None:
    story = given_unchecked(proposed(visibility="organisation"), correct(1, loi("2018")))
    story.then(status=None, voided=True, title="Bandung – Nanning", visibility="organisation")


def test_corrections_are_no_facts_of_the_timeline() -> None:
    story = given(proposed(), loi("2018"), correct(2, loi("2017")), retract(3))
    assert [standing.version for standing in story.history.in_order()] == [1, 2]


def test_a_corrected_fact_is_dated_by_the_day_of_its_correction() -> None:
    told = (recorded("2020-01-01", proposed("2019")), recorded("2020-01-01", loi("2019")))
    history = fold(entries(*told, recorded(TODAY, correct(2, loi("2026")))))
    assert history.standing[2].span.latest.isoformat() == TODAY
    assert derive(history, history.standing[2].recorded_on).status == "loi_signed"
