"""By which words a text is found."""

import pytest

from projections.searching import asked, spelled, words_of


def found(text: str, question: str) -> bool:
    """As the register does it: by an index of words, and in what is spelled out."""
    spelling = spelled(text)
    words = list(words_of(spelling))
    return all(
        wanted in spelling and any(word.startswith(wanted.strip()[:6]) for word in words)
        for wanted in asked(question)
    )


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Kota Bandung – Nanning", "nann bandung"),
        ("Łódź and São Paulo", "sao"),
        ("Kerja sama (Kochi)", "kochi"),
        ("PKS/12/2024-A", "PKS/12"),
        ("Bandung & 南宁市友好", "宁市"),
        ("Bandung南宁市", "南宁"),
        ("กรุงเทพมหานคร", "เทพ"),
        ("서울특별시", "특별"),
        ("नई दिल्ली", "दिल्ली"),
    ],
)
def test_it_is_found(text: str, question: str) -> None:
    assert found(text, question)


@pytest.mark.parametrize(("text", "question"), [("Bandung", "andung"), ("Kota Bandung", "bandung kochi")])
def test_it_is_not_found(text: str, question: str) -> None:
    assert not found(text, question)
