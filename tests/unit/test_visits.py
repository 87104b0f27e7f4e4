"""Visits: planned, moved, called off, held, overdue; and which of them follow up on a signature."""

import pytest

from tests.facts import arrangement, cancelled, confirmed, held, loi, mou, proposed, rescheduled, visit
from tests.given import Story, fact, given

SIGNED = given(proposed(), loi("2020-01-15"))


def states(story: Story) -> dict[str | None, str]:
    """How each visit stands."""
    return {visit.visit: visit.state for visit in story.state.visits}


@pytest.mark.parametrize("certainty", ["tentative", "confirmed", None])
def test_a_planned_visit_is_as_certain_as_it_was_announced(certainty: str | None) -> None:
    SIGNED.when(visit("v1", "2027", certainty=certainty)).then(
        follow_up={"state": certainty or "scheduled", "visit": "v1", "window": "2027", "days_overdue": None}
    )


def test_a_visit_is_confirmed_moved_and_called_off() -> None:
    story = SIGNED.when(visit("v1", "2020-09", certainty="tentative"), confirmed("v1", "2020-07"))
    story.on("2020-08-01").then(follow_up={"state": "confirmed", "window": "2020-09"})
    story = story.when(rescheduled("v1", "2027-11", "2020-08-15"))
    story.then(follow_up={"state": "confirmed", "window": "2027-11"})
    story = story.when(cancelled("v1", "2020-09-01")).then(follow_up={"state": "none", "visit": None})
    assert states(story) == {"v1": "cancelled"}


def test_a_visit_that_was_called_off_can_be_planned_anew() -> None:
    story = SIGNED.when(visit("v1", "2020-09", certainty="tentative"), cancelled("v1", "2020-08"))
    story.when(rescheduled("v1", "2027", "2020-10")).then(
        status="follow_up_visit_scheduled", follow_up={"state": "tentative", "window": "2027"}
    )


def test_a_change_of_unknown_day_came_when_it_was_recorded() -> None:
    story = SIGNED.when(visit("v1", "2020-09"), rescheduled("v1", "2027", "2020-08"), cancelled("v1"))
    assert states(story) == {"v1": "cancelled"}


def test_a_visit_is_overdue_from_the_day_after_its_window() -> None:
    story = SIGNED.when(visit("v1", "2025-09", "2025-03"))
    story.on("2025-09-30").then(follow_up={"state": "scheduled", "days_overdue": None})
    story.on("2025-10-01").then(follow_up={"state": "overdue", "days_overdue": 1})
    assert str(story.state.visits[0].overdue_from) == "2025-10-01"


def test_the_return_visit_to_nanning_was_417_days_overdue() -> None:
    given(
        proposed("../2025-03"),
        loi("2025-03"),
        visit("return-visit", "2025-09", "2025-03", certainty="tentative"),
    ).on("2026-11-21").then(
        status="follow_up_visit_scheduled",
        follow_up={"state": "overdue", "visit": "return-visit", "window": "2025-09", "days_overdue": 417},
    )


def test_a_window_without_an_end_is_never_overdue() -> None:
    SIGNED.when(visit("v1", "2020/..")).then(follow_up={"state": "scheduled", "days_overdue": None})
    SIGNED.when(visit("v1", {"as_stated": "segera"})).then(follow_up={"state": "scheduled", "window": None})


def test_a_visit_that_was_held_is_no_longer_overdue() -> None:
    story = SIGNED.when(
        visit("v1", "2020-09", visitor="Kota Bandung", place="Nanning"), held("2020-10-05", "v1")
    )
    story.then(follow_up={"state": "held", "visit": "v1", "days_overdue": None})
    assert [(v.visitor, v.place, v.window, v.held) for v in story.state.visits] == [
        ("Kota Bandung", "Nanning", "2020-09", "2020-10-05")
    ]


def test_what_was_called_off_and_took_place_all_the_same_was_held() -> None:
    assert states(SIGNED.when(visit("v1", "2020-09"), cancelled("v1"), held("2020-09", "v1"))) == {
        "v1": "held"
    }


def test_the_visit_that_waits_longest_presses_most() -> None:
    SIGNED.when(visit("v1", "2022"), visit("v2", "2021-05"), visit("v3", "2027")).then(
        follow_up={"visit": "v2", "state": "overdue"}
    )


def test_else_the_earliest_window_presses_most() -> None:
    SIGNED.when(visit("v1", "2028"), visit("v2", "2027-05"), held("2021")).then(
        follow_up={"visit": "v2", "state": "scheduled"}
    )
    SIGNED.when(visit("v1", {"as_stated": "segera"}), visit("v2", "2027-05")).then(follow_up={"visit": "v2"})


def test_else_the_last_one_held_is_named() -> None:
    SIGNED.when(held("2021"), held("2020"), visit("v3", "2022"), cancelled("v3")).then(
        follow_up={"state": "held"}
    )
    SIGNED.when(
        visit("v1", "2022", "2020-06-01"),
        visit("v2", "2021", "2020-07-01"),
        held("2022", "v1"),
        held("2021", "v2"),
    ).then(follow_up={"state": "held", "visit": "v1"})


def test_without_any_visit_there_is_no_follow_up() -> None:
    SIGNED.then(follow_up={"state": "none", "visit": None, "window": None, "days_overdue": None}, visits=())


@pytest.mark.parametrize("occurred", ["2020-01-16", "2020-02", "2021"])
def test_a_visit_certainly_after_the_first_signature_is_a_follow_up(occurred: str) -> None:
    SIGNED.when(held(occurred)).then(
        status="follow_up_visit_held", milestones={"follow_up_visit_held": occurred}
    )


@pytest.mark.parametrize("occurred", ["2020-01-15", "2020-01", "2020", "2019", None])
def test_a_visit_that_may_have_come_before_the_signature_is_none(occurred: str | None) -> None:
    SIGNED.when(held(occurred)).then(status="loi_signed", follow_up={"state": "none"})


@pytest.mark.parametrize("occurred", ["2020-01-15", "2020-01", "2020-06-01"])
def test_a_visit_scheduled_on_or_after_the_first_signature_is_a_follow_up(occurred: str) -> None:
    SIGNED.when(visit("v1", "2027", occurred)).then(
        status="follow_up_visit_scheduled", milestones={"follow_up_visit_scheduled": occurred}
    )


def test_a_visit_scheduled_before_the_signature_counts_once_it_is_held_after() -> None:
    early = SIGNED.when(visit("v1", "2020-09", "2020-01-14")).then(status="loi_signed")
    early.when(held("2020-01-15", "v1")).then(status="loi_signed")
    early.when(held("2020-09", "v1")).then(status="follow_up_visit_held")


def test_a_visit_without_a_signature_is_no_follow_up() -> None:
    given(proposed(), visit("v1", "2021"), held("2021", "v1"), held("2022")).then(
        status="proposed", milestones={"follow_up_visit_scheduled": None, "follow_up_visit_held": None}
    )


def test_any_paper_is_a_first_signature_for_a_visit() -> None:
    given(proposed(), arrangement("2019"), held("2020")).then(status="follow_up_visit_held")


def test_the_first_of_several_signatures_counts() -> None:
    given(proposed(), loi("2018"), mou("2022"), held("2020")).then(status="follow_up_visit_held")


def test_a_cancelled_visit_leaves_the_others_standing() -> None:
    SIGNED.when(visit("v1", "2027"), visit("v2", "2027", "2020-07"), cancelled("v1")).then(
        status="follow_up_visit_scheduled", milestones={"follow_up_visit_scheduled": "2020-07"}
    )


def test_an_invitation_is_no_visit() -> None:
    SIGNED.when(fact("invitation_received", "2025", title="KTT China-ASEAN", window="2025-09")).then(
        status="loi_signed", visits=(), follow_up={"state": "none"}
    )
