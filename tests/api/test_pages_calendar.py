"""The calendar and the follow-up board: vague dates as stretches, and a feed for calendar programs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from icalendar import Calendar

from tests.api.doors import Doors, fact


def page(doors: Doors, path: str, status: int = 200) -> str:
    """A page in English."""
    answer = doors.client.get(path, headers={"Accept-Language": "en"})
    assert answer.status_code == status
    return answer.text


def with_plans(doors: Doors) -> str:
    """An agreement with a vague visit, a certain one, one that was cancelled, promises and an end."""
    return doors.open(
        fact("mou_signed", "2026-01-05", valid_until="2027-06"),
        fact("follow_up_visit_scheduled", visit="vague", window="2027-01", purpose="See the port"),
        fact("follow_up_visit_scheduled", visit="sure", window="2027-02-03", certainty="confirmed"),
        fact("follow_up_visit_scheduled", visit="off", window="2027-03-01"),
        fact("visit_cancelled", visit="off"),
        fact("commitment_made", commitment="c1", text="Send engineers", by="Kota Nanning", due="2026-02"),
        fact("commitment_made", commitment="c2", text="Share the plan", by="Kota Bandung", to="Kota Nanning"),
        title="Bandung – Nanning, 南宁",
    )


def test_a_vague_visit_lies_on_all_days_of_its_month(pakta: Doors) -> None:
    with_plans(pakta)
    month = page(pakta, "/calendar?month=2027-01")
    assert len(re.findall(r'class="band s\d w\d \w+ visit"', month)) == 5
    assert "January 2027" in month
    assert len(re.findall(r'class="band s3 w1 confirmed visit"', page(pakta, "/calendar?month=2027-02"))) == 1
    assert "Nothing lies in this month" in page(pakta, "/calendar?month=2030-01")


def test_what_ends_or_falls_due_within_a_long_stretch_lies_on_each_of_its_months(pakta: Doors) -> None:
    pakta.open(
        fact("mou_signed", "2026-01-05", valid_until="2027"),
        fact("commitment_made", commitment="c1", text="Send engineers", due="2027-02/2027-05"),
        fact("commitment_made", commitment="c2", text="Some day or other"),
    )
    march = page(pakta, "/calendar?month=2027-03")
    assert "runs out" in march
    assert "Send engineers" in march
    assert "Some day or other" not in march
    assert "Nothing lies in this month" in page(pakta, "/calendar?month=2028-01")


@pytest.mark.parametrize("month", ["0001-01", "9999-12", "2024-02"])
def test_every_month_there_is_can_be_opened(pakta: Doors, month: str) -> None:
    page(pakta, f"/calendar?month={month}")
    page(pakta, "/calendar?month=2024-13", 422)


def test_the_feed_says_what_is_settled_and_keeps_its_names(pakta: Doors) -> None:
    agreement = with_plans(pakta)
    events = {
        str(event["uid"]): event for event in Calendar.from_ical(page(pakta, "/calendar.ics")).walk("VEVENT")
    }
    vague = events[f"visit-vague-{agreement}@pakta"]
    assert (vague.decoded("dtstart").isoformat(), vague.decoded("dtend").isoformat()) == (
        *("2027-01-01", "2027-02-01"),
    )
    states = {uid.split("-")[1]: str(event["status"]) for uid, event in events.items()}
    assert states["vague"] == "TENTATIVE"
    assert states["sure"] == "CONFIRMED"
    assert states["off"] == "CANCELLED"
    assert f"expiry-end-{agreement}@pakta" in events
    assert f"commitment-c2-{agreement}@pakta" not in events, "it has no date"


def test_a_calendar_program_reads_the_feed(pakta: Doors, tmp_path: Path) -> None:
    with_plans(pakta)
    feed = tmp_path / "pakta.ics"
    feed.write_text(page(pakta, "/calendar.ics"), "utf-8")
    khal = Path(sys.executable).with_name("khal")
    settings = tmp_path / "khal.conf"
    settings.write_text(
        f"[calendars]\n[[pakta]]\npath = {tmp_path}/kept\n[locale]\nlongdateformat = %Y-%m-%d\n"
    )
    command = [str(khal), "-c", str(settings), "printics", "--format", "{start-long} {end-long} {title}"]
    read = subprocess.run(
        [*command, str(feed)], check=True, capture_output=True, text=True, env={"HOME": str(tmp_path)}
    ).stdout
    assert "2027-01-01 2027-01-31" in read
    assert "2027-02-03 2027-02-03" in read
    assert "Bandung – Nanning, 南宁" in read


def test_a_calendar_program_follows_with_a_key_what_its_owner_may_see(closed: Doors) -> None:
    with_plans(closed)
    assert closed.client.get("/calendar.ics").status_code == 401
    signed_in = closed.client.post(
        f"/sign-in/{closed.running.sessions.invite('kota-bandung', 'viewer')}",
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )
    assert signed_in.status_code == 303
    own = {"Sec-Fetch-Site": "same-origin"}
    given = closed.client.post("/calendar/subscription", headers=own).text
    address = re.search(r'value="http://testserver(/calendar\.ics\?key=[\w-]+)"', given)
    assert address
    closed.client.cookies.clear()
    assert b"BEGIN:VEVENT" in closed.client.get(address[1]).content
    assert closed.client.get("/calendar.ics?key=guessed").status_code == 401


def test_the_page_of_the_feed_can_be_opened_again_and_shows_no_secret_twice(closed: Doors) -> None:
    link = closed.running.sessions.invite("kota-bandung", "viewer")
    own = {"Sec-Fetch-Site": "same-origin"}
    closed.client.post(f"/sign-in/{link}", headers=own)
    assert "?key=" in closed.client.post("/calendar/subscription", headers=own).text
    again = closed.client.get("/calendar/subscription")
    assert again.status_code == 200
    assert "?key=" not in again.text


def test_whoever_reads_without_a_session_follows_what_is_public(pakta: Doors) -> None:
    assert 'value="http://testserver/calendar.ics"' in page(pakta, "/calendar/subscription")


def test_the_board_tells_who_owes_what_by_when(pakta: Doors) -> None:
    with_plans(pakta)
    board = page(pakta, "/follow-up")
    assert "4 promises are open; 1 is overdue." in board
    assert board.index("Send engineers") < board.index("See the port") < board.index("Share the plan")
    assert "Send engineers" not in page(pakta, "/follow-up?who=Kota+Bandung")
    assert "Share the plan" in page(pakta, "/follow-up?who=Kota+Bandung")


def test_an_empty_board_says_what_would_be_there(pakta: Doors) -> None:
    assert "No promise is open." in page(pakta, "/follow-up")
