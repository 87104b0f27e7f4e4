"""The contract of each fact: what it takes, what it refuses, and that nothing is quietly changed."""

import json
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from domain.agreement.transitions import TRANSITIONS
from domain.facts import FACT, LATER_FACT, PROPOSED, Fact
from domain.values import Party
from tests.given import fact

TYPES: dict[str, type[BaseModel]] = {
    kind.model_fields["type"].default: kind for kind in get_args(get_args(Fact)[0])
}


def example_of(type_name: str) -> dict[str, Any]:
    """The example that documentation shows."""
    extra = TYPES[type_name].model_config["json_schema_extra"]
    assert isinstance(extra, dict)
    examples = extra["examples"]
    assert isinstance(examples, list)
    assert isinstance(examples[0], dict)
    return examples[0]


def stored(told: Fact) -> Any:
    """What is written down of a fact."""
    return json.loads(FACT.dump_json(told))


def refuses(type: str, **fields: Any) -> None:  # noqa: A002  # the contract's own word
    """Such a fact is refused."""
    with pytest.raises(ValidationError):
        fact(type, **fields)


def test_every_fact_is_in_the_transition_table_and_nothing_else_is() -> None:
    assert TYPES.keys() == TRANSITIONS.keys()


def test_no_two_lines_of_the_table_have_the_same_order() -> None:
    assert len({line.order for line in TRANSITIONS.values()}) == len(TRANSITIONS)


@pytest.mark.parametrize("type_name", TYPES)
def test_the_documented_example_is_valid_and_keeps_every_word(type_name: str) -> None:
    example = example_of(type_name)
    assert example["type"] == type_name
    told = FACT.validate_json(json.dumps(example))
    assert contains(stored(told), example)


def contains(told: Any, example: Any) -> bool:
    """Whether everything in the example is told as it was written; what it left out may be added."""
    if isinstance(example, dict) and isinstance(told, dict):
        return all(name in told and contains(told[name], value) for name, value in example.items())
    if isinstance(example, list) and isinstance(told, list):
        return len(told) == len(example) and all(map(contains, told, example))
    return bool(told == example)


@pytest.mark.parametrize("type_name", TYPES)
def test_what_is_stored_is_read_back_and_written_the_same(type_name: str) -> None:
    told = FACT.validate_json(json.dumps(example_of(type_name)))
    written = FACT.dump_json(told)
    assert FACT.validate_json(written) == told
    assert FACT.dump_json(FACT.validate_json(written)) == written


@pytest.mark.parametrize("type_name", TYPES)
def test_every_fact_has_type_occurred_evidence_and_note(type_name: str) -> None:
    common = {"occurred": "2020-05", "note": "As told", "evidence": [{"title": "A letter"}]}
    told = FACT.validate_json(json.dumps(example_of(type_name) | common))
    assert contains(stored(told), common)


@pytest.mark.parametrize("type_name", TYPES)
def test_unknown_fields_are_refused(type_name: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        FACT.validate_json(json.dumps(example_of(type_name) | {"surprise": 1}))


@pytest.mark.parametrize(
    ("type_name", "required"),
    [
        ("proposed", {"title", "kind", "parties"}),
        ("follow_up_visit_scheduled", {"visit", "window"}),
        ("visit_confirmed", {"visit"}),
        ("visit_rescheduled", {"visit", "window"}),
        ("visit_cancelled", {"visit"}),
        ("invitation_received", {"title"}),
        ("realised", {"extent"}),
        ("commitment_made", {"commitment", "text"}),
        ("progress_reported", {"commitment"}),
        ("commitment_realised", {"commitment"}),
        ("commitment_dropped", {"commitment"}),
        ("replication_recorded", {"application"}),
        ("approval_recorded", {"gate"}),
        ("succeeded", {"by"}),
        ("party_joined", {"party"}),
        ("party_left", {"party"}),
        ("engagement_held", {"title"}),
        ("initiative_proposed", {"title"}),
        ("directive_issued", {"text"}),
        ("evidence_attached", {"version", "evidence"}),
        ("corrected", {"version", "reason", "fact"}),
        ("retracted", {"version", "reason"}),
        ("annotated", {"note"}),
        ("granted", {"organisation"}),
        ("revoked", {"organisation"}),
        ("handed_over", {"organisation"}),
        ("visibility_changed", {"visibility"}),
    ],
)
def test_what_a_fact_must_say(type_name: str, required: set[str]) -> None:
    fields = TYPES[type_name].model_fields
    assert {name for name, field in fields.items() if field.is_required()} == required


@pytest.mark.parametrize(
    "type_name", ["loi_signed", "mou_signed", "arrangement_signed", "visit_held", "terminated"]
)
def test_other_facts_need_nothing_but_their_type(type_name: str) -> None:
    fact(type_name)


def test_a_statement_needs_figures_or_a_text() -> None:
    refuses("statement_recorded")
    fact("statement_recorded", text="Sekitar 50 proyek")


def test_evidence_needs_something_to_find_it_by() -> None:
    refuses("mou_signed", evidence=[{"grade": "primary"}])
    refuses("evidence_attached", version=1, evidence=[])


def test_the_opening_and_later_facts_are_told_apart() -> None:
    with pytest.raises(ValidationError):
        LATER_FACT.validate_python(example_of("proposed"))
    with pytest.raises(ValidationError):
        PROPOSED.validate_python(example_of("loi_signed"))


@pytest.mark.parametrize("inner", ["corrected", "retracted"])
def test_a_correction_holds_an_original_fact(inner: str) -> None:
    refuses("corrected", version=1, reason="Wrong", fact=example_of(inner))


@pytest.mark.parametrize(
    ("type_name", "fields"),
    [
        ("mou_signed", {"notice_days": "30"}),
        ("mou_signed", {"notice_days": 30.0}),
        ("mou_signed", {"notice_days": True}),
        ("mou_signed", {"place": 5}),
        ("mou_signed", {"occurred": 2018}),
        ("mou_signed", {"fields": "waste"}),
        ("progress_reported", {"commitment": "c1", "percent": "40"}),
        ("progress_reported", {"commitment": "c1", "percent": True}),
        ("progress_reported", {"commitment": 1}),
        ("retracted", {"version": "2", "reason": "Wrong"}),
        ("retracted", {"version": True, "reason": "Wrong"}),
        ("statement_recorded", {"figures": [{"value": "50", "unit": "projects"}]}),
        ("statement_recorded", {"figures": [{"value": True, "unit": "projects"}]}),
        ("statement_recorded", {"figures": [{"value": 50, "unit": "projects", "approximate": 1}]}),
    ],
)
def test_no_value_is_quietly_converted(type_name: str, fields: dict[str, Any]) -> None:
    refuses(type_name, **fields)


@pytest.mark.parametrize("value", [15, 15.5, -3, 0, 10**30, 0.1])
def test_a_stated_figure_is_kept_as_it_was_written(value: float) -> None:
    told = stored(fact("statement_recorded", figures=[{"value": value, "unit": "cities"}]))
    assert told["figures"] == [{"value": value, "unit": "cities", "approximate": None}]
    assert type(told["figures"][0]["value"]) is type(value)


@pytest.mark.parametrize(
    ("type_name", "fields"),
    [
        ("mou_signed", {"notice_days": -1}),
        ("progress_reported", {"commitment": "c1", "percent": 101}),
        ("progress_reported", {"commitment": "c1", "percent": -1}),
        ("retracted", {"version": 0, "reason": "Wrong"}),
        ("proposed", {"title": "X", "kind": "friendship", "parties": []}),
        ("proposed", {"title": "X", "kind": "other", "parties": [{"name": "X", "country": "id"}]}),
        ("follow_up_visit_scheduled", {"visit": "no spaces", "window": "2020"}),
        ("follow_up_visit_scheduled", {"visit": "v1", "window": "September 2025"}),
        ("follow_up_visit_scheduled", {"visit": "v1\n", "window": "2025"}),
        ("granted", {"organisation": "Kota Bandung"}),
        ("succeeded", {"by": "the next one"}),
        ("terminated", {"ground": "boredom"}),
        ("mou_signed", {"evidence": [{"url": "javascript:alert(1)"}]}),
        ("mou_signed", {"evidence": [{"sha256": "abc"}]}),
        ("mou_signed", {"languages": ["Bahasa"]}),
    ],
)
def test_values_outside_the_contract_are_refused(type_name: str, fields: dict[str, Any]) -> None:
    refuses(type_name, **fields)


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "a\x07", "\x1b[31m", "a\x7f", "a\x85"])
def test_control_characters_are_refused(text: str) -> None:
    refuses("annotated", note=text)
    refuses("mou_signed", place=text)
    refuses("mou_signed", numbers={"Kota Bandung": text})
    refuses("mou_signed", numbers={text: "1"})
    refuses("evidence_attached", version=1, evidence=[{"title": "x"}], says={"place": text})
    refuses("evidence_attached", version=1, evidence=[{"title": "x"}], says={"fields": [{"name": text}]})
    refuses("evidence_attached", version=1, evidence=[{"title": "x"}], says={"numbers": {text: "1"}})


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_what_a_source_says_is_kept_or_refused_but_never_turned_into_nothing(number: str) -> None:
    sent = '{"type":"evidence_attached","version":1,"evidence":[{"title":"x"}],"says":{"percent":%s}}'
    with pytest.raises(ValidationError, match="finite"):
        FACT.validate_json(sent % number)


@pytest.mark.parametrize("said", [None, 40, 1.5, True, [], {"edtf": "2025", "list": [1, {"a": None}]}])
def test_a_source_may_say_any_json(said: Any) -> None:
    told = fact("evidence_attached", version=1, evidence=[{"title": "x"}], says={"place": said})
    assert stored(told)["says"] == {"place": said}


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_blank_text_is_refused(text: str) -> None:
    refuses("annotated", note=text)


def test_lines_tabs_and_every_script_are_kept_as_written() -> None:
    text = "Kota Bandung\n\t– 南宁, عربي, Nông, 🏙️ "
    assert stored(fact("annotated", note=text))["note"] == text


@pytest.mark.parametrize(
    "person", [{"name": "A private person", "public": False}, {"public": None}, {"public": "true"}]
)
def test_private_persons_are_refused_until_they_can_be_sealed(person: dict[str, Any]) -> None:
    refuses("mou_signed", signatories=[person])


def test_an_unnamed_signatory_is_kept_by_office() -> None:
    told = stored(fact("mou_signed", signatories=[{"office": "Plh. Dirjen", "party": "OIKN"}]))
    assert told["signatories"][0] == {
        "name": None, "office": "Plh. Dirjen", "party": "OIKN", "on_behalf_of": None, "public": True
    }  # fmt: skip


def test_a_party_may_be_named_or_given_in_full() -> None:
    whole = {"name": "UPDIS", "kind": "institution", "country": "CN"}
    told = stored(fact("visit_held", visitor="Kota Bandung", host=whole))
    assert (told["visitor"], contains(told["host"], whole)) == ("Kota Bandung", True)


def test_a_party_is_known_by_its_code_else_by_country_kind_and_folded_name() -> None:
    assert Party(name="Kota Bandung", code="32.73").key == Party(name="Bandung City", code="32.73").key
    assert Party(name="SERANG ", kind="city").key == Party(name="Serang", kind="city").key
    assert Party(name="Serang", kind="city").key != Party(name="Serang", kind="regency").key


@pytest.mark.parametrize(
    "occurred",
    [
        "2023-07-27",
        "../2023-07-27",
        None,
        {"edtf": "2025-09", "as_stated": "bulan September 2025", "basis": "stated"},
        {"edtf": None, "as_stated": "September mendatang", "basis": None},
        {"edtf": None, "as_stated": None, "basis": "unknown"},
    ],
)
def test_a_date_is_kept_in_the_form_in_which_it_was_given(occurred: Any) -> None:
    assert stored(fact("mou_signed", occurred))["occurred"] == occurred
