"""The made-up national register: always the same, admissible throughout, in the bytes that Pakta stores."""

import io
import re
import unicodedata
from collections import Counter
from itertools import islice, pairwise
from random import Random
from uuid import UUID

import pytest

from api.exports.journal_lines import JournalLines
from benchmarks.register.dates import stated
from benchmarks.register.filling import Register, write
from benchmarks.register.heads import Heads
from benchmarks.register.life import Life
from benchmarks.register.recording import Recording, recordings, state
from domain.agreement import EMPTY, History, Recorded, admit, derive, fold
from domain.facts import FACT
from domain.journal.entry import Entry
from domain.journal.heads import head_of
from domain.journal.mapper import EntryMapper
from domain.uncertain_date import UncertainDate
from tests.conftest import JAKARTA
from tests.given import TODAYS_DATE

SEEDS = range(3)


def life_of(number: int) -> Life:
    return Life(Random(number), number, 737_000)  # noqa: S311  # it makes up a life


def lines(agreements: int, seed: int = 0) -> bytes:
    out = io.BytesIO()
    write(out, Register(agreements, seed))
    return out.getvalue()


def recorded(told: Recording) -> Recorded:
    day = told.recorded_at.astimezone(JAKARTA).date()
    return Recorded(told.version, FACT.validate_python(told.fact, strict=False), day, told.organisation)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_fact_of_it_is_refused(seed: int) -> None:
    histories: dict[int, History] = {}
    for told in recordings(150, seed):
        history = histories.get(told.number, EMPTY)
        assert history.version + 1 == told.version
        histories[told.number] = admit(history, recorded(told)).history
    assert len(histories) == 150
    for history in histories.values():
        derive(history, TODAYS_DATE)


@pytest.mark.parametrize("seed", SEEDS)
def test_its_bytes_are_those_that_pakta_would_store(seed: int) -> None:
    mapper = EntryMapper()
    for told in recordings(60, seed):
        entry = Entry.model_validate_json(state(told))
        assert mapper.to_stored_event(entry).state == state(told)


def test_the_same_seed_gives_the_same_bytes_and_another_one_others() -> None:
    first, again, other = (list(map(state, recordings(50, seed))) for seed in (1, 1, 2))
    assert first == again
    assert not set(first) & set(other)


def test_agreements_are_recorded_side_by_side_and_time_goes_on() -> None:
    told = list(recordings(100))
    assert [one.recorded_at for one in told] == sorted(one.recorded_at for one in told)
    switches = sum(one.number != next_one.number for one, next_one in pairwise(told))
    assert switches > len(told) / 2


def test_it_is_a_stream_whose_size_costs_no_memory() -> None:
    (first,) = islice(recordings(10**9), 1)
    assert first.version == 1


def test_most_agreements_end_with_a_paper_and_have_about_twelve_facts() -> None:
    histories: dict[int, set[str]] = {}
    for told in recordings(600):
        histories.setdefault(told.number, set()).add(told.fact["type"])
    facts = sum(1 for _ in recordings(600))
    reached = Counter(
        "realised" if "realised" in types else "held" if "visit_held" in types else "paper or less"
        for types in histories.values()
    )
    assert 11 < facts / 600 < 14
    assert 0.05 < reached["realised"] / 600 < 0.15
    assert reached["paper or less"] / 600 > 0.65


def test_it_is_vague_in_every_way_and_written_in_many_scripts() -> None:
    text = lines(400).decode()
    days = set(re.findall('"occurred":"([^"]*)"', text))
    for form in (r"\?$", "~$", "%$", "X$", r"^\.\./", r"/\.\.$", r"^\[", r"^\{", "-2[1-4]$", r"^\d{4}$"):
        assert any(re.search(form, day) for day in days), form
    for script in (
        "CJK",
        "HANGUL",
        "ARABIC",
        "CYRILLIC",
        "THAI",
        "LATIN SMALL LETTER A WITH BREVE AND ACUTE",
    ):
        assert any(unicodedata.name(letter, "").startswith(script) for letter in set(text)), script


def test_what_is_stated_of_a_day_holds_it() -> None:
    chance = Random(0)  # noqa: S311  # it makes up dates
    for day in range(730_000, 739_000, 7):
        told = stated(chance, day)
        if told is not None:
            span = UncertainDate.model_validate(told).certain
            assert span.earliest.toordinal() <= day <= span.latest.toordinal(), told


def test_an_agreement_tells_of_nothing_after_its_day() -> None:
    for number in range(50):
        assert life_of(number).day <= 737_000


def test_its_lines_are_a_whole_export() -> None:
    source = JournalLines(io.BytesIO(lines(20)))
    entries = list(source.entries())
    assert not list(source.receipts())
    assert source.figures().entries == len(entries) == source.manifest.head


def test_its_heads_are_those_that_follow_from_its_facts() -> None:
    told, heads = list(recordings(300)), Heads()
    made = heads.after(told[:1000], 0)
    made += [{**head, "opened": head["opened"] + 1000} for head in heads.after(told[1000:], 1000)]  # type: ignore[operator]  # an int
    trails: dict[UUID, list[tuple[int, Recording]]] = {}
    for position, one in enumerate(told, 1):
        trails.setdefault(one.agreement, []).append((position, one))
    assert len(made) == len(trails)
    for head in made:
        trail = trails[head["agreement"]]  # type: ignore[index]  # a UUID
        history = fold(recorded(one) for _, one in trail)
        assert head == head_of(trail[0][1].agreement, history, trail[0][0])
