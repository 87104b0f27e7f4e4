"""Uncertain dates: what is a date, which days it covers, and how it is written down."""

import re
from datetime import date, timedelta

import pytest
from edtf import parse_edtf
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.uncertain_date import EdtfText, Span, UncertainDate, bounds, certain_bounds

EDTF: TypeAdapter[str] = TypeAdapter(EdtfText)
LOW, HIGH = "0001-01-01", "9999-12-31"

STATED = [
    ("2023-07-27", "2023-07-27", "2023-07-27"),
    ("2024-02", "2024-02-01", "2024-02-29"),
    ("2025", "2025-01-01", "2025-12-31"),
    ("0004", "0004-01-01", "0004-12-31"),
    ("9999", "9999-01-01", "9999-12-31"),
    ("2023-07-27/2023-07-29", "2023-07-27", "2023-07-29"),
    ("2023/2025-06", "2023-01-01", "2025-06-30"),
    ("../2023-07-27", LOW, "2023-07-27"),
    ("2014-12-19/..", "2014-12-19", HIGH),
    ("/2023", LOW, "2023-12-31"),
    ("2023/", "2023-01-01", HIGH),
    ("2025-21", "2025-03-01", "2025-05-31"),
    ("2025-22", "2025-06-01", "2025-08-31"),
    ("2025-23", "2025-09-01", "2025-11-30"),
    ("2025-24", "2025-12-01", "2026-02-28"),
    ("2023-24", "2023-12-01", "2024-02-29"),
    ("9999-24", "9999-12-01", HIGH),
    ("2025-34", "2025-04-01", "2025-06-30"),
    ("2025-21/2025-24", "2025-03-01", "2026-02-28"),
    ("20XX", "2000-01-01", "2099-12-31"),
    ("XXXX", LOW, HIGH),
    ("2024-XX", "2024-01-01", "2024-12-31"),
    ("2024-02-XX", "2024-02-01", "2024-02-29"),
    ("2004-XX/2006", "2004-01-01", "2006-12-31"),
    ("202X-02-29", "2020-02-29", "2029-02-28"),
    ("2023~", "2023-01-01", "2023-12-31"),
    ("2004-06-~11/2004-06-14", "2004-06-11", "2004-06-14"),
    ("[2023,2025-03]", "2023-01-01", "2025-03-31"),
    ("{..2023,2025}", LOW, "2025-12-31"),
]

CERTAIN = [
    ("2023-07-27", "2023-07-27", "2023-07-27"),
    ("2023~", "2022-01-01", "2024-12-31"),
    ("2023?", "2022-01-01", "2024-12-31"),
    ("2023%", "2021-01-01", "2025-12-31"),
    ("2025-03-25?", "2025-03-24", "2025-03-26"),
    ("2025-03-~25", "2025-03-24", "2025-03-26"),
    ("2023~/2025", "2022-01-01", "2025-12-31"),
    ("../2023?", LOW, "2024-12-31"),
    ("[2023~,2024]", "2022-01-01", "2024-12-31"),
    ("1950S2", "1900-01-01", "1999-12-31"),
    ("0001~", LOW, "0002-12-31"),
    ("9999-12-31~", "9999-12-30", HIGH),
]

REFUSED = [
    ("", "is not EDTF"),
    ("31 June", "is not EDTF"),
    ("2025-02-30", "is not in the calendar"),
    ("2025-02-29", "is not in the calendar"),
    ("2025-02-29?", "is not in the calendar"),
    ("2023-~02-30", "is not in the calendar"),
    ("20XX-02-30", "is not in the calendar"),
    ("1980-06-31", "is not in the calendar"),
    ("0000", "is not in the calendar"),
    ("2025-13", "is not EDTF"),
    ("2025-00-00", "is not EDTF"),
    ("20230727", "is not EDTF"),
    ("\uff12\uff10\uff12\uff13", "did you mean 2023?"),
    ("2023-07-27 ", "did you mean 2023-07-27?"),
    ("2023-07-27\n", "did you mean 2023-07-27?"),
    ("2023 / 2024", "is not EDTF"),
    ("September 2025", "'September 2025' is not EDTF; did you mean 2025-09?"),
    ("27/7/2023", "did you mean 2023-07-27?"),
    ("2025/2020", "ends before it begins"),
    ("2024-01-02/2024-01-01", "ends before it begins"),
    ("[2025..2020]", "ends before it begins"),
    ("2023/2024/2025", "interval within another"),
    ("../..", "says nothing"),
    ("/", "says nothing"),
    ("..", "is not EDTF"),
    ("2023-07-27T10:00:00Z", "has a time of day"),
    ("-0500", "outside the years 0001 to 9999"),
    ("Y12345", "beyond four digits"),
    ("Y1E99999999", "beyond four digits"),
    ("1950S9", "significant digits"),
    ("1950S2~", "significant digits"),
    ("?1950S2", "significant digits"),
    ("2024-1X", "write XX"),
    ("2023-02-3X", "write XX"),
    ("2025-21~", "is not EDTF"),
    ("[" + "2023," * 100 + "2024]", "more than 100 characters"),
]


def days(first: str, last: str) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(("edtf", "first", "last"), STATED)
def test_a_date_covers_the_days_it_is_written_for(edtf: str, first: str, last: str) -> None:
    assert bounds(EDTF.validate_python(edtf)) == days(first, last)


@pytest.mark.parametrize(("edtf", "earliest", "latest"), CERTAIN)
def test_a_doubtful_date_may_lie_outside_what_is_written(edtf: str, earliest: str, latest: str) -> None:
    assert certain_bounds(EDTF.validate_python(edtf)) == days(earliest, latest)


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_what_cannot_be_a_date_is_refused_with_a_sentence(
    text: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValidationError, match=re.escape(reason)):
        EDTF.validate_python(text)
    assert capsys.readouterr().out == "", "the library prints when it stumbles"


@pytest.mark.parametrize("value", [2025, None, date(2025, 1, 1), b"2025"])
def test_only_text_is_edtf(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(EdtfText, config={"strict": True}).validate_python(value)


@settings(deadline=None, max_examples=150)
@given(st.dates(), st.sampled_from([len("2023"), len("2023-07"), len("2023-07-27")]))
def test_the_fast_path_agrees_with_the_library(day: date, length: int) -> None:
    edtf = day.isoformat()[:length]
    parsed = parse_edtf(edtf)
    assert (
        bounds(edtf)
        == certain_bounds(edtf)
        == Span(date(*parsed.lower_strict()[:3]), date(*parsed.upper_strict()[:3]))
    )


@settings(deadline=None, max_examples=100)
@given(st.dates(), st.sampled_from([len("2023"), len("2023-07"), len("2023-07-27")]), st.sampled_from("?~%"))
@example(date(2015, 3, 31), 7, "%")
@example(date(2016, 2, 29), 10, "?")
@example(date(1, 1, 1), 4, "?")
@example(date(9999, 12, 31), 10, "%")
def test_the_fast_path_for_doubted_dates_agrees_with_the_library(day: date, length: int, sign: str) -> None:
    edtf = day.isoformat()[:length] + sign
    # With the sign before the finest part the library pads by that alone, be it a day, a month or the year.
    finest = edtf.rfind("-") + 1
    parsed = parse_edtf(edtf if length == 4 else f"{edtf[:finest]}{sign}{edtf[finest:-1]}")
    lower, upper = parsed.lower_fuzzy(), parsed.upper_fuzzy()
    assert certain_bounds(edtf) == Span(
        date(*lower[:3]) if lower.tm_year >= 1 else date.min,
        date(*upper[:3]) if upper.tm_year <= 9999 else date.max,
    )
    assert bounds(edtf) == bounds(edtf[:-1])


@settings(deadline=None, max_examples=100)
@given(st.dates(date(10, 1, 1), date(9998, 12, 31)), st.sampled_from(["X", "-XX", "-XX-XX", "-MM-XX", "-S"]))
def test_the_fast_path_for_parts_left_open_and_for_seasons_agrees_with_the_library(
    day: date, part: str
) -> None:
    year = f"{day.year:04}"
    months, season = f"{year}-{day.month:02}-XX", f"{year}-{21 + day.month % 4}"
    edtf = {"X": f"{year[:3]}X", "-MM-XX": months, "-S": season}.get(part, year + part)
    parsed = parse_edtf(edtf)
    first, last = date(*parsed.lower_strict()[:3]), date(*parsed.upper_strict()[:3])
    if edtf.endswith("-24"):  # the library ends winter with the year
        last = date(day.year + 1, 3, 1) - timedelta(days=1)
    assert bounds(edtf) == certain_bounds(edtf) == Span(first, last)


FRAGMENTS = [
    "2023",
    "2024",
    "20XX",
    "XXXX",
    "0000",
    "9999",
    "?2023",
    "-XX",
    "-02",
    "-29",
    "-30",
    "-21",
    "-24",
]
FRAGMENTS += ["-~06", "/", "..", "~", "?", "%", "[", "]", "{", "}", ",", "S2", "X", "T", "1"]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=5).map("".join) | st.text())
def test_whatever_is_written_has_ordered_days_or_is_refused(text: str) -> None:
    try:
        stated = bounds(text)
        certain = certain_bounds(text)
    except ValueError:
        return
    assert certain.earliest <= stated.earliest <= stated.latest <= certain.latest


def edtf_texts() -> st.SearchStrategy[str]:
    plain = st.builds(lambda day, length: day.isoformat()[:length], st.dates(), st.sampled_from([4, 7, 10]))
    single = st.builds(str.__add__, plain, st.sampled_from(["", "~", "?"]))
    return single | single.map("../{}".format) | single.map("{}/..".format)


@settings(deadline=None, max_examples=60)
@given(
    edtf_texts() | st.none(),
    st.text(min_size=1) | st.none(),
    st.sampled_from(["stated", "inferred", "external", "unknown", None]),
)
def test_an_uncertain_date_survives_being_stored(
    edtf: str | None, as_stated: str | None, basis: str | None
) -> None:
    given_object = {"edtf": edtf, "as_stated": as_stated, "basis": basis}
    if edtf is None and as_stated is None and basis != "unknown":
        with pytest.raises(ValidationError, match="basis is unknown"):
            UncertainDate.model_validate(given_object)
        return
    kept = UncertainDate.model_validate(given_object)
    assert UncertainDate.model_validate(kept.model_dump()) == kept
    assert UncertainDate.model_validate_json(kept.model_dump_json()) == kept
    assert kept.model_dump() == (edtf if as_stated is None and basis is None else given_object)


class Fact(BaseModel):
    occurred: UncertainDate | None = None


def test_a_plain_date_stays_plain_inside_a_fact() -> None:
    assert Fact.model_validate({"occurred": "2025-09"}).model_dump_json() == '{"occurred":"2025-09"}'


def test_an_object_says_where_the_date_comes_from() -> None:
    stated = {"edtf": "2025-09", "as_stated": "September mendatang", "basis": "inferred"}
    assert Fact.model_validate({"occurred": stated}).model_dump() == {"occurred": stated}


@pytest.mark.parametrize("value", [{}, {"basis": "stated"}, {"as_stated": ""}, {"year": 2025}, "", 2025, []])
def test_an_uncertain_date_that_says_nothing_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        UncertainDate.model_validate(value)


def test_an_unknown_date_may_be_any_day() -> None:
    unknown = UncertainDate(basis="unknown")
    assert (unknown.earliest, unknown.latest) == (unknown.first, unknown.last) == (date.min, date.max)


def test_doubt_widens_the_certain_days_but_not_the_stated_ones() -> None:
    doubtful = UncertainDate(edtf="2018~")
    assert (doubtful.first, doubtful.last) == days("2018-01-01", "2018-12-31")
    assert (doubtful.earliest, doubtful.latest) == days("2017-01-01", "2019-12-31")


def test_an_uncertain_date_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        UncertainDate(edtf="2018").edtf = "2019"  # type: ignore[misc]  # that is what is tested


def test_the_schema_offers_a_text_or_an_object_alike_in_requests_and_answers() -> None:
    asked, answered = (UncertainDate.model_json_schema(mode=mode) for mode in ("validation", "serialization"))
    assert asked == answered
    text, written_out = asked["anyOf"]
    assert text["type"] == "string"
    assert "2025-03-25?" in text["examples"]
    assert set(written_out["properties"]) == {"edtf", "as_stated", "basis"}
    assert written_out["additionalProperties"] is False
    for mode in ("validation", "serialization"):
        assert "$ref" in str(Fact.model_json_schema(mode=mode)["properties"])


def test_before_and_after_mean_certainly_and_the_same_day_is_neither() -> None:
    loi, mou = Span(date(2025, 3, 1), date(2025, 3, 25)), Span(date(2025, 3, 25), date(2025, 4, 1))
    assert not loi.certainly_before(mou)
    assert not mou.certainly_after(loi)
    later = Span(date(2025, 3, 26), date(2025, 4, 1))
    assert loi.certainly_before(later)
    assert later.certainly_after(loi)


def test_a_span_has_certainly_happened_when_its_last_day_ends() -> None:
    span = bounds("2025-09")
    assert not span.possibly_by(date(2025, 8, 31))
    assert span.possibly_by(date(2025, 9, 1))
    assert not span.certainly_by(span.latest - timedelta(1))
    assert span.certainly_by(span.latest)
