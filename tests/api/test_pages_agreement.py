"""The page of one agreement, as HTML: its words, its links, its time machine."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from tests.api.doors import Doors, fact

SCHEDULED = fact(
    "follow_up_visit_scheduled", "2024-03", visit="return", window="2024-09-01", host="Kota Nanning"
)
SOURCE = fact(
    "evidence_attached", version=2, evidence=[{"publisher": "merdeka.com"}], says={"occurred": "2023-03-25"}
)


def at(pakta: Doors, moment: str) -> None:
    """Set the clock, in UTC."""
    fixed = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    pakta.running.journal.clock = lambda: fixed


@pytest.fixture
def agreement(pakta: Doors) -> str:
    """Recorded in 2024: a letter of intent, a visit whose day was too exact, and a claim taken back."""
    at(pakta, "2024-04-02T03:00:00")
    found = pakta.open(occurred="../2024-03")
    pakta.record(found, fact("loi_signed", "2024-03", signatories=[{"name": "Nong Shengwen"}]), SCHEDULED)
    at(pakta, "2024-10-11T03:00:00")
    claim = fact("statement_recorded", "2024-03", text="The fifteenth sister city")
    right = fact(
        "corrected", version=3, reason="Only the month is said", fact=SCHEDULED | {"window": "2024-09"}
    )
    pakta.record(found, claim, right, fact("retracted", version=4, reason="Recorded on the wrong agreement"))
    pakta.record(found, SOURCE)
    return found


def page(pakta: Doors, path: str, language: str = "en", status: int = 200) -> str:
    """The words and marks of a page."""
    headers = {"Accept-Language": language}
    if pakta.token:
        headers["Authorization"] = f"Bearer {pakta.token}"
    answer = pakta.client.get(path, headers=headers)
    assert answer.status_code == status, answer.text
    assert " style=" not in answer.text
    assert "<script>" not in answer.text
    return unescape(answer.text).replace("\N{NO-BREAK SPACE}", " ")


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def heading(html: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", html, re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>", "", found[1])


def test_the_page_opens_with_where_it_stands(pakta: Doors, agreement: str) -> None:
    told = page(pakta, f"/agreements/{agreement}")
    assert heading(told) == (
        "The Bandung–Nanning LoI was signed in March 2024. "
        "The visit to Kota Nanning planned for September 2024 is 11 days overdue; there is no MoU."
    )
    assert heading(page(pakta, f"/agreements/{agreement}", "id")).startswith(
        "LoI Bandung–Nanning ditandatangani"
    )
    assert "Its outcome is unknown , not" in words(told)


def test_warnings_show_both_statements_and_what_helps(pakta: Doors, agreement: str) -> None:
    told = words(page(pakta, f"/agreements/{agreement}"))
    assert "Two sources disagree" in told
    assert "merdeka.com When: 25 March 2023" in told
    assert f'href="/agreements/{agreement}/record/corrected?version=2"' in page(
        pakta, f"/agreements/{agreement}"
    )


def test_only_who_may_record_is_offered_it(pakta: Doors, agreement: str) -> None:
    path = f"/agreements/{agreement}"
    assert f'href="{path}/record/visit_held"' in page(pakta, path)
    for other in (pakta.public, pakta.as_("kota-serang"), pakta.as_("kota-bandung", "auditor")):
        assert f"{path}/record" not in page(other, path)


def test_a_correction_shows_what_it_replaced_and_a_retraction_strikes_the_whole(
    pakta: Doors, agreement: str
) -> None:
    told = page(pakta, f"/agreements/{agreement}")
    assert re.search(r"<del>.*?1 September 2024.*?</del>.*?→.*?September 2024", told, re.DOTALL)
    assert "Only the month is said" in told
    assert "<del>Statement recorded</del>" in told
    assert "Recorded on the wrong agreement" in told


def test_the_trail_lists_every_entry_with_who_and_why(pakta: Doors, agreement: str) -> None:
    told = page(pakta, f"/agreements/{agreement}")
    rows = re.findall(r'<tr id="e(\d+)">(.*?)</tr>', told, re.DOTALL)
    assert [int(version) for version, _ in rows] == [1, 2, 3, 4, 5, 6, 7]
    entry = pakta.get(f"/agreements/{agreement}/events")["items"][4]
    corrected = rows[4][1]
    assert f'href="/entries/{entry["position"]}"' in corrected
    for said in ("about version 3", "Only the month is said", "kota-bandung", "Coordinator"):
        assert said in words(corrected)
    assert "see version 5" in words(rows[2][1])


def test_the_time_machine_shows_the_page_as_it_was(pakta: Doors, agreement: str) -> None:
    told = page(pakta, f"/agreements/{agreement}?as_of=2024-09-10&known_at=2024-04-30")
    assert heading(told).startswith(
        "On 10 September 2024, the Bandung–Nanning LoI had been signed in March 2024."
    )
    assert "planned for 1 September 2024 was 9 days overdue" in heading(told)
    assert "You see how things stood on 10 September 2024, as recorded up to version 3 of 7." in words(told)
    assert "Statement recorded" not in told
    assert f"/agreements/{agreement}/record" not in told


def test_each_difference_leads_to_the_entry_that_made_it(pakta: Doors, agreement: str) -> None:
    told = page(pakta, f"/agreements/{agreement}?version=3")
    found = re.search(r'<table class="diffs".*?</table>', told, re.DOTALL)
    assert found
    rows = [words(row) for row in re.findall(r"<tr>(.*?)</tr>", found[0], re.DOTALL)]
    assert "Visit · return · Window 1 September 2024 September 2024 version 5" in rows
    position = pakta.get(f"/agreements/{agreement}/events")["items"][4]["position"]
    assert f'href="/entries/{position}"' in found[0]


def test_what_differs_by_the_day_alone_says_so(pakta: Doors, agreement: str) -> None:
    told = words(page(pakta, f"/agreements/{agreement}?as_of=2024-10-02"))
    assert "Visit · return · Days overdue 2 11 the day alone" in told


def test_before_the_first_entry_there_was_nothing(pakta: Doors, agreement: str) -> None:
    for language, sentence in (
        ("en", "Nothing of this agreement had been recorded by then."),
        ("id", "Waktu itu belum ada catatan tentang kesepakatan ini."),
    ):
        assert heading(page(pakta, f"/agreements/{agreement}?known_at=2024-01-01", language)) == sentence


def test_a_day_ahead_asks_what_will_be(pakta: Doors, agreement: str) -> None:
    told = page(pakta, f"/agreements/{agreement}?as_of=2025-01-01")
    assert heading(told).startswith("On 1 January 2025, if nothing more is recorded: the Bandung–Nanning LoI")


@pytest.mark.parametrize("asked", ["version=9", "version=0", "as_of=soon", "known_at=yesterday"])
def test_what_cannot_be_asked_is_a_problem_on_a_page(pakta: Doors, agreement: str, asked: str) -> None:
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    answer = pakta.client.get(f"/agreements/{agreement}?{asked}", headers=headers)
    assert answer.status_code == 422
    assert "<h1>" in answer.text


def test_blank_fields_of_the_form_ask_for_now(pakta: Doors, agreement: str) -> None:
    told = page(pakta, f"/agreements/{agreement}?as_of=&known_at=&version=")
    assert "You see how" not in told


def test_what_is_hidden_is_not_found(pakta: Doors) -> None:
    hidden = pakta.open(visibility="organisation", title="Hidden")
    assert "Hidden" in page(pakta, f"/agreements/{hidden}")
    answer = pakta.client.get(f"/agreements/{hidden}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Hidden" not in answer.text


ENDS: list[tuple[Any, str]] = [
    ([fact("mou_signed", "2024-02"), fact("terminated", "2024-03-05")], "It was ended on 5 March 2024."),
    ([fact("retracted", version=1, reason="Twice")], "was retracted: it does not stand."),
]


@pytest.mark.parametrize(("told", "sentence"), ENDS)
@pytest.mark.parametrize("language", ["en", "id"])
def test_ended_and_void_agreements_keep_their_pages(
    pakta: Doors, told: list[Any], sentence: str, language: str
) -> None:
    agreement = pakta.open(*told)
    shown = page(pakta, f"/agreements/{agreement}", language)
    if language == "en":
        assert sentence in heading(shown)
    assert f'href="/agreements/{agreement}/record/mou_signed"' not in shown


def test_nothing_of_a_void_agreement_stands(pakta: Doors) -> None:
    agreement = pakta.open(fact("loi_signed", "2024-02"), fact("retracted", version=1, reason="Twice"))
    told = page(pakta, f"/agreements/{agreement}")
    assert "<del>LoI signed</del>" in told
    assert "<del>Proposed</del>" in told


def test_a_warning_names_gates_as_people_do(pakta: Doors) -> None:
    told = words(page(pakta, f"/agreements/{pakta.open(fact('mou_signed', '2024-02'))}"))
    assert "not recorded as granted: council (DPRD), full powers." in told


def test_a_network_has_members_and_no_ladder(pakta: Doors) -> None:
    network = pakta.open(kind="network", title="ASEAN Smart Cities Network")
    told = page(pakta, f"/agreements/{network}")
    assert "is a network" in heading(told)
    assert '<ol class="ladder">' not in told


def test_the_words_of_facts_are_escaped(pakta: Doors) -> None:
    title = "<b>Bandung</b> {when} & co"
    told = pakta.open(fact("annotated", note="<script>alert(1)</script>"), title=title)
    answer = pakta.client.get(f"/agreements/{told}", headers={"Accept-Language": "en"})
    assert "<b>Bandung" not in answer.text
    assert "<script>alert" not in answer.text
    assert "{when} &amp; co" in answer.text


def test_an_old_trail_is_shown_when_asked_for(pakta: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.pages.agreement.MOST_SHOWN", 3)
    agreement = pakta.open(*(fact("annotated", note=f"Note {n}") for n in range(4)))
    assert re.findall(r'<tr id="e(\d+)">', page(pakta, f"/agreements/{agreement}")) == ["3", "4", "5"]
    assert "Show 2 older entries" in page(pakta, f"/agreements/{agreement}")
    assert len(re.findall(r'<tr id="e(\d+)">', page(pakta, f"/agreements/{agreement}?all=true"))) == 5
