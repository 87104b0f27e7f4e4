"""Whatever was ever written can still be read, and what is read is checked.

`recorded_events.jsonl` holds stored entries as they were written. Lines are only ever added to it: one for
each new type of fact, and one for each new form of an old type, before the old form is forgotten.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, get_args
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import MapperDeserialisationError, Notification, StoredEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.facts import AnnotationAdded, Fact, Proposed
from domain.journal import Entry, RecordedBy, as_written
from domain.journal.as_written import Told
from domain.journal.mapper import UPCASTS, EntryMapper
from tests.strategies import later_facts

MAPPER = EntryMapper()


class Line(NamedTuple):
    """One line of the file."""

    position: int
    agreement: str
    version: int
    topic: str
    state: str

    def read(self) -> Entry:
        return MAPPER.read(self.position, self.agreement, self.version, self.topic, self.state.encode())

    def told(self) -> Told | Entry:
        return MAPPER.told(UUID(self.agreement), self.version, self.topic, self.state.encode())

    def changed(self, old: str, new: str) -> "Line":
        assert old in self.state
        return self._replace(state=self.state.replace(old, new, 1))


FILE = Path(__file__).with_name("recorded_events.jsonl")
LINES = [Line(**json.loads(line)) for line in FILE.read_text("utf-8").splitlines()]


def of(topic: str) -> Line:
    """The first line of a type of fact."""
    return next(line for line in LINES if line.topic == topic)


def types(union: Any) -> set[str]:
    """The types of fact in a union of unions."""
    if hasattr(union, "model_fields"):
        return {union.model_fields["type"].default}
    return {name for member in get_args(union) for name in types(member)}


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.position}-{line.topic}")
def test_every_entry_ever_written_is_read_and_would_be_written_the_same(line: Line) -> None:
    entry = line.read()
    assert (str(entry.agreement), entry.version, entry.position) == (*line[1:3], line.position)
    stored = MAPPER.to_stored_event(entry)
    assert stored.topic == line.topic == entry.fact.type
    assert stored.state == line.state.encode()


@settings(max_examples=100, deadline=None)
@given(
    told=later_facts,
    actor=st.sampled_from(["rini-7", 'a "quoted" \\ one', "Siti Nurhaliza é 南宁 \u2028"]),
    correlation=st.none() | st.text(max_size=9),
    at=st.datetimes(timezones=st.just(UTC)),
)
def test_the_bytes_around_a_fact_are_those_of_the_whole_entry(
    told: Fact, actor: str, correlation: str | None, at: datetime
) -> None:
    by = RecordedBy(actor=actor, role="coordinator", organisation="kota-bandung")
    said = {"agreement": uuid4(), "version": 7, "command_id": f"{actor}/1", "software": "0.1"}
    entry = Entry(**said, recorded_at=at, recorded_by=by, correlation_id=correlation, fact=told)
    whole = entry.model_dump_json(exclude={"position"}).encode()
    assert MAPPER.to_stored_event(entry).state == whole


def test_every_type_of_fact_has_a_line() -> None:
    assert {line.topic for line in LINES} == types(Fact)


def test_lines_are_numbered() -> None:
    assert [line.position for line in LINES] == list(range(1, len(LINES) + 1))


def test_the_library_reads_an_entry_as_a_notification_and_as_a_stored_event() -> None:
    stored = MAPPER.to_stored_event(LINES[0].read())
    assert MAPPER.to_domain_event(stored) == LINES[0].read().model_copy(update={"position": None})
    notification = Notification(
        stored.originator_id, stored.originator_version, stored.topic, stored.state, id=1
    )
    assert MAPPER.to_domain_event(notification) == LINES[0].read()


@pytest.fixture
def second_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second schema of two types of fact, with what brings their first schema up to it."""

    def louder(fact: dict[str, Any]) -> dict[str, Any]:
        return {**fact, "note": fact["note"].upper()}

    def renamed(fact: dict[str, Any]) -> dict[str, Any]:
        return {**fact, "title": f"{fact['title']} (as it was)"}

    for kind, upcast in ((AnnotationAdded, louder), (Proposed, renamed)):
        monkeypatch.setattr(kind, "schema_version", 2)
        monkeypatch.setitem(UPCASTS, (kind.model_fields["type"].default, 1), upcast)


@pytest.mark.usefixtures("second_form")
def test_an_old_entry_is_read_in_the_new_form() -> None:
    note = of("annotated").read().fact
    assert note.note == "THE ORIGINAL HANGS IN THE MAYOR'S OFFICE"
    assert of("mou_signed").read().fact.type == "mou_signed"  # others are what they were


@pytest.mark.usefixtures("second_form")
def test_an_old_fact_inside_a_correction_is_read_in_the_new_form() -> None:
    line = next(line for line in LINES if line.topic == "corrected" and '"proposed"' in line.state)
    assert "(as it was)" in line.read().model_dump_json()
    assert line.told() == line.read().model_copy(update={"position": None})
    assert MAPPER.to_stored_event(line.read()).state.startswith(b'{"schema_version":2,')


@pytest.mark.usefixtures("second_form")
def test_the_new_form_is_stored_with_its_schema_version_and_read_as_it_is() -> None:
    entry = of("annotated").read()
    stored = MAPPER.to_stored_event(entry)
    assert json.loads(stored.state)["schema_version"] == 2
    again = MAPPER.to_domain_event(stored)
    assert again.fact == entry.fact
    assert MAPPER.to_stored_event(again).state == stored.state


def test_an_entry_of_a_schema_that_is_not_known_yet_is_not_guessed_at() -> None:
    ahead = of("annotated").changed('{"agreement"', '{"schema_version":2,"agreement"')
    with pytest.raises(MapperDeserialisationError, match="schema version 2 is unknown"):
        ahead.read()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"title":', '"tilte":'),
        ('"title":', '"extra":1,"title":'),
        ('"kind":"sister_city"', '"kind":"sister"'),
        ('"proposed"', '"loi_signed"'),
        ('"proposed"', '"no_such_type"'),
        ('"version":1', '"version":"1"x'),
        ('"version":1', '"version":0'),
        ('"version":1', '"version":2'),
        ('"agreement":"6b', '"agreement":"7b'),
        ('"recorded_at":"2026', '"recorded_at":"yesterday 2026'),
        ('Z","recorded_by"', '","recorded_by"'),
        ('"role":"coordinator"', '"role":"mayor"'),
        ("{", ""),
        ("{", "[{"),
    ],
)
def test_bytes_with_a_fault_are_refused_by_name(old: str, new: str) -> None:
    line = of("proposed").changed(old, new)
    where = f"proposed {line.agreement} version {line.version}: "
    with pytest.raises(MapperDeserialisationError, match=where):
        line.read()
    with pytest.raises(MapperDeserialisationError, match=where):
        line.told()
    with pytest.raises(MapperDeserialisationError, match=where):
        MAPPER.to_domain_event(StoredEvent(LINES[0].read().agreement, 1, line.topic, line.state.encode()))


@pytest.mark.usefixtures("second_form")
@pytest.mark.parametrize("state", ["{}", "[]", "7", '{"fact":7}', '{"fact":{"type":"annotated"}}', "", "\0"])
def test_bytes_that_are_no_entry_are_refused_by_name_on_the_way_up_too(state: str) -> None:
    with pytest.raises(MapperDeserialisationError, match=r"annotated .* version 7: "):
        MAPPER.read(7, of("annotated").agreement, 7, "annotated", state.encode())


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.position}-{line.topic}")
def test_what_todays_classes_wrote_is_read_quickly_and_means_the_same(line: Line) -> None:
    slowly = Entry.model_validate_json(line.state).model_copy(update={"position": line.position})
    written = MAPPER.to_stored_event(slowly).state
    quickly = as_written.read(written, line.position, slowly.agreement, with_text=True)
    assert quickly == slowly
    assert quickly.written == slowly.fact.model_dump_json()


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.position}-{line.topic}")
def test_a_history_is_told_the_same_by_rows_as_by_entries(line: Line) -> None:
    entry, told = line.read(), line.told()
    assert (told.version, told.fact, told.recorded_at) == (entry.version, entry.fact, entry.recorded_at)
    assert told.recorded_by.organisation == entry.recorded_by.organisation
    today = line._replace(state=MAPPER.to_stored_event(entry).state.decode()).told()
    assert isinstance(today, Told)  # what is written today is told quickly
    assert (today.fact, today.recorded_at) == (told.fact, told.recorded_at)


@pytest.mark.parametrize(
    ("old", "new"), [('"note":null', '"n":null'), (',"note":null', ""), (',"correlation_id":null', "")]
)
def test_what_lacks_a_field_of_todays_is_not_taken_for_what_todays_classes_write(old: str, new: str) -> None:
    line = of("annotated" if "correlation" in old else "proposed").changed(old, new)
    with pytest.raises(ValueError, match="Field required"):
        as_written.read(line.state.encode(), line.position, UUID(line.agreement))


words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).filter(str.strip)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
keys = st.text(st.characters(exclude_categories=["Cs"]))
YEARS = (datetime(1900, 1, 1), datetime(2300, 1, 1))  # noqa: DTZ001  # they get a zone below
moments = st.datetimes(*YEARS, timezones=st.timezones())


@settings(max_examples=150, deadline=None)
@given(
    line=st.sampled_from(LINES),
    note=words,
    command=st.text(st.characters(exclude_categories=["Cs"])),
    at=moments,
)
def test_bytes_become_the_same_bytes_again(line: Line, note: str, command: str, at: Any) -> None:
    entry = line.read()
    fact = entry.fact.model_copy(update={"note": note})
    stored = MAPPER.to_stored_event(
        entry.model_copy(update={"fact": fact, "command_id": command, "recorded_at": at})
    )
    again = MAPPER.to_domain_event(stored)
    assert MAPPER.to_stored_event(again) == stored
    assert again.recorded_at == at.astimezone(UTC)
    written = json.loads(stored.state)["recorded_at"]
    assert written.endswith("Z")
    assert len(written) == len("2026-11-21T03:30:00.000120Z")


@settings(max_examples=100, deadline=None)
@given(says=st.dictionaries(words, values, max_size=4), figure=numbers)
def test_numbers_and_whatever_a_source_says_become_the_same_bytes_again(says: Any, figure: float) -> None:
    for topic, field in (("evidence_attached", {"says": says}), ("statement_recorded", {"figures": figure})):
        entry = of(topic).read()
        given_ = field if "says" in field else {"figures": ({"value": figure, "unit": "people"},)}
        fact = type(entry.fact).model_validate({**dict(entry.fact), **given_}, strict=False)
        stored = MAPPER.to_stored_event(entry.model_copy(update={"fact": fact}))
        again = MAPPER.to_domain_event(stored)
        assert again.fact == fact
        assert MAPPER.to_stored_event(again) == stored
