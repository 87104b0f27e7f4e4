"""Where parties lie: by code or whole name, and nowhere rather than somewhere wrong."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.pages.map import project
from api.pages.places import PLACES, Party, Place, place_of
from domain.words import fold

ROOT = Path(__file__).parents[2]
ROWS = [
    line.split(",")
    for line in PLACES.read_text("utf-8").splitlines()[1:]
    if line and not line.startswith("#")
]
INDONESIAN = [row for row in ROWS if row[2] == "ID"]


def of(name: str, kind: str | None = "city", country: str = "ID", **more: Any) -> Place | None:
    """The place of a party that is known by its name."""
    return place_of(Party(name, kind, country, **more))


def named(found: Place | None) -> str | None:
    """What a place is called."""
    return found.name if found else None


def parties_of_the_demo(within: Any) -> Iterator[dict[str, Any]]:
    """Every party that is told of somewhere in a request."""
    if isinstance(within, dict):
        if "name" in within and "country" in within:
            yield within
        within = list(within.values())
    for part in within if isinstance(within, list) else ():
        yield from parties_of_the_demo(part)


def test_indonesia_has_all_its_provinces_regencies_and_cities_each_with_a_code_of_its_own() -> None:
    codes = [row[3] for row in INDONESIAN if row[3]]
    assert len(set(codes)) == len(codes) == 38 + 514
    assert sum(len(code) == 2 for code in codes) == 38
    kinds = {code: row[1] for row in INDONESIAN if (code := row[3])}
    assert all((kinds[code] == "city") == (code[3] == "7") for code in codes if len(code) > 2)


def test_every_place_of_indonesia_lies_in_indonesia() -> None:
    for row in INDONESIAN:
        assert -11.1 < float(row[5]) < 6.1, row
        assert 94.9 < float(row[6]) < 141.1, row


def test_a_city_and_a_regency_of_one_name_in_one_province_are_neighbours() -> None:
    cities = {(row[3][:2], fold(row[0]).removeprefix("kota ")): row for row in INDONESIAN if row[1] == "city"}
    pairs = 0
    for row in INDONESIAN:
        city = cities.get((row[3][:2], fold(row[0]).removeprefix("kabupaten ")))
        if row[1] == "regency" and city:
            pairs += 1
            assert abs(float(row[5]) - float(city[5])) < 0.8, row
            assert abs(float(row[6]) - float(city[6])) < 0.8, row
    assert pairs == 25


def test_every_city_and_regency_of_the_demo_is_found() -> None:
    requests = (ROOT / "api" / "demo" / "seeds.jsonl").read_text("utf-8").splitlines()
    found = {
        party["name"]: place_of(
            Party(
                party["name"],
                party["kind"],
                party["country"],
                party.get("code"),
                party.get("region"),
                tuple(party.get("aliases", ())),
            )
        )
        for party in parties_of_the_demo([json.loads(line) for line in requests])
        if party["kind"] in ("city", "regency", "authority")
    }
    assert len(found) == 14
    assert all(found.values()), found


def test_bandung_is_a_city_or_a_regency_as_it_is_called() -> None:
    assert (
        named(of("Kota Bandung")) == named(of("Bandung")) == named(of("Kota Bandung", None)) == "Kota Bandung"
    )
    assert named(of("Bandung", "regency")) == named(of("Kab. Bandung", None)) == "Kabupaten Bandung"
    assert of("Bandung", None) is None


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("Kota Bandung", "city", "32.73"),
        ("Kabupaten Aceh Tengah", "regency", "11.04"),
        ("Kota Serang", "city", "36.73"),
    ],
)
def test_a_code_finds_the_place_whatever_it_is_called(name: str, kind: str, code: str) -> None:
    assert named(of("anything", "other", code=code)) == name
    assert named(of(name, kind)) == name
    assert of("anything", "other", "CN", code=code) is None


@pytest.mark.parametrize(
    ("name", "kind", "country", "found"),
    [
        ("Kota Tanjung Pinang", "city", "ID", "Kota Tanjungpinang"),
        ("Pemerintah Kota Makassar", "city", "ID", "Kota Makassar"),
        ("Kotabaru", "regency", "ID", "Kabupaten Kotabaru"),
        ("Kabupaten Kota Baru", "regency", "ID", "Kabupaten Kotabaru"),
        ("Provinsi Bali", "province", "ID", "Bali"),
        ("City of Darwin", "city", "AU", "Darwin"),
        ("Kota Nanning", "city", "CN", "Nanning"),
        ("Ulaanbaatar", "city", "MN", "Ulan Bator"),
    ],
)
def test_the_kind_in_a_name_and_its_spelling_do_not_matter(
    name: str, kind: str, country: str, found: str
) -> None:
    assert named(of(name, kind, country)) == found


def test_an_alias_finds_what_the_name_does_not() -> None:
    assert named(of("南宁市", "city", "CN", aliases=("Nanning",))) == "Nanning"


def test_of_two_namesakes_the_region_decides_and_without_it_none_is_meant() -> None:
    assert of("Fuzhou", "city", "CN") is None
    fujian = of("Fuzhou", "city", "CN", region="Fujian")
    assert fujian
    assert project(fujian.lat, fujian.lon).x > 0


@pytest.mark.parametrize(
    ("name", "kind", "country"),
    [
        ("Bandung", "city", "MY"),
        ("Nanning", "company", "CN"),
        ("Atlantis", "city", "ID"),
        ("Bali", "ministry", "ID"),
    ],
)
def test_what_is_not_certain_has_no_place(name: str, kind: str, country: str) -> None:
    assert of(name, kind, country) is None


def test_the_list_of_places_is_small() -> None:
    assert PLACES.stat().st_size < 200_000
