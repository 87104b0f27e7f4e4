"""The overview: its sentence, its figures, and the list behind each figure."""

import re

from tests.api.doors import Doors, fact

LINK = re.compile(r'href="(/agreements\?[^"]+)"')


def overview(doors: Doors, **params: str) -> str:
    """The page in the reader's language."""
    answer = doors.client.get("/", params=params, headers={"Accept-Language": doors.language})
    assert answer.status_code == 200
    return answer.text


def behind(doors: Doors, link: str) -> int:
    """How many agreements the list behind a link has."""
    page = doors.client.get(link.replace("&amp;", "&"), headers={"Accept-Language": "en"})
    assert page.status_code == 200, link
    found = re.search(r'<b class="ink">(\d+) agreements?</b>', page.text)
    assert found, link
    return int(found[1])


def test_an_empty_register_says_what_to_do(pakta: Doors) -> None:
    assert "No agreement is recorded yet." in overview(pakta)


def test_every_number_opens_a_list_of_as_many(pakta: Doors) -> None:
    pakta.open(fact("mou_signed", "2024-02-01"), title="signed")
    pakta.open(fact("loi_signed", "2023/2024"), title="signed in one of two years")
    pakta.open(
        fact("loi_signed", "2025-03"),
        fact("follow_up_visit_scheduled", visit="v", window="2025-09"),
        title="overdue",
    )
    pakta.open(title="proposed")
    pakta.open(title="network", kind="network")
    page, told = overview(pakta), pakta.public.get("/summary")
    figures = {
        "counted=true": 4,
        "signed=true": 3,
        "held=true": 0,
        "evidenced=true": 0,
        "followed_up=true": 1,
    }
    figures |= {"overdue=true": 1, "year=2024": 1, "year=2025": 1}
    figures |= {f"{flag}=true": told[flag] for flag in ("stalled", "no_next_step")}
    links = {link.partition("?")[2]: link for link in LINK.findall(page)}
    assert figures.keys() <= links.keys()
    assert {name: behind(pakta, links[name]) for name in figures} == figures
    assert "1 network is not counted" in page
    assert "1 signature of which the year is not certain is not drawn." in page


def test_another_day_can_be_asked_for_and_its_lists_are_of_that_day(pakta: Doors) -> None:
    pakta.open(fact("mou_signed", "2024-02-01"), title="later")
    early = overview(pakta, as_of="2023-01-01")
    assert "On 1 January 2023 no agreement had begun." in early
    assert "Nothing is recorded yet" not in early
    page = overview(pakta, as_of="2024-01-20")
    links = [link for link in LINK.findall(page) if "signed=true" in link]
    assert links
    assert all("as_of=2024-01-20" in link for link in links)
    assert behind(pakta, links[0]) == 0


def test_what_is_not_public_is_in_no_figure_for_the_public(pakta: Doors) -> None:
    pakta.open(title="inside", visibility="organisation")
    assert "No agreement is recorded yet." in overview(pakta)
    assert "inside" not in overview(pakta)
