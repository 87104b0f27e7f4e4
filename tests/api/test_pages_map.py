"""The map of partners: a row for each line, in the same order, each with its agreement behind it."""

import re
from typing import Any

from tests.api.doors import BANDUNG, Doors, fact, proposed
from tests.api.places import MakePlace, engines

ROW = re.compile(r'<tr><td><a class="t" href="([^"]+)" data-stop>([^<]+)</a>(.*?)</tr>', re.DOTALL)
SERANG = {"name": "Kota Serang", "kind": "city", "country": "ID", "code": "36.73"}
KERINCI = {"name": "Kabupaten Kerinci", "kind": "regency", "country": "ID"}
SHENZHEN = {"name": "Shenzhen", "kind": "city", "country": "CN"}
COMPANY = {"name": "PT Maju", "kind": "company", "country": "ID"}


def section(doors: Doors, path: str = "/", **params: str) -> str:
    """The partners, as a page shows them."""
    answer = doors.client.get(path, params=params, headers={"Accept-Language": doors.language})
    assert answer.status_code == 200
    assert "style=" not in answer.text
    found = re.search(r'<div class="map".*?</table>', answer.text, re.DOTALL)
    return found[0] if found else ""


def rows(page: str) -> list[tuple[str, str, str]]:
    """Each row: what its link opens, the partner, and the rest of it."""
    return ROW.findall(page)


def with_(*parties: dict[str, Any]) -> dict[str, Any]:
    """A proposal between Bandung and others."""
    return {"title": "Bandung and others", "kind": "regional", "parties": [BANDUNG, *parties]}


def test_an_empty_register_has_no_map(pakta: Doors) -> None:
    assert section(pakta) == ""


@engines
def test_every_line_has_a_row_that_opens_its_agreement_overdue_first_then_the_farthest(
    place: MakePlace, engine: str
) -> None:
    with place(engine).doors() as public:
        pakta = public.as_("kota-bandung")
        near = pakta.open(fact("mou_signed", "2024-02-01"), **with_(SERANG))
        far = pakta.open(**with_(KERINCI, SHENZHEN))
        visit = fact("follow_up_visit_scheduled", visit="v", window="2025-09")
        late = pakta.open(fact("loi_signed", "2025-03"), visit)
        page = section(pakta)
        assert [(link, name) for link, name, _ in rows(page)] == [
            (f"/agreements/{late}", "Kota Nanning"),
            (f"/agreements/{far}", "Shenzhen"),
            (f"/agreements/{far}", "Kabupaten Kerinci"),
            (f"/agreements/{near}", "Kota Serang"),
        ]
        states = re.findall(r'class="arc (\w+)"', page)
        assert sorted(states) == ["late", "proposed", "proposed", "signed"]
        assert "overdue" in rows(page)[0][2]


def test_a_partner_without_a_known_place_is_in_the_table_alone(pakta: Doors) -> None:
    pakta.open(**with_(COMPANY, SERANG))
    page = section(pakta)
    assert [(name, "not on the map" in rest) for _, name, rest in rows(page)] == [
        ("Kota Serang", False),
        ("PT Maju", True),
    ]
    assert page.count('class="arc ') == 1


def test_what_has_ended_is_said_to_have_ended(pakta: Doors) -> None:
    pakta.open(fact("mou_signed", "2024-02-01"), fact("terminated", "2024-09-01"), **with_(SERANG))
    page = section(pakta)
    assert 'class="arc over"' in page
    assert "Terminated" in rows(page)[0][2]


def test_the_map_is_of_the_day_that_is_asked_for(pakta: Doors) -> None:
    pakta.open(fact("mou_signed", "2024-02-01"), **with_(SERANG))
    assert re.findall(r'class="arc (\w+)"', section(pakta)) == ["signed"]
    assert re.findall(r'class="arc (\w+)"', section(pakta, as_of="2024-01-20")) == ["proposed"]


def test_what_is_not_public_is_not_on_the_map(pakta: Doors) -> None:
    pakta.open(visibility="organisation", **with_(SHENZHEN))
    pakta.open(**with_(SERANG))
    assert [name for _, name, _ in rows(section(pakta))] == ["Kota Serang"]
    assert "Shenzhen" not in section(pakta, "/partners")


@engines
def test_more_than_can_be_drawn_are_counted_by_party_and_each_count_opens_its_list(
    place: MakePlace, engine: str
) -> None:
    with place(engine).doors() as public:
        pakta = public.as_("kota-bandung")
        partners = [*[SHENZHEN] * 40, *[SERANG] * 20, COMPANY]
        signed = fact("mou_signed", "2024-02-01")
        proposals = [proposed(**with_(partner)) | {"reference": str(n)} for n, partner in enumerate(partners)]
        pakta.batch(*({"agreement": None, "facts": [proposal, signed]} for proposal in proposals))
        overview = pakta.client.get("/", headers={"Accept-Language": "en"}).text
        assert 'href="/partners"' in overview
        assert 'class="arc ' not in overview
        page = section(pakta, "/partners")
        counted = [(name, re.findall(r">([\d,]+)</td>", rest)) for _, name, rest in rows(page)]
        assert counted == [
            ("Kota Bandung", ["61", "0"]),
            ("Shenzhen", ["40", "0"]),
            ("Kota Serang", ["20", "0"]),
            ("PT Maju", ["1", "0"]),
        ]
        assert page.count('class="circle ') == 2
        assert "Bandung + 1 · 81" in page
        for link, _, rest in rows(page):
            found = pakta.client.get(link.replace("&amp;", "&"), headers={"Accept-Language": "en"}).text
            number = re.findall(r">([\d,]+)</td>", rest)[0]
            assert re.search(rf'<b class="ink">{number} agreements?</b>', found), link


def test_an_empty_register_has_no_party_to_list(pakta: Doors) -> None:
    page = pakta.client.get("/partners", headers={"Accept-Language": "en"})
    assert "No party is named yet." in page.text


def test_parties_are_counted_without_networks_and_with_what_is_overdue(pakta: Doors) -> None:
    visit = fact("follow_up_visit_scheduled", visit="v", window="2025-09")
    pakta.open(fact("loi_signed", "2025-03"), visit, **with_(SERANG))
    pakta.open(title="A network", kind="network", parties=[BANDUNG, SHENZHEN])
    pakta.open(reference="2", **with_(KERINCI))
    page = section(pakta, "/partners")
    numbers = {name: re.findall(r">([\d,]+)</td>", rest) for _, name, rest in rows(page)}
    assert numbers == {"Kota Bandung": ["2", "1"], "Kota Serang": ["1", "1"], "Kabupaten Kerinci": ["1", "0"]}
    assert [name for _, name, rest in rows(page) if "none signed" in rest] == ["Kabupaten Kerinci"]
