"""What needs attention on a given day, at the exact days on which it begins to."""

from datetime import date, timedelta

import pytest

from domain.facts import Fact
from tests.facts import (
    attach,
    cancelled,
    correct,
    dropped,
    held,
    kept,
    mou,
    note,
    progress,
    promise,
    proposed,
    realised,
    retract,
    terminated,
    visit,
)
from tests.given import Story, fact, given, recorded

SIGNED = given(recorded("2020-01-01", proposed("2019-01-01")), recorded("2020-01-01", mou("2020-01-01")))
DAY_180, DAY_179 = "2020-06-29", "2020-06-28"


def in_2020(story: Story, *told: Fact) -> Story:
    """More facts, recorded at the end of 2020."""
    return story.when(*(recorded("2020-12-31", told_fact) for told_fact in told)).accepted()


def test_it_is_stalled_after_180_days_without_a_fact() -> None:
    assert date.fromisoformat(DAY_180) - date(2020, 1, 1) == timedelta(180)
    SIGNED.on(DAY_179).then(flags={"no_next_step"})
    SIGNED.on(DAY_180).then(flags={"no_next_step", "stalled"})


def test_it_is_dormant_after_24_months_without_a_fact() -> None:
    SIGNED.on("2021-12-31").then(flags={"no_next_step", "stalled"})
    SIGNED.on("2022-01-01").then(flags={"no_next_step", "stalled", "dormant"})


def test_24_months_after_a_leap_day_is_the_last_of_february() -> None:
    story = given(recorded("2020-03-01", proposed("2020-02-29")))
    story.on("2022-02-27").then(flags={"no_next_step", "stalled"})
    story.on("2022-02-28").then(flags={"no_next_step", "stalled", "dormant"})


@pytest.mark.parametrize(
    "move",
    [
        held("2020-06-28"),
        fact("party_joined", "2020-06-28", party="Kabupaten Kerinci"),
        fact("approval_recorded", "2020-06-28", gate="dprd"),
        fact("invitation_received", "2020-06-28", title="KTT"),
        fact("replication_recorded", "2020-06-28", application="Hayu.Bdg"),
        realised("2020-06-28"),
        promise("c1", "2020-06-28"),
    ],
)
def test_lifecycle_paper_visits_and_delivery_are_movement(move: Fact) -> None:
    in_2020(SIGNED, move).on(DAY_180).then(flags={"no_next_step"})


@pytest.mark.parametrize(
    "remark",
    [
        note("Still there", "2020-06-28"),
        attach(2),
        fact("granted", organisation="x"),
        fact("handed_over", organisation="x"),
        fact("visibility_changed", visibility="organisation"),
        correct(2, mou("2020-01-01")),
        fact("engagement_held", "2020-06-28", title="KTT"),
        fact("initiative_proposed", "2020-06-28", title="A centre"),
        fact("directive_issued", "2020-06-28", text="Show results"),
        fact("statement_recorded", "2020-06-28", text="We go on"),
    ],
)
def test_notes_record_keeping_and_talk_are_none(remark: Fact) -> None:
    story = (
        SIGNED.when(recorded("2020-01-01", remark)) if remark.occurred is None else in_2020(SIGNED, remark)
    )
    story.on(DAY_180).then(flags={"no_next_step", "stalled"})


@pytest.mark.parametrize(
    "step", [visit("v1", "2021-06", "2020-01-01"), promise("c1", "2020-01-01", due="2021-06")]
)
def test_a_dated_step_ahead_prevents_a_standstill_until_it_has_passed(step: Fact) -> None:
    story = in_2020(SIGNED, step)
    story.on("2021-06-30").then(flags=())
    story.on("2021-07-01").then(flags={"stalled"})
    story.on("2022-01-01").then(flags={"stalled", "dormant"})


@pytest.mark.parametrize("step", [visit("v1", "2021-06"), promise("c1", due="2021-06")])
def test_an_overdue_step_is_still_a_step(step: Fact) -> None:
    in_2020(SIGNED, step).on("2021-07-01").then(flags={"stalled"})


@pytest.mark.parametrize(
    "step",
    [
        promise("c1"),
        promise("c1", due={"as_stated": "segera"}),
        visit("v1", {"as_stated": "segera"}),
        visit("v1", "XXXX"),
    ],
)
def test_an_undated_step_is_none(step: Fact) -> None:
    in_2020(SIGNED, step).on("2021-07-01").then(flags={"no_next_step", "stalled"})


@pytest.mark.parametrize(
    "done",
    [
        (visit("v1", "2021-06"), held("2020-07", "v1")),
        (visit("v1", "2021-06"), cancelled("v1", "2020-07")),
        (promise("c1", due="2021-06"), kept("c1", "2020-07")),
        (promise("c1", due="2021-06"), dropped("c1", "2020-07")),
    ],
)
def test_what_is_done_or_given_up_is_no_step(done: tuple[Fact, Fact]) -> None:
    in_2020(SIGNED, *done).on("2020-12-31").then(flags={"no_next_step"})
    in_2020(SIGNED, *done).on("2021-02-01").then(flags={"no_next_step", "stalled"})


def test_one_step_ahead_is_enough() -> None:
    in_2020(SIGNED, visit("v1", "2020-07"), promise("c1", due="2022")).on("2021-12-31").then(flags=())


def test_a_fact_of_unknown_day_counts_as_of_the_day_it_was_recorded() -> None:
    story = in_2020(SIGNED, held())
    story.on("2021-06-28").then(flags={"no_next_step"})
    story.on("2021-06-29").then(flags={"no_next_step", "stalled"})


@pytest.mark.parametrize("end", [terminated("2020-06"), fact("suspended", "2020-06")])
def test_only_what_is_active_stands_still(end: Fact) -> None:
    in_2020(SIGNED, end).on("2023-01-01").then(flags=())


def expiring(**fields: object) -> Story:
    """An agreement that runs until the last day of 2021."""
    story = given(proposed("2020-01-01"), mou("2020-06-01", valid_until="2021-12-31", **fields))
    return story.when(visit("v1", "2030"))


@pytest.mark.parametrize(
    ("day", "flags"),
    [
        ("2021-07-03", set[str]()),
        ("2021-07-04", {"expiring_180"}),
        ("2021-10-01", {"expiring_180"}),
        ("2021-10-02", {"expiring_180", "expiring_90"}),
        ("2021-11-30", {"expiring_180", "expiring_90"}),
        ("2021-12-01", {"expiring_180", "expiring_90", "expiring_30"}),
        ("2021-12-31", {"expiring_180", "expiring_90", "expiring_30"}),
        ("2022-01-01", set[str]()),
    ],
)
def test_it_expires_in_180_90_and_30_days(day: str, flags: set[str]) -> None:
    expiring().on(day).then(flags=flags)


def test_notice_is_due_so_many_days_before_it_runs_out() -> None:
    story = expiring(notice_days=200)
    story.on("2021-06-13").then(standing="active", flags=set())
    story.on("2021-06-14").then(flags={"notice_due"})
    story.on("2022-01-01").then(standing="expired", flags=set())


def test_the_latest_paper_says_how_long_before_notice_is_due() -> None:
    renewed = expiring(notice_days=200).when(mou("2021-01-01", valid_until="2021-12-31", notice_days=10))
    assert "notice_due" not in renewed.on("2021-12-20").state.flags
    assert "notice_due" in renewed.on("2021-12-21").state.flags


def test_notice_of_no_days_is_due_on_the_last_day() -> None:
    story = expiring(notice_days=0)
    assert "notice_due" not in story.on("2021-12-30").state.flags
    assert "notice_due" in story.on("2021-12-31").state.flags


def test_without_a_last_day_no_notice_is_due() -> None:
    given(proposed(), mou("2020", notice_days=30), visit("v1", "2030")).then(flags=())


def test_what_is_suspended_still_expires() -> None:
    expiring().when(fact("suspended", "2021-01")).on("2021-12-31").then(
        standing="suspended", flags={"expiring_180", "expiring_90", "expiring_30"}
    )


def test_what_was_extended_no_longer_expires() -> None:
    expiring().when(fact("extended", "2021-06-01", valid_until="2031")).on("2021-12-31").then(flags=())


def test_progress_is_movement_too() -> None:
    in_2020(SIGNED, promise("c1"), progress("c1", 40, "2020-12-01")).on("2021-05-29").then(
        flags={"no_next_step"}
    )
    in_2020(SIGNED, promise("c1"), progress("c1", 40, "2020-12-01")).on("2021-05-30").then(
        flags={"no_next_step", "stalled"}
    )


def test_what_is_ended_void_or_not_begun_has_no_flags() -> None:
    given(proposed(), retract(1)).then(flags=())
    given(proposed("2020")).on("2019-01-01").then(flags=(), status=None)
