"""The calendar for other programs (iCalendar, RFC 5545): visits, what falls due, what runs out."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from api.language import english, say
from projections.agenda import Item

STATUS = {
    "tentative": "TENTATIVE",
    "scheduled": "TENTATIVE",  # nobody has said that it is settled
    "confirmed": "CONFIRMED",
    "held": "CONFIRMED",
    "overdue": "TENTATIVE",
    "cancelled": "CANCELLED",
    "dropped": "CANCELLED",
}
SUMMARIES = {
    "visit": english("Visit: {title}"),
    "commitment": english("Due: {title}"),
    "expiry": english("Valid until: {title}"),
}
REFRESH = timedelta(hours=6)


def calendar_of(items: Iterable[Item], address: str, language: str, now: datetime) -> bytes:
    """A calendar. Each event keeps its UID for ever; a vague date is an event over all of its days."""
    calendar = Calendar()
    calendar.add("prodid", "-//Pakta//Agreements//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", say(language, "Agreements: visits and deadlines"))
    calendar.add("refresh-interval", REFRESH, {"value": "DURATION"})
    for item in items:
        calendar.add_component(_event(item, address, language, now))
    written: bytes = calendar.to_ical()
    return written


def _event(item: Item, address: str, language: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{item.kind}-{item.id}-{item.agreement}@pakta")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("summary", say(language, SUMMARIES[item.kind], {"title": item.title}))
    # The end of an all-day event is the day after it (RFC 5545, section 3.6.1).
    event.add("dtstart", item.known.earliest)
    event.add("dtend", item.known.latest + timedelta(days=1))
    event.add("status", STATUS.get(item.state, "CONFIRMED"))  # what is due is due
    event.add("transp", "TRANSPARENT")
    event.add("url", f"{address}/agreements/{item.agreement}")
    for name, text in (("location", item.place), ("description", item.text)):
        if text:
            event.add(name, text)
    return event
