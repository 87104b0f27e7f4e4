"""Where an agreement stands, in one sentence, in both languages."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from markupsafe import Markup

from api.language import LANGUAGES
from api.pages.standing_sentence import during, standing_sentence
from domain.agreement import State, derive, fold
from tests.facts import DOCUMENT, arrangement, cancelled, confirmed, held, loi, mou, proposed, realised, visit
from tests.given import TODAYS_DATE, Story, fact, given
from tests.strategies import days, histories

NANNING = proposed("../2025-03")
LOI = loi("2025-03")


def plain(said: Markup | None) -> str:
    return said.striptags().replace("\N{NO-BREAK SPACE}", " ") if said else ""


def said(story: Story, language: str = "en", day: str | None = None, **known: Any) -> str:
    seen = story.on(day) if day else story
    return plain(standing_sentence(seen.state, seen.day, TODAYS_DATE, language, **known).sentence)


def unknown(story: Story, language: str = "en") -> str:
    return plain(standing_sentence(story.state, story.day, TODAYS_DATE, language).unknown)


def return_visit(window: str = "2025-09", **more: Any) -> Any:
    return visit("return", window, "2025-03", host="Kota Nanning", **more)


def test_an_overdue_visit_is_counted() -> None:
    story = given(NANNING, LOI, return_visit())
    assert said(story) == (
        "The Bandung–Nanning LoI was signed in March 2025. "
        "The visit to Kota Nanning planned for September 2025 is 417 days overdue; there is no MoU."
    )
    assert said(story, "id") == (
        "LoI Bandung–Nanning ditandatangani pada Maret 2025. "
        "Kunjungan ke Kota Nanning yang direncanakan September 2025 terlambat 417 hari; MoU belum ada."
    )
    assert unknown(story).startswith("No source says whether that visit took place. Its outcome is unknown")
    assert unknown(story, "id").endswith("Hasilnya tidak diketahui, bukan “tidak terjadi”.")


def test_what_is_overdue_is_red_and_does_not_break() -> None:
    told = standing_sentence(given(NANNING, LOI, return_visit()).state, TODAYS_DATE, TODAYS_DATE, "en")
    assert '<span class="red nb">417 days overdue</span>' in told.sentence


def test_another_day_stands_before_the_sentence_and_in_its_tense() -> None:
    story = given(NANNING, LOI, return_visit())
    assert said(story, day="2025-10-01") == (
        "On 1 October 2025, the Bandung–Nanning LoI had been signed in March 2025. "
        "The visit to Kota Nanning planned for September 2025 was 1 day overdue; there was no MoU."
    )
    assert said(story, "id", day="2025-10-01") == (
        "Pada 1 Oktober 2025, LoI Bandung–Nanning sudah ditandatangani pada Maret 2025. "
        "Kunjungan ke Kota Nanning yang direncanakan September 2025 waktu itu terlambat 1 hari; "
        "MoU waktu itu belum ada."
    )
    assert said(story, day="2027-01-01").startswith(
        "On 1 January 2027, if nothing more is recorded: the Bandung–Nanning LoI was signed in March 2025."
    )


@pytest.mark.parametrize(
    ("more", "clause"),
    [
        (return_visit("2027-03", certainty="tentative"), "is planned for March 2027, not confirmed yet"),
        (return_visit("2027-03"), "is planned for March 2027"),
        (return_visit("2027-03-05", certainty="confirmed"), "is confirmed for 5 March 2027"),
    ],
)
def test_a_visit_to_come_is_told_as_firmly_as_it_is_planned(more: Any, clause: str) -> None:
    assert said(given(NANNING, LOI, more)).endswith(f"The visit to Kota Nanning {clause}; there is no MoU.")


def test_a_visit_that_took_place_is_told_and_a_cancelled_one_is_not() -> None:
    took_place = given(NANNING, LOI, return_visit(), held("2025-09-20", "return"))
    assert said(took_place).endswith(
        "The visit to Kota Nanning took place on 20 September 2025; there is no MoU."
    )
    called_off = given(NANNING, LOI, return_visit(), cancelled("return", "2025-08"))
    assert said(called_off).endswith("was signed in March 2025. There is no MoU.")
    assert said(given(NANNING, LOI, return_visit("2027-01"), confirmed("return", "2026-01"))).count(
        "confirmed"
    )


def test_a_proposal_alone_has_nothing_signed() -> None:
    assert said(given(proposed("2025-06-23"))) == (
        "The Bandung–Nanning cooperation was proposed on 23 June 2025; nothing is signed."
    )
    assert said(given(proposed("2025-06-23")), "id") == (
        "Kerja sama Bandung–Nanning diusulkan pada 23 Juni 2025; belum ada yang ditandatangani."
    )


def test_a_memorandum_without_any_follow_up_says_so() -> None:
    story = given(proposed("../2018-10-30"), mou("2018-10-30"))
    assert said(story) == (
        "The Bandung–Nanning MoU was signed on 30 October 2018. No follow-up visit is recorded."
    )
    assert unknown(story) == "Nothing recorded says what comes next, or when."


def test_an_arrangement_has_no_day_of_its_own() -> None:
    assert said(given(NANNING, arrangement("2025-05"))) == (
        "The Bandung–Nanning arrangement is signed. There is no MoU."
    )


@pytest.mark.parametrize(
    ("extent", "evidence", "clause"),
    [
        ("partly", (), "A part is said to be realised"),
        ("partly", (DOCUMENT,), "A part is realised, with evidence"),
        ("fully", (), "It is said to be fully realised"),
        ("fully", (DOCUMENT,), "It is fully realised, with evidence"),
    ],
)
def test_a_claim_is_told_from_what_has_evidence(extent: str, evidence: Any, clause: str) -> None:
    story = given(NANNING, mou("2025-05"), realised("2026-02", extent, evidence=evidence))
    assert said(story) == f"The Bandung–Nanning MoU was signed in May 2025. {clause}."
    assert bool(unknown(story).startswith("No document")) is not bool(evidence)


@pytest.mark.parametrize(
    ("end", "on", "clause"),
    [
        (fact("terminated", "2022-05-01"), "2022", "It was ended in 2022."),
        (fact("terminated", "2022-05-01"), None, "It was ended."),
        (fact("withdrawn", "2022-05-01"), "2022-05-01", "A side withdrew from it on 1 May 2022."),
        (
            fact("succeeded", "2022-05-01", by="0d3adb33-0000-4000-8000-00000000cafe"),
            "2022-05",
            "Another agreement took its place in May 2022.",
        ),
        (
            fact("suspended", "2022-05-01"),
            "2022-05",
            "It has been suspended since May 2022; no follow-up visit is recorded.",
        ),
    ],
)
def test_an_end_is_told_with_its_day(end: Any, on: str | None, clause: str) -> None:
    story = given(proposed(), mou("2020-01-01"), end)
    assert said(story, ended_on=on) == f"The Bandung–Nanning MoU was signed on 1 January 2020. {clause}"


def test_a_term_that_is_over_is_told() -> None:
    story = given(proposed(), mou("2020-01-01", valid_until="2023-12-31"))
    assert said(story).endswith("It ran until 31 December 2023.")
    assert unknown(story) == "Nothing recorded says whether it was extended."


def test_a_void_agreement_says_only_that() -> None:
    story = given(proposed(), fact("retracted", version=1, reason="Recorded twice"))
    assert said(story) == "The proposal of Bandung–Nanning was retracted: it does not stand."
    assert unknown(story, "id") == "Yang pernah dicatat tetap di sini, dicoret. Tidak dihitung di mana pun."


def test_a_network_is_no_agreement() -> None:
    network = given(proposed("2018-04-28", title="ASEAN Smart Cities Network", kind="network"))
    assert said(network) == "ASEAN Smart Cities Network is a network, which is never counted as an agreement."


def test_before_anything_is_certain_nothing_is_said_to_have_happened() -> None:
    story = given(proposed("2025-03")).on("2025-03-10")
    assert said(story, day="2025-03-10") == "On 10 March 2025, nothing was certain yet about Bandung–Nanning."
    assert unknown(story) == "1 recorded fact may or may not have happened by this day."


def test_a_long_title_stays_out_of_the_sentence() -> None:
    long = "Memorandum Saling Pengertian tentang Kerja Sama Kota Bersaudara antara dua kota"
    assert said(given(proposed(title=long), LOI)) == "The LoI was signed in March 2025. There is no MoU."


@pytest.mark.parametrize(
    ("edtf", "phrase"),
    [
        (None, "on a day that nobody knows"),
        ("2025-03-25", "on 25 March 2025"),
        ("2025-03", "in March 2025"),
        ("2025", "in 2025"),
        ("201X", "in the 2010s"),
        ("2025-03-25?", "possibly on 25 March 2025"),
        ("2025-03~", "about March 2025"),
        ("../2025-03", "March 2025 at the latest"),
        ("2025-03/2025-05", "between March 2025 and May 2025"),
    ],
)
def test_a_date_in_a_sentence_is_no_more_certain_than_the_source(edtf: str | None, phrase: str) -> None:
    assert during(edtf, "en").replace("\N{NO-BREAK SPACE}", " ") == phrase


LEFTOVERS = re.compile(r"[{}]|None|\b\d{4}-\d\d|_|\.\.|  |;\.|^[a-z]")


@pytest.mark.parametrize("language", LANGUAGES)
@drawn(told=histories(), day=days)
@settings(deadline=None, max_examples=60)
def test_every_state_gives_a_sentence_without_leftovers(language: str, told: Any, day: date) -> None:
    state: State = replace(derive(fold(told), day), title="Bandung – Nanning")
    for seen in (day, TODAYS_DATE):
        sentence, lede = standing_sentence(state, day, seen, language, ended_on=None)
        text = plain(sentence)
        assert text.endswith(".")
        assert not LEFTOVERS.search(text), text
        assert lede is None or not LEFTOVERS.search(plain(lede)), lede
