"""How things stood, or will stand, on another day; and what nobody can say."""

import pytest

from domain.agreement import EMPTY, derive
from tests.facts import held, kept, loi, mou, note, progress, promise, proposed, terminated, visit
from tests.given import TODAY, Story, fact, given, recorded


def uncertain(story: Story) -> list[tuple[int, str, str | None]]:
    """What may or may not have occurred by the day, by version."""
    return [(found.version, found.type, found.occurred) for found in story.state.uncertain]


def test_facts_count_from_the_day_on_which_they_certainly_had_occurred() -> None:
    story = given(proposed("2014-12-19"), mou("2018-10-30"))
    story.on("2018-10-29").then(status="proposed", uncertain=())
    story.on("2018-10-30").then(status="mou_signed", uncertain=())


def test_before_the_first_certain_fact_there_is_no_status() -> None:
    given(proposed("2014-12-19")).on("2014-12-18").then(
        status=None, begun=False, instrument="none", standing="active", flags=(), uncertain=()
    )


def test_what_may_have_occurred_is_named_and_does_not_count() -> None:
    story = given(proposed("2014-12-19"), loi("2025-03"))
    story.on("2025-02-28").then(status="proposed", uncertain=())
    assert uncertain(story.on("2025-03-01").then(status="proposed")) == [(2, "loi_signed", "2025-03")]
    assert uncertain(story.on("2025-03-30").then(status="proposed")) == [(2, "loi_signed", "2025-03")]
    story.on("2025-03-31").then(status="loi_signed", uncertain=())


def test_an_approximate_date_is_uncertain_for_longer() -> None:
    story = given(proposed("2014"), loi("2023~"))
    assert uncertain(story.on("2022-01-01")) == [(2, "loi_signed", "2023~")]
    assert uncertain(story.on("2024-12-30")) == [(2, "loi_signed", "2023~")]
    story.on("2024-12-31").then(status="loi_signed", uncertain=())


def test_what_has_no_date_is_uncertain_until_the_day_it_was_recorded() -> None:
    story = given(proposed("2014"), recorded("2020-05-01", held()))
    assert uncertain(story.on("1950-01-01")) == [(2, "visit_held", None)]
    assert uncertain(story.on("2020-04-30")) == [(2, "visit_held", None)]
    story.on("2020-05-01").then(uncertain=())


def test_the_day_of_recording_caps_a_vague_past_date() -> None:
    story = given(recorded("2026-11-10", proposed("2014")), recorded("2026-11-10", mou("2026-11")))
    story.on("2026-11-10").then(status="mou_signed", uncertain=())
    assert uncertain(story.on("2026-11-09")) == [(2, "mou_signed", "2026-11")]


def test_an_open_beginning_is_uncertain_back_to_the_start_of_time() -> None:
    story = given(proposed("../2018-10-30"), mou("2018-10-30"))
    assert uncertain(story.on("0900-01-01").then(status=None)) == [(1, "proposed", "../2018-10-30")]
    story.on("2018-10-30").then(status="mou_signed", milestones={"proposed": "../2018-10-30"}, uncertain=())


def test_what_is_dated_tomorrow_counts_tomorrow() -> None:
    story = given(proposed("2014"), mou("2026-11-22")).then(status="proposed", uncertain=())
    story.on("2026-11-22").then(status="mou_signed")


def test_the_day_may_lie_ahead() -> None:
    given(proposed(), mou("2018", valid_until="2030"), visit("v1", "2030")).on("2031-01-01").then(
        standing="expired", follow_up={"state": "overdue", "days_overdue": 1}
    )


def test_record_keeping_counts_on_every_day_and_is_never_uncertain() -> None:
    given(proposed("2014"), fact("handed_over", organisation="otorita-ikn"), note()).on("2000-01-01").then(
        owner="otorita-ikn", uncertain=(), status=None
    )


def test_an_agreement_signed_before_it_was_certainly_proposed_has_begun() -> None:
    given(proposed("2018"), mou("2018-10-30")).on("2018-11-01").then(status="mou_signed", begun=True)


def test_flags_are_counted_on_the_day_asked_for() -> None:
    story = given(proposed("2014-01-01"), mou("2018-10-30"))
    story.on("2014-06-29").then(flags={"no_next_step"})
    story.on("2014-06-30").then(flags={"no_next_step", "stalled"})
    story.on("2018-10-30").then(flags={"no_next_step"})


def test_a_commitment_is_open_then_overdue_then_kept() -> None:
    made = given(proposed(), promise("c1", "2023-07-29", due="2024-01", by="Kota Nanning", field="waste"))
    story = made.when(progress("c1", 40, "2023-12"), kept("c1", "2024-06-15", outcome="Masterplan"))

    def stands(day: str) -> tuple[str, float | None, int | None]:
        commitment = story.on(day).state.commitments[0]
        return commitment.state, commitment.percent, commitment.days_overdue

    assert stands("2023-12-01") == ("open", None, None)
    assert stands("2024-01-31") == ("open", 40, None)
    assert stands("2024-02-01") == ("overdue", 40, 1)
    assert stands("2024-06-15") == ("realised", 40, None)
    commitment = story.state.commitments[0]
    assert (commitment.by, commitment.field, commitment.outcome) == ("Kota Nanning", "waste", "Masterplan")
    assert str(commitment.overdue_from) == "2024-02-01"


def test_the_visit_of_serang_came_before_and_led_to_no_next_step() -> None:
    given(proposed("2025-06-23", strength="interest"), held("2025-06-23")).on(TODAY).then(
        status="proposed", strength="interest", flags={"no_next_step", "stalled"}
    )


def test_an_end_with_an_effective_day_counts_though_nobody_knows_when_it_was_decided() -> None:
    story = given(proposed("2014"), terminated(effective="2024-08-01"))
    story.on("2024-07-31").then(standing="active")
    story.on("2024-08-01").then(standing="terminated")


def test_nothing_can_be_said_of_an_empty_history() -> None:
    with pytest.raises(LookupError, match="nothing is recorded"):
        derive(EMPTY, given(proposed()).day)
