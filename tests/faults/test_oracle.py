"""The oracle itself: it finds what is lost, doubled or out of order."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from tests.faults.diary import Acknowledged, Sent
from tests.faults.oracle import Row, judge_rows

A, B = str(UUID(int=1)), str(UUID(int=2))
WHOLE = (
    Row(1, A, 1, "first", "first"),
    Row(2, B, 1, "second", "second"),
    Row(3, A, 2, "both", "both"),
    Row(4, B, 2, "both", "both"),
)
SENT = {key: Sent(key, "", {}, facts) for key, facts in (("first", 1), ("second", 1), ("both", 2))}
TOLD = {
    "first": Acknowledged("first", "", ((A, 1, 1),)),
    "both": Acknowledged("both", "", ((A, 2, 3), (B, 2, 4))),
}


def complaints(stored: Sequence[Row]) -> str:
    return "; ".join(judge_rows(list(stored), SENT, TOLD).complaints)


def test_it_has_nothing_to_say_where_all_is_well() -> None:
    assert complaints(WHOLE) == ""


@pytest.mark.parametrize(
    ("stored", "complaint"),
    [
        (WHOLE[:3], "lost: both at"),
        (WHOLE[1:], "lost: first at"),
        (WHOLE[:3], "of both only 1 of 2 facts"),
        ((*WHOLE, Row(5, A, 3, "second", "second")), "doubled: second at [2, 5]"),
        ((*WHOLE, Row(6, A, 3, "second", "second")), "positions are not dense"),
        ((*WHOLE, Row(5, A, 3, "third", "third")), "third was never sent"),
        ((*WHOLE[:3], Row(4, B, 3, "both", "both")), "has version 3 where 2 belongs"),
        ((WHOLE[0]._replace(note="else"), *WHOLE[1:]), "first says else"),
    ],
)
def test_what_is_not_as_it_should_be_is_found(stored: Sequence[Row], complaint: str) -> None:
    assert complaint in complaints(stored)
