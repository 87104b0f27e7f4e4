"""A change whose day nobody knows is taken to be as late as it can be: when it was recorded."""

import pytest
from pydantic import ValidationError

from tests.facts import mou, progress, promise, proposed
from tests.given import fact, given


def test_an_extension_of_unknown_day_prolongs_the_paper_that_is_dated() -> None:
    given(proposed(), mou("2020-01-01", valid_until="2023-01-01")).when(
        fact("extended", valid_until="2030-01-01")
    ).then(valid_until="2030-01-01", standing="active")


def test_progress_of_unknown_day_counts_after_progress_that_is_dated() -> None:
    story = given(proposed(), promise("c1"), progress("c1", 40, "2024-01")).when(progress("c1", 60))
    assert story.state.commitments[0].percent == 60


def test_of_two_memoranda_the_dated_one_gives_the_milestone() -> None:
    story = given(proposed(), mou()).when(mou("2020-01-01"))
    assert story.state.milestones["mou_signed"] == "2020-01-01"


@pytest.mark.parametrize("public", [False, 1, "true"])
def test_nobody_is_stored_as_private_or_as_something_that_only_looks_like_true(public: object) -> None:
    with pytest.raises(ValidationError):
        mou("2020-01-01", signatories=[{"name": "A", "public": public}])
