"""What every page shares: signing in and out, headers, languages, and problems told as pages."""

import csv
import io
import re

import pytest

from tests.api.doors import Doors, fact, proposed

OURS = {"Sec-Fetch-Site": "same-origin"}


def sign_in(doors: Doors, role: str = "coordinator", organisation: str = "kota-bandung") -> None:
    """Use up a link, as a browser does."""
    link = doors.running.sessions.invite(organisation, role)  # type: ignore[arg-type]  # a role, said as text
    answer = doors.client.post(f"/sign-in/{link}", headers=OURS, follow_redirects=False)
    assert answer.status_code == 303


def test_looking_at_a_link_does_not_use_it_up(closed: Doors) -> None:
    link = closed.running.sessions.invite("kota-bandung", "viewer")
    for _ in range(2):
        assert "<button" in closed.client.get(f"/sign-in/{link}").text
    assert closed.client.post(f"/sign-in/{link}", headers=OURS, follow_redirects=False).status_code == 303
    assert closed.client.post(f"/sign-in/{link}", headers=OURS).status_code == 410


def test_a_link_that_is_too_old_opens_nothing(closed: Doors) -> None:
    link = closed.running.sessions.invite("kota-bandung", "viewer", hours=-1)
    assert closed.client.post(f"/sign-in/{link}", headers=OURS).status_code == 410


def test_a_session_is_new_at_each_sign_in_and_the_one_before_ends(closed: Doors) -> None:
    sign_in(closed)
    first = closed.client.cookies["pakta_session"]
    sign_in(closed)
    second = closed.client.cookies["pakta_session"]
    assert first != second
    assert closed.running.sessions.actor(first) is None
    closed.client.post("/sign-out", headers=OURS)
    assert closed.running.sessions.actor(second) is None


def test_scripts_and_other_sites_do_not_get_the_session(closed: Doors) -> None:
    link = closed.running.sessions.invite("kota-bandung", "viewer")
    answer = closed.client.post(f"/sign-in/{link}", headers=OURS, follow_redirects=False)
    assert re.fullmatch(
        r"pakta_session=[\w-]{43}; HttpOnly; Max-Age=43200; Path=/; SameSite=lax",
        answer.headers["set-cookie"],
    )


def test_over_an_encrypted_connection_the_session_stays_on_it(closed: Doors) -> None:
    link = closed.running.sessions.invite("kota-bandung", "viewer")
    answer = closed.client.post(f"https://testserver/sign-in/{link}", headers=OURS, follow_redirects=False)
    assert answer.headers["set-cookie"].startswith("__Host-pakta_session=")
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {},
    ],
)
def test_another_site_cannot_act_in_the_name_of_who_is_signed_in(
    closed: Doors, headers: dict[str, str]
) -> None:
    sign_in(closed)
    for path in ("/sign-out", "/api/v1/agreements", "/calendar/subscription"):
        refused = closed.client.post(path, json=proposed(), headers=headers)
        assert refused.status_code == 403
        assert refused.json()["code"] == "other_site"
    assert closed.running.journal.head() == 0


def test_a_session_opens_the_doors_of_the_api_to_our_own_pages(closed: Doors) -> None:
    sign_in(closed)
    answer = closed.client.post(
        "/api/v1/agreements", json=proposed(), headers={"Origin": "http://testserver"}
    )
    assert answer.status_code == 201
    assert closed.client.get("/api/v1/agreements").status_code == 200


def test_whoever_is_not_signed_in_is_asked_to_where_reading_is_closed(closed: Doors) -> None:
    answer = closed.client.get("/agreements", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("path", ["/", "/agreements", "/calendar", "/follow-up", "/sign-in", "/nothing"])
def test_no_page_lets_anything_foreign_in(pakta: Doors, path: str) -> None:
    answer = pakta.client.get(path, headers={"Accept": "text/html"})
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert not re.findall(r'\s(style|on\w+)="|<script(?![^>]* src=)', answer.text)
    assert not re.findall(r'(src|href)="(https?:)?//(?!testserver/)', answer.text)


def test_a_problem_is_told_as_a_page_to_whoever_reads_pages(pakta: Doors) -> None:
    page = pakta.client.get(
        "/agreements?status=sleeping", headers={"Accept": "text/html", "Accept-Language": "en"}
    )
    assert page.status_code == 422
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "Something in the request is not valid" in page.text
    assert (
        pakta.client.get("/api/v1/nothing", headers={"Accept": "text/html"})
        .headers["content-type"]
        .startswith("application/problem+json")
    )


def test_a_language_that_is_chosen_is_kept(pakta: Doors) -> None:
    assert '<html lang="id">' in pakta.client.get("/agreements").text
    assert '<html lang="en">' in pakta.client.get("/agreements?lang=en").text
    assert '<html lang="en">' in pakta.client.get("/agreements").text
    assert '<html lang="en">' in pakta.client.get("/agreements?lang=tlh").text


def test_the_table_is_exactly_the_list_however_long(pakta: Doors) -> None:
    for number in range(60):
        pakta.open(title=f"Kōchi {number:02}")
    pakta.open(fact("mou_signed", "2024-02-01"), title="Elsewhere")
    answer = pakta.client.get("/agreements.csv?q=kochi&sort=-title")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["title"] for row in rows] == [f"Kōchi {number:02}" for number in range(59, -1, -1)]


def test_pages_are_compressed_and_their_files_kept(pakta: Doors) -> None:
    page = pakta.client.get("/agreements", headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    address = re.search(r'href="(/static/pakta\.css\?v=\w+)"', page.text)
    assert address
    assert "immutable" in pakta.client.get(address[1]).headers["cache-control"]


@pytest.mark.parametrize(
    "path", ["/", "/agreements", "/agreements.csv", "/audit.csv", "/sign-in", "/calendar.ics"]
)
def test_a_page_answers_a_head_as_it_answers_a_get(shared: Doors, path: str) -> None:
    got, headed = (shared.client.request(method, path) for method in ("GET", "HEAD"))
    assert headed.status_code == got.status_code == 200
    assert headed.headers["content-type"] == got.headers["content-type"]
    assert shared.client.head("/nowhere").status_code == 404


def test_whoever_may_read_nothing_without_a_session_is_sent_to_sign_in_by_a_head_too(closed: Doors) -> None:
    answer = closed.client.head("/agreements", headers={"Accept": "text/html"}, follow_redirects=False)
    assert answer.headers["location"] == "/sign-in"


def test_a_link_says_for_whom_it_is_and_whether_it_records(closed: Doors) -> None:
    english = {"Accept-Language": "en"}
    link = closed.running.sessions.invite("kota-bandung", "coordinator")
    offered = closed.client.get(f"/sign-in/{link}", headers=english).text
    assert "for the coordinator of kota-bandung, who records what happens" in offered
    asked = closed.client.get("/sign-in", headers=english).text
    assert "Only a coordinator&#39;s records." in asked
    sign_in(closed, "viewer")
    assert "signed in as viewer of kota-bandung" in closed.client.get("/sign-in", headers=english).text


def test_a_page_about_a_problem_knows_who_is_signed_in(closed: Doors) -> None:
    assert closed.client.get("/problems/in_the_future").status_code == 200
    sign_in(closed)
    assert 'action="/sign-out"' in closed.client.get("/problems/in_the_future").text
