"""The two lines of time: what is drawn, and that no label covers another."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given as drawn
from hypothesis import settings

from api.pages.agreement_parts import figures
from api.pages.happenings import happenings
from api.pages.loom_lines import LYING, UPRIGHT, Drawing, Loom, Text
from api.pages.loom_words import BOLD, LEADING, PLAIN
from api.pages.two_lines import MOST_STRANDS, happened_knots, sittings, strands
from domain.agreement import History, Recorded, derive, fold
from domain.journal import Entry
from domain.journal.entry import RecordedBy
from tests.facts import loi, mou, proposed, visit
from tests.given import TODAYS_DATE, Told, entries, fact, recorded
from tests.strategies import days, histories

AGREEMENT = uuid4()
BY = RecordedBy(actor="a", role="coordinator", organisation="kota-bandung")


def trail(told: list[Recorded]) -> list[Entry]:
    """Entries as the journal gives them."""
    return [
        Entry(
            agreement=AGREEMENT,
            version=each.version,
            position=each.version,
            recorded_at=f"{each.recorded_on}T05:00:00Z",
            recorded_by=BY,
            command_id="c",
            software="test",
            fact=each.fact,
        )
        for each in told
    ]


def drawings(told: list[Recorded], day: date) -> tuple[Drawing, Drawing]:
    history = fold(told)
    happened = happenings(history, trail(told), day, "en")
    return figures(happened, history, derive(history, day), day, "en")


def knots(*told: Told, day: date = TODAYS_DATE) -> list[tuple[str, str, str, str]]:
    history: History = fold(entries(*told))
    happened = happenings(history, trail(entries(*told)), day, "en")
    recorded_on = {version: entry.recorded_on for version, entry in history.entries.items()}
    state = derive(history, day)
    found = strands(happened, recorded_on, [v.visit for v in state.visits if v.visit], "en")
    return [
        (knot.kind, f"{knot.start or '..'}/{knot.end or '..'}", knot.label, knot.words)
        for knot in happened_knots(found, "en")
    ]


def now(*told: Any) -> list[Told]:
    return [recorded("2026-11-21", each) for each in told]


def test_a_day_is_a_point_and_a_month_a_stretch() -> None:
    assert knots(*now(proposed("2025-01-05"), loi("2025-03"))) == [
        ("fact", "2025-01-05/2025-01-05", "Proposed", "5 January 2025"),
        ("fact", "2025-03-01/2025-03-31", "LoI signed", "March 2025"),
    ]


def test_what_nobody_dates_has_no_mark_and_an_open_end_stays_open() -> None:
    assert knots(*now(proposed("../2025-03"), fact("annotated", note="Nothing"))) == [
        ("fact", "../2025-03-31", "Proposed", "March 2025 at the latest")
    ]


def test_facts_of_one_date_share_a_mark_named_after_the_weightiest() -> None:
    held = fact("engagement_held", "2025-03", title="A meeting")
    assert knots(*now(proposed("2025-03"), held, loi("2025-03")))[0][2:] == (
        "Proposed",
        "March 2025, and 2 more",
    )


def test_an_open_visit_and_what_a_correction_replaced_have_marks_of_their_own() -> None:
    right = fact("corrected", version=2, reason="x", fact=visit("v", "2027-10", "2025-03"))
    found = knots(*now(proposed("2025-01"), visit("v", "2027-09-01", "2025-03"), right))
    assert ("plan", "2027-10-01/2027-10-31", "Planned visit", "October 2027") in found
    assert ("was", "2027-09-01/2027-09-01", "corrected", "1 September 2027") in found


def test_another_source_has_a_mark_where_it_dates_the_fact() -> None:
    source = fact(
        "evidence_attached",
        version=2,
        evidence=[{"publisher": "merdeka.com"}],
        says={"occurred": "2024-03-25"},
    )
    found = knots(*now(proposed("2025-01"), loi("2025-03"), source))
    assert ("other", "2024-03-25/2024-03-25", "≠ 25 March 2024", "merdeka.com") in found


def test_many_facts_are_bundled_by_month() -> None:
    days = [f"2025-{1 + n % 3:02}-{1 + n // 3:02}" for n in range(MOST_STRANDS)]
    reports = [fact("statement_recorded", day, text="x") for day in days]
    found = knots(*now(proposed("2024-01-01"), *reports))
    assert len(found) == 4
    assert found[1][3] == "January 2025, and 9 more"


def test_what_was_recorded_on_one_day_is_one_point_below() -> None:
    one, other = date(2025, 4, 2), date(2025, 4, 7)
    assert [tuple(each) for each in sittings([one, one, other], "en")] == [
        (one, "2 Apr 2025", "2 entries"),
        (other, "7 Apr 2025", "1 entry"),
    ]


def test_what_one_knot_ties_from_one_day_is_one_thread() -> None:
    told = entries(*now(proposed("2025-03"), loi("2025-03"), fact("annotated", note="x")))
    drawing, _ = drawings(told, TODAYS_DATE)
    threads = [path.versions for path in drawing.paths if path.of.startswith("thl")]
    assert threads == [(1, 2)]


def boxes(texts: list[Text]) -> list[tuple[float, float, float, float]]:
    """What words cover, in pixels: a little less than is kept free for them."""
    found = []
    for text in texts:
        breadth = len(text.words) * (PLAIN if not text.of else BOLD) * 0.9
        left = text.x - {"start": 0, "middle": breadth / 2, "end": breadth}[text.anchor]
        found.append((left, text.y - LEADING * 0.7, left + breadth, text.y + 2))
    return found


def collisions(texts: list[Text]) -> list[tuple[str, str]]:
    covered = boxes(texts)
    return [
        (texts[i].words, texts[j].words)
        for i, one in enumerate(covered)
        for j, other in enumerate(covered[:i])
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]


@drawn(told=histories(size=14), day=days)
@settings(deadline=None, max_examples=60)
def test_no_label_covers_another_and_all_stay_inside(told: list[Recorded], day: date) -> None:
    for drawing, form in zip(drawings(told, day), (LYING, UPRIGHT), strict=True):
        labels = [text for text in drawing.texts if text.of != "yr"]
        assert collisions(labels) == []
        inside(drawing, form)


def inside(drawing: Drawing, form: Loom) -> None:
    for text in drawing.texts:
        assert drawing.top <= text.y <= drawing.top + drawing.height
        assert 0 <= text.x <= form.width
    for dot in drawing.dots:
        assert 0 <= dot.x <= form.width
    assert not any("nan" in path.d for path in drawing.paths)


@pytest.mark.parametrize("months", [1, 240, 2400])
def test_the_scale_runs_from_the_first_day_to_the_last(months: int) -> None:
    begun = TODAYS_DATE - timedelta(days=30 * months)
    drawing, _ = drawings(entries(*now(proposed(begun.isoformat()), mou("2026-11-01"))), TODAYS_DATE)
    assert drawing.first < begun
    assert drawing.last > TODAYS_DATE
    assert len([text for text in drawing.texts if text.of == "yr"]) <= 2 * 15
