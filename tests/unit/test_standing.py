"""Whether an agreement is in force: active, suspended, expired, or ended, and how."""

import pytest

from domain.facts import Fact
from tests.facts import arrangement, loi, mou, proposed, retract, succeeded, terminated
from tests.given import fact, given

MOU = mou("2018", valid_until="2023-12-31")


def suspended(occurred: str | None = None, effective: str | None = None) -> Fact:
    """The agreement is put on hold."""
    return fact("suspended", occurred, effective=effective)


def resumed(occurred: str | None = None, effective: str | None = None) -> Fact:
    """It is taken up again."""
    return fact("resumed", occurred, effective=effective)


def test_an_agreement_is_active_until_something_is_recorded_against_it() -> None:
    given(proposed()).then(standing="active", valid_until=None)
    given(proposed(), mou("2018")).on("2099-01-01").then(standing="active")


def test_it_expires_the_day_after_its_last() -> None:
    story = given(proposed(), MOU).then(valid_until="2023-12-31")
    story.on("2023-12-31").then(standing="active")
    story.on("2024-01-01").then(standing="expired")


def test_a_vague_last_day_is_the_last_day_of_its_span() -> None:
    story = given(proposed(), mou("2018", valid_until="2023-06"))
    story.on("2023-06-30").then(standing="active")
    story.on("2023-07-01").then(standing="expired")


@pytest.mark.parametrize("until", ["2023/..", {"basis": "unknown"}, {"as_stated": "lima tahun"}])
def test_without_a_last_day_it_does_not_expire(until: object) -> None:
    given(proposed(), mou("2018", valid_until=until)).on("2099-01-01").then(standing="active")


@pytest.mark.parametrize("kind", ["extended", "amended"])
def test_it_may_be_prolonged(kind: str) -> None:
    story = given(proposed(), MOU, fact(kind, "2023-06", valid_until="2028-12-31"))
    story.on("2028-12-31").then(standing="active", valid_until="2028-12-31")
    story.on("2029-01-01").then(standing="expired")


def test_an_extension_or_amendment_without_a_date_leaves_the_last_day() -> None:
    given(proposed(), MOU, fact("extended", "2023-06"), fact("amended", "2023-07")).then(
        valid_until="2023-12-31", standing="expired"
    )


def test_an_expired_agreement_that_is_extended_is_active_again() -> None:
    story = given(proposed(), MOU, fact("extended", "2025-02-01", valid_until="2030"))
    story.on("2025-01-31").then(standing="expired")
    story.on("2025-02-01").then(standing="active")


def test_the_furthest_instrument_says_how_long_it_runs() -> None:
    given(proposed(), loi("2017", valid_until="2018"), MOU).then(valid_until="2023-12-31")
    given(proposed(), MOU, arrangement("2019", valid_until="2020")).then(valid_until="2023-12-31")
    given(proposed(), loi("2017", valid_until="2018"), mou("2018")).then(valid_until=None, standing="active")
    given(proposed(), MOU, mou("2023", valid_until="2028")).then(valid_until="2028")


def test_it_is_suspended_and_resumed() -> None:
    story = given(proposed(), mou("2018"), suspended("2020-03-01"), resumed("2023-03-15"))
    story.on("2020-02-29").then(standing="active")
    story.on("2020-03-01").then(standing="suspended")
    story.on("2023-03-15").then(standing="active")


def test_a_pause_and_its_end_count_in_order_of_occurrence() -> None:
    given(proposed(), mou("2018"), resumed("2023-03-15"), suspended("2020-03-01")).then(standing="active")


@pytest.mark.parametrize(
    "turns", [(suspended("2020-03"), resumed("2020-03")), (resumed("2020-03"), suspended("2020-03"))]
)
def test_on_one_day_a_pause_comes_before_its_end_in_whatever_order_they_were_recorded(
    turns: tuple[Fact, Fact],
) -> None:
    given(proposed(), mou("2018"), *turns).then(standing="active")


@pytest.mark.parametrize("end", ["terminated", "withdrawn"])
def test_an_end_of_the_day_it_occurred(end: str) -> None:
    story = given(proposed(), mou("2018"), fact(end, "2024-02-01"))
    story.on("2024-01-31").then(standing="active")
    story.on("2024-02-01").then(standing=end)


def test_an_agreement_is_succeeded_by_another() -> None:
    given(proposed(), mou("2018"), succeeded("2025-08-11")).then(standing="succeeded")


def test_the_effective_day_counts_where_there_is_one() -> None:
    story = given(proposed(), mou("2018"), terminated("2024-02-01", effective="2024-08-01"))
    story.on("2024-07-31").then(standing="active")
    story.on("2024-08-01").then(standing="terminated")
    paused = given(proposed(), suspended("2020-01", "2020-06-01"), resumed("2020-09", "2021-01-01"))
    paused.on("2020-05-31").then(standing="active")
    paused.on("2020-12-31").then(standing="suspended")
    paused.on("2021-01-01").then(standing="active")


def test_an_end_can_take_effect_in_the_future() -> None:
    story = given(proposed(), terminated("2026-11-01", effective="2027-05-01")).then(standing="active")
    story.on("2027-05-01").then(standing="terminated")


def test_an_effective_day_before_the_end_was_decided_shows_from_the_decision_on() -> None:
    story = given(proposed(), terminated("2024-02-01", effective="2023-06-01"))
    story.on("2024-01-31").then(standing="active")
    story.on("2024-02-01").then(standing="terminated")


def test_an_end_outweighs_expiry() -> None:
    story = given(proposed(), MOU, terminated("2024-06-01"))
    story.on("2024-05-31").then(standing="expired")
    story.on("2024-06-01").then(standing="terminated")
    given(proposed(), MOU, terminated("2020")).then(standing="terminated")


def test_expiry_outweighs_suspension() -> None:
    story = given(proposed(), MOU, suspended("2020"))
    story.on("2023-12-31").then(standing="suspended")
    story.on("2024-01-01").then(standing="expired")


def test_an_end_outweighs_suspension() -> None:
    given(proposed(), mou("2018"), suspended("2020"), terminated("2021")).then(standing="terminated")
    given(proposed(), mou("2018"), terminated("2021"), suspended("2022")).then(standing="terminated")
    given(proposed(), mou("2018"), terminated("2021"), resumed("2022")).then(standing="terminated")


def test_of_several_ends_the_latest_counts() -> None:
    given(proposed(), terminated("2021"), succeeded("2025")).then(standing="succeeded")
    given(proposed(), succeeded("2025"), terminated("2021")).then(standing="succeeded")


def test_two_ends_of_one_day_count_in_the_same_order_however_they_were_recorded() -> None:
    given(proposed(), terminated("2025-08-11"), succeeded("2025-08-11")).then(standing="succeeded")
    given(proposed(), succeeded("2025-08-11"), terminated("2025-08-11")).then(standing="succeeded")


def test_a_retracted_end_no_longer_counts() -> None:
    given(proposed(), terminated("2021"), retract(2)).then(standing="active")


def test_a_second_signature_of_the_same_paper_leaves_its_end_as_it_is() -> None:
    given(proposed(), mou("2020-01-01", valid_until="2023-01-01")).when(mou("2020-02-01")).then(
        valid_until="2023-01-01", standing="expired"
    )


def test_a_paper_signed_anew_after_the_end_runs_without_one() -> None:
    given(proposed(), mou("2020-01-01", valid_until="2023-01-01")).when(mou("2024-02-01")).then(
        valid_until=None, standing="active"
    )
