"""The trail of the whole record, an entry's page, the replay, and what the public finds of them."""

import csv
import hashlib
import io
import re
from typing import Any

import pytest
from httpx2 import Response

from api.pages import portal
from projections import trail
from tests.api.doors import Doors, fact, proposed

LINKS = re.compile(r'<a class="t" href="/entries/(\d+)"')


def asked(doors: Doors, path: str, **params: Any) -> Response:
    """An answer to a page's address, whatever it is."""
    headers = {"Accept-Language": doors.language}
    if doors.token:
        headers["Authorization"] = f"Bearer {doors.token}"
    answer: Response = doors.client.get(path, params=params or None, headers=headers)
    return answer


def page(doors: Doors, path: str, **params: Any) -> str:
    """A page in the reader's language."""
    answer = asked(doors, path, **params)
    assert answer.status_code == 200, answer.text
    return answer.text


def listed(doors: Doors, **filters: Any) -> list[int]:
    """The positions of the entries that the trail shows."""
    return [int(position) for position in LINKS.findall(page(doors, "/audit", **filters))]


def table(doors: Doors, **filters: Any) -> list[dict[str, str]]:
    """The same list as CSV."""
    text = page(doors, "/audit.csv", **filters)
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def mended(doors: Doors) -> str:
    """An agreement with a signature that was corrected and a visit that was retracted."""
    return doors.open(
        fact("loi_signed", "2025-03-25", place="Nanning"),
        fact("visit_held", "2025-04-01"),
        fact("corrected", version=2, reason="The month alone is known", fact=fact("loi_signed", "2025-03")),
        fact("retracted", version=3, reason="It was another delegation"),
    )


def test_an_empty_record_says_what_would_be_there(pakta: Doors) -> None:
    assert "Nothing is recorded yet" in page(pakta, "/audit")
    assert table(pakta) == []


def test_entries_are_listed_in_order_of_recording_the_newest_first(pakta: Doors) -> None:
    mended(pakta)
    pakta.open(title="later")
    assert listed(pakta) == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("filters", "positions"),
    [
        ({"organisation": "kota-bandung"}, [5, 4, 3, 2, 1]),
        ({"organisation": "kota-cimahi"}, [6]),
        ({"type": "loi_signed"}, [2]),
        ({"type": "corrected"}, [4]),
        ({"corrected": "true"}, [3, 2]),
        ({"late": "300"}, [6, 3, 2, 1]),
        ({"late": "3000"}, [6]),
        ({"occurred_from": "2025-03-01", "occurred_to": "2025-03-31"}, [2]),
        ({"occurred_from": "2025-03-02", "occurred_to": "2025-03-31"}, []),
        ({"occurred_to": "2024-12-31"}, [6, 1]),
        ({"recorded_from": "2020-01-01"}, [6, 5, 4, 3, 2, 1]),
        ({"recorded_to": "2020-01-01"}, []),
        ({"recorded_from": "9000-01-01"}, []),
        ({"organisation": "kota-bandung", "type": "proposed"}, [1]),
        ({"organisation": "", "type": ""}, [6, 5, 4, 3, 2, 1]),
    ],
)
def test_a_filter_narrows_the_list_and_its_csv(
    trail_of_two: Doors, filters: dict[str, str], positions: list[int]
) -> None:
    assert listed(trail_of_two, **filters) == positions
    assert [int(row["position"]) for row in table(trail_of_two, **filters)] == positions


@pytest.fixture(scope="module")
def trail_of_two(shared: Doors) -> Doors:
    """What two organisations recorded, one of it corrected."""
    mended(shared)
    shared.as_("kota-cimahi").open(title="elsewhere", occurred="1999")
    return shared


def test_a_few_and_many_entries_are_looked_up_alike(
    trail_of_two: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "FEW", 0)
    assert listed(trail_of_two, corrected="true") == [3, 2]
    monkeypatch.setattr(trail, "MOST_COUNTED", 3)
    late = page(trail_of_two, "/audit", late="300", organisation="kota-bandung")
    assert '<b class="ink">3 entries</b>' in late
    assert "more than 3 entries" in page(trail_of_two, "/audit")


def test_pages_follow_each_other_without_a_gap(trail_of_two: Doors) -> None:
    positions, address = [], "/audit?limit=4"
    while address:
        text = page(trail_of_two, address)
        positions += [int(position) for position in LINKS.findall(text)]
        following = re.search(r'<a class="btn" href="([^"]+)" rel="next"', text)
        address = following[1].replace("&amp;", "&") + "&limit=4" if following else ""
    assert positions == [6, 5, 4, 3, 2, 1]


def test_of_one_agreement_or_one_actor_the_list_tells_whose_it_is(trail_of_two: Doors) -> None:
    [first, *_] = table(trail_of_two, organisation="kota-cimahi")
    assert listed(trail_of_two, agreement=first["agreement"]) == [6]
    assert listed(trail_of_two, actor=first["actor"]) == [6]
    assert "elsewhere" in page(trail_of_two, "/audit", agreement=first["agreement"])


def test_a_filter_that_cannot_be_is_refused(pakta: Doors) -> None:
    for filters in ({"late": "soon"}, {"recorded_from": "yesterday"}, {"agreement": "x"}, {"cursor": "x"}):
        assert asked(pakta, "/audit", **filters).status_code == 422


def test_what_one_may_not_read_is_neither_listed_nor_counted_nor_opened(pakta: Doors) -> None:
    pakta.open(title="inside", visibility="organisation")
    pakta.open(title="outside")
    other = pakta.as_("kota-cimahi")
    assert listed(pakta) == [2, 1]
    assert listed(pakta.as_("kota-jambi", "auditor")) == [2, 1]
    assert listed(other) == listed(pakta.public) == [2]
    assert "1 entry" in page(pakta.public, "/audit")
    assert "inside" not in page(pakta.public, "/audit.csv")
    assert asked(pakta.public, "/entries/1").status_code == 404
    assert asked(pakta.public, "/entries/1.json").status_code == 404
    pakta.record(table(pakta)[1]["agreement"], fact("granted", organisation="kota-cimahi"))
    assert listed(other) == [3, 2, 1]


def test_a_void_agreement_keeps_its_place_in_the_trail(pakta: Doors) -> None:
    pakta.open(fact("retracted", version=1, reason="Never proposed"))
    assert listed(pakta.public) == [2, 1]
    assert "a void agreement" in page(pakta, "/audit")
    assert "Never proposed" in page(pakta, "/entries/2")


def test_nothing_is_an_entry_that_is_not_there(pakta: Doors) -> None:
    for position in ("0", "7", "x", "9" * 30, "-1"):
        assert asked(pakta, f"/entries/{position}").status_code == 404
        assert asked(pakta, f"/entries/{position}.json").status_code == 404


def test_the_very_bytes_are_offered_and_their_hash_is_shown(pakta: Doors) -> None:
    pakta.open(note="谅解备忘录 \u2028 <b>")
    raw = asked(pakta, "/entries/1.json")
    stored = pakta.running.journal.stored([1])[1].state
    assert raw.content == stored
    digest = hashlib.sha256(stored).hexdigest()
    text = page(pakta, "/entries/1")
    assert digest[8:16] in text
    assert re.sub(r"<[^>]+>| ", "", text.split('class="mono"')[-2].split("</dd>")[0]).endswith(digest)
    assert f"SHA-256 of the {len(stored)} bytes" in text
    assert "&lt;b&gt;" in text
    assert table(pakta)[0]["sha256"] == digest


def test_a_correction_stands_beside_what_it_corrects_and_both_name_each_other(pakta: Doors) -> None:
    mended(pakta)
    corrected, correction, retracted, retraction = (page(pakta, f"/entries/{n}") for n in (2, 4, 3, 5))
    assert 'href="/entries/4"' in corrected
    assert "It was corrected since" in corrected
    assert 'href="/entries/2"' in correction
    assert "The month alone is known" in correction
    was, became = re.findall(r"<del>(.*?)</del>.*?<ins>(.*?)</ins>", correction, re.DOTALL)[0]
    assert "25 March 2025" in was
    assert "March 2025" in became
    assert "25 March 2025" not in became
    assert 'href="/entries/5"' in retracted
    assert "It was retracted since" in retracted
    assert "It was another delegation" in retraction


def test_a_second_correction_stands_beside_the_first(pakta: Doors) -> None:
    agreement = mended(pakta)
    right = fact("mou_signed", "2025-04")
    pakta.record(agreement, fact("corrected", version=2, reason="It was a MoU", fact=right))
    text = page(pakta, "/entries/6")
    assert "25 March 2025" not in text
    assert re.search(r"<del>.*?LoI signed.*?</del>.*?<ins>.*?MoU signed.*?</ins>", text, re.DOTALL)


def test_the_other_entries_of_a_ceremony_are_named(pakta: Doors) -> None:
    pakta.batch(*({"agreement": None, "facts": [proposed(title=title)]} for title in ("one", "two", "three")))
    text = page(pakta, "/entries/2")
    assert 'href="/entries/1"' in text
    assert 'href="/entries/3"' in text


def test_every_type_of_fact_has_a_page(pakta: Doors) -> None:
    agreement = pakta.open(
        fact("loi_signed", "2025-03", signatories=[{"name": "Farhan", "office": "Wali Kota"}, {}]),
        fact("follow_up_visit_scheduled", visit="v", window={"edtf": "2025-09", "as_stated": "nanti"}),
        fact("commitment_made", commitment="c", text="Support", due="2027"),
        fact("statement_recorded", figures=[{"value": 15, "unit": "cities", "approximate": True}]),
        fact("evidence_attached", version=2, evidence=[{"title": "News"}], says={"occurred": "2024-03"}),
        fact("annotated", note="The original hangs here"),
        fact("visibility_changed", visibility="public"),
    )
    texts = [page(pakta, f"/entries/{position}") for position in range(1, 9)]
    assert "“nanti”" in texts[2] or "<q>nanti</q>" in texts[2]
    assert "UncertainDate" not in "".join(texts)
    assert "This source states: When" in texts[5]
    assert all(f"/agreements/{agreement}" in text for text in texts)


def test_an_agreement_is_replayed_step_by_step(pakta: Doors) -> None:
    agreement = mended(pakta)
    first, fourth = (page(pakta, f"/agreements/{agreement}/replay", version=n) for n in (1, 4))
    assert "Step 1 of 5" in first
    assert 'href="?version=2"' in first
    assert re.search(r"<del>.*?25 March 2025.*?</del>.*?<ins>.*?March 2025.*?</ins>", fourth, re.DOTALL)
    assert "Corrected: LoI signed" in fourth
    assert asked(pakta, f"/agreements/{agreement}/replay", version=6).status_code == 422
    assert "Step 1 of 5" in page(pakta, f"/agreements/{agreement}/replay")


def test_the_health_of_every_view_is_shown(pakta: Doors) -> None:
    pakta.open()
    assert pakta.running.follower.wait_for(1, 20)
    text = page(pakta, "/audit/health")
    assert text.count("up to date") == len(pakta.running.follower.standings())


def test_what_is_closed_is_closed(closed: Doors) -> None:
    closed.open()
    for path in ("/audit", "/audit.csv", "/audit/health", "/entries/1", "/entries/1.json"):
        answer = closed.client.get(path, headers={"Accept": "text/html"}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "Disallow: /\n" in page(closed.public, "/robots.txt")
    assert asked(closed, "/sitemap.xml").status_code == 404
    assert asked(closed, "/sitemap-0.xml").status_code == 404


def test_an_agreement_and_an_entry_can_be_cited(pakta: Doors) -> None:
    agreement = pakta.open()
    here = str(pakta.client.base_url)
    entry, whole = page(pakta, "/entries/1"), page(pakta, f"/agreements/{agreement}")
    assert f"version 1, entry 1, as at {_today(pakta)}. {here}/entries/1" in entry
    assert f"version 1, entry 1, as at {_today(pakta)}. {here}/agreements/{agreement}" in whole


def test_links_elsewhere_show_a_card(pakta: Doors) -> None:
    agreement = pakta.open()
    paths = ("/", "/agreements", f"/agreements/{agreement}", "/entries/1")
    for path in paths:
        told = dict(re.findall(r'<meta property="(og:[a-z:]+)" content="([^"]*)"', page(pakta, path)))
        assert told["og:url"] == f"{pakta.client.base_url}{path}"
        assert f'<link rel="canonical" href="{told["og:url"]}">' in page(pakta, path)
        assert told["og:title"]
        assert told["og:description"]
        assert "<" not in told["og:description"]
        assert told["og:locale"] == "en_GB"
        image = asked(pakta, told["og:image"])
        assert image.headers["content-type"] == "image/png"
        assert len(image.content) <= 30_000


def test_programs_that_index_the_web_find_public_agreements_alone(
    pakta: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = pakta.open(title="inside", visibility="organisation")
    opened = [pakta.open(title=f"{number}") for number in range(3)]
    here = str(pakta.client.base_url)
    assert f"Sitemap: {here}/sitemap.xml" in page(pakta, "/robots.txt")
    whole = page(pakta, "/sitemap.xml")
    assert _places(whole) == [f"{here}/agreements/{agreement}" for agreement in opened]
    assert inside not in whole
    monkeypatch.setattr(portal, "MOST_IN_A_FILE", 3)
    files = _places(page(pakta, "/sitemap.xml"))
    assert len(files) == 2
    assert [place for file in files for place in _places(page(pakta, file))] == _places(whole)
    assert asked(pakta, "/sitemap-9.xml").status_code == 404


def _places(text: str) -> list[str]:
    return re.findall(r"<loc>(.*?)</loc>", text)


def _today(doors: Doors) -> str:
    day = doors.running.journal.today()
    return f"{day.day} {day:%B %Y}"
