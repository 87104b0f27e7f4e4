"""What differs between two looks at an agreement, and which entry made it so."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import given as drawn
from hypothesis import settings

from domain.agreement import Look, compare, derive, fold
from domain.agreement.comparison import answers
from tests.facts import held, loi, mou, promise, proposed, visit
from tests.given import Told, entries, fact, recorded
from tests.strategies import days, histories

RIGHT = visit("return", "2025-09", "2025-03")
TOLD = (
    recorded("2025-04-02", proposed("../2025-03")),
    recorded("2025-04-02", loi("2025-03")),
    recorded("2025-04-02", visit("return", "2025-09-01", "2025-03")),
    recorded("2025-10-01", fact("annotated", note="Nobody answers")),
    recorded(
        "2026-11-18",
        fact(
            "corrected",
            version=3,
            reason="Only the month is said",
            fact=visit("return", "2025-09", "2025-03"),
        ),
    ),
)


def apart(old: tuple[int, str], new: tuple[int, str], *told: Told) -> dict[str, tuple[Any, Any, int | None]]:
    """What differs, by path."""
    looks = [Look(version, date.fromisoformat(day)) for version, day in (old, new)]
    found = compare(entries(*(told or TOLD)), *looks)
    return {".".join(each.path): (each.old, each.new, each.version) for each in found}


def test_nothing_differs_from_itself() -> None:
    assert apart((5, "2026-11-21"), (5, "2026-11-21")) == {}


def test_a_correction_is_what_changed_an_answer() -> None:
    assert apart((4, "2026-11-21"), (5, "2026-11-21")) == {
        "visits.return.window": ("2025-09-01", "2025-09", 5),
        "visits.return.days_overdue": (446, 417, 5),
    }


def test_each_answer_is_ascribed_to_the_entry_that_brought_it() -> None:
    found = apart((1, "2026-11-21"), (5, "2026-11-21"))
    assert found["instrument"] == ("none", "loi", 2)
    assert found["milestones.loi_signed"] == (None, "2025-03", 2)
    assert found["status"] == ("proposed", "follow_up_visit_scheduled", 3)
    assert found["visits.return"][2] == 5


def test_what_only_the_day_changed_is_ascribed_to_no_entry() -> None:
    found = apart((5, "2025-09-30"), (5, "2026-11-21"))
    assert found["visits.return.days_overdue"] == (None, 417, None)
    assert found["visits.return.state"] == ("scheduled", "overdue", None)


def test_what_happened_between_two_days_is_ascribed_to_the_entry_that_tells_of_it() -> None:
    told = (proposed("2020-01-01"), loi("2021-01-01"), mou("2022-01-01"), held("2023-01-01"))
    looked = [recorded("2026-11-21", each) for each in told]
    found = apart((4, "2020-06-01"), (4, "2026-11-21"), *looked)
    assert found["milestones.loi_signed"] == (None, "2021-01-01", 2)
    assert found["instrument"] == ("none", "mou", 3)
    assert found["status"] == ("proposed", "follow_up_visit_held", 4)
    back = apart((4, "2026-11-21"), (4, "2020-06-01"), *looked)
    assert back["milestones.loi_signed"] == ("2021-01-01", None, 2)
    assert back["status"] == ("follow_up_visit_held", "proposed", 2)


def test_looking_back_in_the_record_names_the_same_entries() -> None:
    back = apart((5, "2026-11-21"), (4, "2026-11-21"))
    assert back["visits.return.window"] == ("2025-09", "2025-09-01", 5)


def test_before_the_first_entry_there_is_nothing() -> None:
    found = apart((0, "2026-11-21"), (1, "2026-11-21"))
    assert found["title"] == (None, "Bandung – Nanning", 1)
    assert apart((0, "2026-11-21"), (0, "2020-01-01")) == {}


def test_a_thing_that_only_one_look_has_is_one_difference() -> None:
    told = (recorded("2026-11-21", proposed()), recorded("2026-11-21", promise("plant", due="2027")))
    found = apart((1, "2026-11-21"), (2, "2026-11-21"), *told)
    assert found["commitments.plant"][0] is None
    assert found["commitments.plant"][1]["text"] == "Build it"


@drawn(histories(), days, days)
@settings(deadline=None, max_examples=80)
def test_the_differences_are_all_that_tells_two_looks_apart(told: Any, one: date, other: date) -> None:
    half = len(told) // 2 + 1
    old, new = Look(half, one), Look(len(told), other)
    tree = answers(derive(fold(told[:half]), one))
    for difference in compare(told, old, new):
        tree = _with(tree, difference.path, difference.old, difference.new)
        assert difference.version is None or 1 <= difference.version <= len(told)
    assert _bare(tree) == _bare(answers(derive(fold(told), other)))


def _with(tree: Any, path: tuple[str, ...], old: Any, new: Any) -> Any:
    """A tree in which the value at a path, which is the old one, is another."""
    if not path:
        assert tree == old
        return new
    inner = tree or {}
    return {**inner, path[0]: _with(inner.get(path[0]), path[1:], old, new)}


def _bare(tree: Any) -> Any:
    """A tree without what is not there."""
    if isinstance(tree, Mapping):
        return {name: _bare(value) for name, value in tree.items() if _bare(value) not in (None, {})}
    return tree
