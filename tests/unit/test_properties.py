"""What holds of every history, whatever was recorded in whatever order."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.agreement import (
    EMPTY,
    History,
    Recorded,
    Refused,
    State,
    Warned,
    admit,
    derive,
    evolve,
    fold,
    outlook,
)
from domain.agreement.history import occurred_span
from domain.agreement.impossible import impossibilities, impossible
from domain.agreement.rules import Step
from domain.agreement.warnings import WARNINGS, unusual, warnings
from domain.facts import FACT, Corrected, Fact, Retracted
from tests.given import TODAYS_DATE, fact
from tests.strategies import days, histories, later_facts, lifecycle_facts, openings

soon = settings(deadline=None, max_examples=60)
ONE_DAY = timedelta(days=1)
CHANGES = {"visit_confirmed", "visit_rescheduled", "visit_cancelled"}


def uncounted(state: State) -> State:
    """A state without the numbers that count with the day."""
    return replace(
        state,
        visits=tuple(replace(visit, days_overdue=None) for visit in state.visits),
        commitments=tuple(replace(promise, days_overdue=None) for promise in state.commitments),
        follow_up=replace(state.follow_up, days_overdue=None),
    )


def admitted(entries: list[Recorded]) -> History:
    """The history of those that are not refused."""
    history = EMPTY
    for entry in entries:
        try:
            history = admit(history, entry._replace(version=history.version + 1)).history
        except Refused:
            continue
    return history


def then_recorded(history: History, told: Fact, on: date) -> History:
    """The history with one more fact, unchecked."""
    return evolve(history, Recorded(history.version + 1, told, on, "kota-bandung"))


@soon
@given(openings | later_facts)
def test_every_fact_is_read_back_as_it_was_written(told: Fact) -> None:
    written = FACT.dump_json(told)
    assert FACT.validate_json(written) == told
    assert FACT.dump_json(FACT.validate_json(written)) == written


@soon
@given(histories(), days, st.randoms(use_true_random=False))
def test_folding_and_deriving_never_fail_whatever_the_order(
    entries: list[Recorded], day: date, chance: Any
) -> None:
    chance.shuffle(entries)
    history = fold(entries)
    derive(history, day)
    outlook(history)
    list(impossibilities(history))


@soon
@given(histories())
def test_folding_at_once_is_adding_one_by_one(entries: list[Recorded]) -> None:
    history = EMPTY
    for entry in entries:
        before = (dict(history.entries), dict(history.standing))
        grown = evolve(history, entry)
        assert (history.entries, history.standing) == before
        history = grown
    assert history == fold(entries)


@soon
@given(histories(size=14), days)
def test_nothing_impossible_is_in_a_history_that_was_admitted(entries: list[Recorded], day: date) -> None:
    history = admitted(entries)
    assert list(impossibilities(history)) == []
    assert not history.entries or derive(history, day).version == history.version


def all_warnings(history: History) -> tuple[Warned, ...]:
    """Every warning about a history, worked out from nothing but its entries."""
    anew = fold(history.entries.values())
    return warnings(anew.counted, anew)


@soon
@given(histories(size=14), st.booleans())
def test_one_more_fact_brings_what_asking_every_rule_anew_would_find(
    entries: list[Recorded], checked: bool
) -> None:
    history = EMPTY
    for told in entries:
        entry = told._replace(version=history.version + 1)
        after = evolve(history, entry)
        step = Step(history, entry, after)
        anew = fold(after.entries.values())
        before = set(impossibilities(fold(history.entries.values())))
        impossible_now = [found for found in impossibilities(anew) if found not in before]
        assert list(step.brings(impossible)) == impossible_now
        known = set(all_warnings(history))
        assert list(step.brings(unusual)) == [one for one in all_warnings(anew) if one not in known]
        assert after.in_order() == anew.in_order()
        if not (checked and impossible_now):
            history = after


@soon
@given(histories(), days)
def test_every_warning_has_the_words_for_its_sentence(entries: list[Recorded], day: date) -> None:
    for warned in derive(fold(entries), day).warnings:
        assert WARNINGS[warned.code].format(**dict(warned.params))


@soon
@given(histories(), days, st.randoms(use_true_random=False))
def test_the_answers_depend_on_what_is_recorded_and_on_nothing_else(
    entries: list[Recorded], day: date, chance: Any
) -> None:
    history = fold(entries)
    assert derive(history, day) == derive(fold(entries), day)

    def shuffled(index: dict[int, Any]) -> dict[int, Any]:
        items = list(index.items())
        chance.shuffle(items)
        return dict(items)

    other = History(
        shuffled(history.entries),
        shuffled(history.standing),
        shuffled(history.corrections),
        shuffled(history.retractions),
    )
    assert derive(other, day) == derive(history, day)


def distinct(told: list[Fact]) -> list[Fact]:
    """Without facts between which only the order of recording could decide.

    That is: the same type on the same days, a visit scheduled twice, a visit changed twice.
    """
    kept: dict[object, Fact] = {}
    for item in told:
        about: tuple[object, ...] = (item.type, occurred_span(item.occurred, TODAYS_DATE))
        if item.type in CHANGES or item.type == "follow_up_visit_scheduled":
            about = (item.type in CHANGES, getattr(item, "visit", None))
        kept.setdefault(about, item)
    by_days = {(item.type, occurred_span(item.occurred, TODAYS_DATE)): item for item in kept.values()}
    return list(by_days.values())


def recorded_today(*told: Fact) -> list[Recorded]:
    """Facts as entries of one day."""
    return [Recorded(number, item, TODAYS_DATE, "kota-bandung") for number, item in enumerate(told, 1)]


@soon
@given(openings, st.lists(lifecycle_facts, min_size=2, max_size=10), days, st.randoms(use_true_random=False))
def test_the_order_of_recording_on_one_day_does_not_matter(
    opening: Fact, told: list[Fact], day: date, chance: Any
) -> None:
    told = distinct(told)
    answers = set()
    for _ in range(4):
        state = derive(fold(recorded_today(opening, *told)), day)
        answers.add((state.status, tuple(state.milestones.items()), state.standing, state.instrument))
        chance.shuffle(told)
    assert len(answers) == 1


@soon
@given(histories(size=14))
def test_what_was_known_before_one_more_fact_is_never_believed_wrongly(entries: list[Recorded]) -> None:
    history = EMPTY
    for told in entries:
        history = evolve(history, told._replace(version=history.version + 1))
        assert outlook(history) == outlook(fold(history.entries.values()))
        assert warnings(history.counted, history) == all_warnings(history)


@soon
@given(histories(), st.lists(st.integers(0, 3000), min_size=3, max_size=3))
def test_an_outlook_says_for_every_day_ahead_what_would_be_answered_then(
    entries: list[Recorded], offsets: list[int]
) -> None:
    history = fold(entries)
    stretches = outlook(history)
    first = stretches[0].since
    assert first == max(entry.recorded_on for entry in entries)
    assert stretches[-1].until == date.max
    assert [one.until for one in stretches[:-1]] == [other.since for other in stretches[1:]]
    turns = [turn for stretch in stretches[1:] for turn in (stretch.since - ONE_DAY, stretch.since)]
    for day in (*(first + timedelta(days=ahead) for ahead in offsets), *turns):
        stretch = next(s for s in stretches if s.since <= day and (day < s.until or s is stretches[-1]))
        assert uncounted(derive(history, day)) == uncounted(stretch.state)


@soon
@given(histories(), days, st.data())
def test_a_retraction_that_is_retracted_leaves_no_trace_but_its_versions(
    entries: list[Recorded], day: date, data: st.DataObject
) -> None:
    history = fold(entries)
    mendable = [version for version in history.entries if not history.is_struck(version)]
    target = data.draw(st.sampled_from(mendable))
    gone = then_recorded(history, fact("retracted", version=target, reason="x"), TODAYS_DATE)
    back = then_recorded(gone, fact("retracted", version=gone.version, reason="y"), TODAYS_DATE)
    assert back.standing == history.standing
    assert replace(derive(back, day), version=0) == replace(derive(history, day), version=0)


@soon
@given(histories(), days, st.data())
def test_correcting_a_fact_to_what_it_was_changes_nothing_but_settles_its_sources(
    entries: list[Recorded], day: date, data: st.DataObject
) -> None:
    history = fold(entries)
    originals = [
        version
        for version, entry in history.entries.items()
        if version in history.standing and not isinstance(entry.fact, Corrected | Retracted)
    ]
    if not originals:
        return
    standing = history.standing[data.draw(st.sampled_from(originals))]
    same = fact("corrected", version=standing.version, reason="x", fact=standing.fact)
    after = derive(then_recorded(history, same, standing.recorded_on), day)
    before = derive(history, day)
    unsettled = tuple(w for w in before.warnings if w in after.warnings)
    assert {w.code for w in before.warnings} - {w.code for w in unsettled} <= {"sources_disagree"}
    assert replace(after, version=0) == replace(before, version=0, warnings=unsettled)
