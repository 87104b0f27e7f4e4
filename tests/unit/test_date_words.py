"""Dates in words: what is understood, and what had better not be."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import date_words
from domain.date_words import understand
from domain.edtf_days import is_edtf

REFERENCE = date(2025, 3, 25)

UNDERSTOOD = """
September 2025 = 2025-09
bulan Sept. 2025 = 2025-09
pada tahun 2024 = 2024
27 Juli 2023 = 2023-07-27
27th of July 2023 = 2023-07-27
July 27, 2023 = 2023-07-27
Sabtu, 29 Juli 2023 = 2023-07-29
29 Juli 2023 (Sabtu) = 2023-07-29
Jum'at, 28 Juli 2023 = 2023-07-28
Sabtu (29/7/2023) = 2023-07-29
29/7/2023 = 2023-07-29
29.7.2023 = 2023-07-29
30-10-2018 = 2018-10-30
2023/7/1 = 2023-07-01
1 Nopember 2020 = 2020-11-01
2 Pebruari 2021 = 2021-02-02
akhir 2024 = 2024-10/2024-12
late 2024 = 2024-10/2024-12
the end of the year 2024 = 2024-10/2024-12
awal 2024 = 2024-01/2024-03
early 2024 = 2024-01/2024-03
pertengahan 2024 = 2024-05/2024-08
mid-2024 = 2024-05/2024-08
akhir September 2025 = 2025-09-21/2025-09-30
akhir Februari 2024 = 2024-02-21/2024-02-29
awal September 2025 = 2025-09-01/2025-09-10
mid-July 2023 = 2023-07-11/2023-07-20
sekitar 2018 = 2018~
circa 2018 = 2018~
c. 2018 = 2018~
kira-kira 2018 = 2018~
around late 2024 = 2024-10~/2024-12~
mungkin 2018 = 2018?
possibly September 2025 = 2025-09?
mungkin sekitar 2018 = 2018%
sebelum 27 Juli 2023 = ../2023-07-26
before 2023 = ../2022-12-31
paling lambat 27 Juli 2023 = ../2023-07-27
selambat-lambatnya akhir 2024 = ../2024-12
not after 27 July 2023 = ../2023-07-27
by September 2025 = ../2025-09
setelah 27 Juli 2023 = 2023-07-28/..
after 2023 = 2024-01-01/..
sejak 2023 = 2023/..
mulai akhir 2024 = 2024-10/..
triwulan III 2025 = 2025-07/2025-09
Q3 2025 = 2025-07/2025-09
third quarter of 2025 = 2025-07/2025-09
semester I 2025 = 2025-01/2025-06
2023-2025 = 2023/2025
2023\u20132025 = 2023/2025
2023 sampai dengan 2025 = 2023/2025
from 2023 to 2025 = 2023/2025
antara 2023 dan 2025 = 2023/2025
sekitar 2023-2025 = 2023~/2025~
Juli\u2013September 2025 = 2025-07/2025-09
27-29 Juli 2023 = 2023-07-27/2023-07-29
July 27-29, 2023 = 2023-07-27/2023-07-29
(5-7/7/2023) = 2023-07-05/2023-07-07
1 s.d. 3 Juli 2023 = 2023-07-01/2023-07-03
27 Juli - 3 Agustus 2023 = 2023-07-27/2023-08-03
awal 2023 - akhir 2024 = 2023-01/2024-12
2023-07-27 = 2023-07-27
2025-03-25? = 2025-03-25?
2025-24 = 2025-24
"""

RELATIVE = """
September mendatang = 2025-09
bulan September mendatang = 2025-09
September yang akan datang = 2025-09
next September = 2025-09
Maret mendatang = 2026-03
Maret lalu = 2024-03
last February = 2025-02
tahun depan = 2026
next year = 2026
tahun lalu = 2024
akhir tahun ini = 2025-10/2025-12
bulan depan = 2025-04
last month = 2025-02
hari ini = 2025-03-25
kemarin = 2025-03-24
tomorrow = 2025-03-26
(31/7) = 2025-07-31
27 Juli = 2025-07-27
Rabu, (31/7) = 2024-07-31
sejak kemarin = 2025-03-24/..
"""

NOT_UNDERSTOOD = """
unknown
tidak diketahui
segera
31 June
31 Juni 2023
Senin, 29 Juli 2023
Senin 2-7-2023
7/27/2023
29/7/23
24/2025
2025-02-30
2025/2020
2025-2020
Juli
July '24
2 hari Juli 2023
2023, 2025
2023 dan 2025
before around 2018
not until 2025
since 2023-2025
bulan - 2025
Q5 2025
triwulan 0 2025
10:30
before 0001
Rabu 2025
"""


def pairs(table: str) -> list[tuple[str, str]]:
    return [(words, edtf) for words, edtf in (line.split(" = ") for line in table.strip().splitlines())]


@pytest.mark.parametrize(("words", "edtf"), pairs(UNDERSTOOD))
def test_words_for_a_date_become_edtf(words: str, edtf: str) -> None:
    assert understand(words) == understand(words, REFERENCE) == understand(words.upper()) == edtf


@pytest.mark.parametrize(("words", "edtf"), pairs(RELATIVE))
def test_words_that_need_a_reference_are_read_from_it(words: str, edtf: str) -> None:
    assert understand(words, REFERENCE) == edtf
    assert understand(words) is None


@pytest.mark.parametrize("words", NOT_UNDERSTOOD.strip().splitlines())
def test_no_answer_is_better_than_a_wrong_one(words: str) -> None:
    assert understand(words) is None
    assert understand(words, REFERENCE) is None


@pytest.mark.parametrize("reference", [date.min, date.max])
@pytest.mark.parametrize("words", [words for words, _ in pairs(RELATIVE)])
def test_words_that_lead_out_of_the_calendar_are_not_understood(words: str, reference: date) -> None:
    edtf = understand(words, reference)
    assert edtf is None or is_edtf(edtf)


TABLES = (
    "MONTHS WEEKDAYS ORDINALS PERIODS PARTS HEDGES LIMITS JOINTS FILLERS "
    "BETWEEN AND DAYS_AWAY AWAY_AFTER AWAY_BEFORE"
)
VOCABULARY = sorted({word for table in TABLES.split() for word in getattr(date_words, table)})
NUMBERS = ["2023", "2025", "0001", "9999", "7", "29", "31", "/", ".", "-"]


@settings(deadline=None, max_examples=500)
@given(
    st.text() | st.lists(st.sampled_from(VOCABULARY) | st.sampled_from(NUMBERS), max_size=8).map(" ".join),
    st.dates() | st.none(),
)
def test_any_text_gives_valid_edtf_or_nothing(text: str, reference: date | None) -> None:
    edtf = understand(text, reference)
    assert edtf is None or is_edtf(edtf)


@settings(deadline=None)
@given(st.dates(), st.sampled_from(["{d.day} {id} {y}", "{en} {d.day}, {y}", "{d.day}/{d.month}/{y}"]))
def test_every_day_is_found_again_however_it_is_written(day: date, style: str) -> None:
    months = [name for name in date_words.MONTHS if date_words.MONTHS[name] == day.month]
    text = style.format(d=day, id=months[0], en=months[-1], y=f"{day.year:04}")
    assert understand(text) == day.isoformat()


def test_a_hundred_characters_of_nested_words_are_answered_at_once() -> None:
    assert understand("c - " * 25) is None
    assert understand("sekitar - " * 10) is None
    assert understand("1 - " * 25) is None
