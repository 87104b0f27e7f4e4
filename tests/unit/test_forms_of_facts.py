"""Forms of facts: any fact fills in a form, and the form read back is the same fact."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.recording.controls import asked_of, controls, kind_of_fact
from api.pages.recording.reading import filled, read, tidy, unclear
from domain.agreement.transitions import TRANSITIONS
from domain.facts import FACT, Fact
from tests.strategies import later_facts, openings

TODAY = date(2026, 11, 21)


def sent(fact: Fact) -> dict[str, Any]:
    """A fact as JSON."""
    found: dict[str, Any] = fact.model_dump(mode="json")
    return found


def back(form: dict[str, str], kind: str) -> Fact:
    """The fact that a form states."""
    return FACT.validate_json(json.dumps(read(kind, form, TODAY)))


@given(openings | later_facts)
def test_a_form_that_a_fact_filled_in_is_read_back_as_the_same_fact(fact: Fact) -> None:
    assert back(filled(fact.type, sent(fact)), fact.type) == fact


@given(openings | later_facts)
def test_what_a_fact_filled_in_has_no_gaps_and_nothing_unclear(fact: Fact) -> None:
    form = filled(fact.type, sent(fact))
    assert tidy(asked_of(fact.type), form, TODAY) == form
    assert list(unclear(asked_of(fact.type), form, TODAY)) == []


@pytest.mark.parametrize("kind", TRANSITIONS)
def test_the_example_of_every_type_of_fact_survives_its_form(kind: str) -> None:
    model = kind_of_fact(kind)
    assert model is not None
    extra = model.model_config["json_schema_extra"]
    assert isinstance(extra, dict)
    example = FACT.validate_json(json.dumps(extra["examples"][0]))  # type: ignore[index]  # JSON
    assert back(filled(kind, sent(example)), kind) == example


@pytest.mark.parametrize("kind", TRANSITIONS)
def test_every_field_of_a_fact_is_asked_for(kind: str) -> None:
    model = kind_of_fact(kind)
    assert model is not None
    fields = {field.alias or name for name, field in model.model_fields.items()} - {"type"}
    assert {control.name for control in asked_of(kind)} == fields == {c.name for c in controls(model)}


def test_words_are_stored_with_what_they_mean() -> None:
    form = {"occurred": "September 2025"}
    assert read("loi_signed", form, TODAY)["occurred"] == {
        "edtf": "2025-09", "as_stated": "September 2025", "basis": "stated",
    }  # fmt: skip
    assert read("loi_signed", {"occurred": "2025-09"}, TODAY)["occurred"] == "2025-09"
    assert read("loi_signed", {"occurred": "tidak tahu"}, TODAY)["occurred"] == {
        "edtf": None, "as_stated": "tidak tahu", "basis": "unknown",
    }  # fmt: skip


def test_the_words_of_a_source_mean_in_a_correction_what_they_meant_when_they_were_recorded() -> None:
    window = {"edtf": "2025-09", "as_stated": "September mendatang", "basis": "inferred"}
    form = filled("visit_rescheduled", {"visit": "v1", "window": window})
    assert read("visit_rescheduled", form, TODAY)["window"] == window
    form["window"] = "Oktober mendatang"
    assert read("visit_rescheduled", form, TODAY)["window"]["edtf"] == "2027-10"


def test_words_that_mean_nothing_are_pointed_out_until_they_are_kept_on_purpose() -> None:
    form = {"occurred": "waktu hujan", "evidence.0.title": "x", "evidence.0.published_on": "besok-besok"}
    assert list(unclear(asked_of("loi_signed"), form, TODAY)) == ["occurred", "evidence.0.published_on"]
    form["occurred.kept"] = json.dumps({"edtf": None, "as_stated": "waktu hujan", "basis": "stated"})
    assert list(unclear(asked_of("loi_signed"), form, TODAY)) == ["evidence.0.published_on"]


def test_empty_rows_are_left_out_and_the_others_are_counted_anew() -> None:
    form = {"signatories.0.name": "", "signatories.2.name": "Ani", "signatories.7.office": "Wali Kota"}
    assert tidy(asked_of("loi_signed"), form, TODAY) == {
        "signatories.0.name": "Ani", "signatories.1.office": "Wali Kota",
    }  # fmt: skip


def test_a_party_that_only_has_its_default_role_is_no_party() -> None:
    assert read("proposed", {"parties.0.role": "party", "parties.0.name": " "}, TODAY)["parties"] == []


@given(st.text(max_size=20), st.sampled_from(sorted(TRANSITIONS)))
def test_no_text_in_any_input_breaks_the_reading(text: str, kind: str) -> None:
    names = [control.name for control in asked_of(kind)]
    form = {name + more: text for name in names for more in ("", ".0", ".0.name", ".key", ".kept", ".type")}
    json.dumps(read(kind, tidy(asked_of(kind), form, TODAY), TODAY))


def test_a_party_is_asked_for_whole_where_a_name_does_not_do() -> None:
    form = {"parties.0.name": "Kota Bandung", "proposer.name": "Kota Bandung"}
    assert read("proposed", form, TODAY)["parties"] == [{"name": "Kota Bandung"}]
    assert read("proposed", form, TODAY)["proposer"] == "Kota Bandung"
