"""The benchmark's treaties: every row becomes a fact as it is, dirt included, or leaves a visible mark."""

import json
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, cast

import pytest

from api.commands import BATCH
from benchmarks.pouring.client import Answer, Client
from benchmarks.pouring.pour import Pour, batches
from benchmarks.pouring.report import Report
from benchmarks.pouring.rows import Mapped, agreements, mapped, occurred, party

ROW: dict[str, Any] = {"agreement": "T", "title": "A Treaty", "type": "Treaty", "parties": [], "actor": None}


def row(event: str, date: str | None, source: str = "set#A:0:Signature", **other: Any) -> dict[str, Any]:
    """A row as the data has it."""
    return {**ROW, "event": event, "date": date, "source": source, **other}


def one(*rows: dict[str, Any]) -> Mapped:
    """The one agreement of some rows, which Pakta's batches can read."""
    (agreement,) = agreements(rows)
    BATCH.validate_python({"commands": [{"facts": agreement.facts}]}, strict=False)
    return agreement


def test_an_opening_is_inferred_from_the_earliest_day() -> None:
    opening, *_ = one(row("entered_into_force", "1991-02"), row("agreement_signed", "1990-05-01")).facts
    assert opening["type"] == "proposed"
    assert opening["occurred"] == {"edtf": "../1990-05-01", "as_stated": None, "basis": "inferred"}
    assert (opening["title"], opening["reference"], opening["parties"]) == ("A Treaty", "T", [])


def test_nothing_is_inferred_from_the_year_9999() -> None:
    opening, ended = one(row("terminated", "9999")).facts
    assert opening["occurred"] == {"edtf": None, "as_stated": None, "basis": "unknown"}
    assert ended["occurred"] == "9999"  # Pakta refuses it, and says so


@pytest.mark.parametrize(("reference", "kind"), [("ESP-GBR_1351A", "government"), ("CBD_1992A", "other")])
def test_a_treaty_numbered_after_two_states_is_one_between_governments(reference: str, kind: str) -> None:
    assert one(row("agreement_signed", "1992", agreement=reference)).facts[0]["kind"] == kind


def test_a_signature_keeps_what_the_paper_calls_itself() -> None:
    _, signed = one(row("agreement_signed", "1351-08-01")).facts
    assert (signed["type"], signed["occurred"], signed["local_title"]) == (
        "mou_signed",
        "1351-08-01",
        "Treaty",
    )


@pytest.mark.parametrize("date", ["0004", "1351-08-01", "1192-06-12", "9999", "2599-01-01"])
def test_an_unlikely_year_is_left_as_it_is(date: str) -> None:
    assert occurred(date) == date


def test_an_uncertain_day_stays_uncertain() -> None:
    assert occurred(None, "1980-09-01?") == "1980-09-01?"
    opening, _ = one(row("agreement_signed", None, date_raw="1980-09-01?")).facts
    assert opening["occurred"]["edtf"] == "../1980-09-01?"


@pytest.mark.parametrize("words", ["1972-06-31?", "1981-09..1981-10", "2010-XX-XX-", "about 1990"])
def test_what_is_no_date_stays_in_the_words_of_the_source(words: str) -> None:
    assert occurred(None, words) == {"edtf": None, "as_stated": words, "basis": "unknown"}
    assert occurred(words) == {"edtf": None, "as_stated": words, "basis": "unknown"}


def test_facts_are_sent_in_the_order_in_which_they_happened() -> None:
    rows = [row("terminated", "2000"), row("amended", "1995"), row("agreement_signed", "1990")]
    assert [fact["type"] for fact in one(*rows).facts[1:]] == ["mou_signed", "amended", "terminated"]


def test_an_exact_repeat_is_further_evidence_of_one_fact() -> None:
    rows = [row("agreement_signed", "1990", f"set#{place}:0:Signature") for place in "ABC"]
    agreement = one(*rows, row("agreement_signed", "1990", "set#D:0:Signature", type="Protocol"))
    _, signed, protocol = agreement.facts
    assert [e["publisher"][4] for e in signed["evidence"]] == ["A", "B", "C"]
    assert protocol["local_title"] == "Protocol"
    assert agreement.rows == {"facts": 2, "repeats kept as further evidence": 2}


def test_an_expiry_is_put_on_the_signature_of_the_same_record() -> None:
    rows = [
        row("agreement_signed", "1990", "set#A:0:Signature"),
        row("agreement_signed", "1980", "set#A:1:Signature"),
        row("expired", "1985-12-31", "set#A:1:Term"),
    ]
    agreement = one(*rows)
    _, first, second = agreement.facts
    assert (first["occurred"], first["valid_until"]) == ("1980", "1985-12-31")
    assert "valid_until" not in second
    assert agreement.rows == {"facts": 2, "expiries put on a signature": 1}


def test_the_year_9999_is_no_expiry() -> None:
    agreement = one(row("agreement_signed", "1990"), row("expired", "9999", "set#A:0:Term"))
    assert "valid_until" not in agreement.facts[1]
    assert agreement.rows["expiries that name no end"] == 1


def test_an_expiry_without_a_signature_says_that_none_is_recorded() -> None:
    _, extended = one(row("expired", "2005-01-01")).facts
    assert (extended["type"], extended["valid_until"]) == ("extended", "2005-01-01")
    assert "occurred" not in extended
    assert "no signature" in extended["note"]


def test_a_second_expiry_of_one_signature_is_noted() -> None:
    rows = [
        row("agreement_signed", "1990"),
        *(row("expired", year, "set#A:0:Term") for year in ("2000", "2010")),
    ]
    noted = next(fact for fact in one(*rows).facts if fact["type"] == "annotated")
    assert noted["note"] == "Also said to expire: 2010"


def test_parties_come_and_go_by_their_code() -> None:
    rows = [row("party_joined", "1992", actor="GIN"), row("party_withdrew", "1991", actor="GIN")]
    guinea = {"name": "GIN", "code": "GIN", "country": "GN", "kind": "national_government"}
    assert [(f["type"], f["party"]) for f in one(*rows).facts[1:]] == [
        ("party_left", guinea),
        ("party_joined", guinea),
    ]


def test_a_country_is_given_only_when_it_is_certain() -> None:
    assert party("SUN") == party("DDR") | {"name": "SUN", "code": "SUN"}
    assert party("Yugoslavija") == {"name": "Yugoslavija"}


def test_what_pakta_has_no_fact_for_is_kept_as_a_statement() -> None:
    _, said = one(row("other:deposit", "1992-06-12", actor="GIN")).facts
    assert (said["type"], said["text"], said["occurred"]) == (
        "statement_recorded",
        "deposit: GIN",
        "1992-06-12",
    )


def test_each_party_signs_on_a_day_of_its_own_and_is_a_party_from_the_beginning() -> None:
    days = {"GIN": "1192-06-12", "BEL": "1992-06-05"}
    rows = [row("other:party_signed", day, actor=name, parties=[name]) for name, day in days.items()]
    opening, *signed = one(*rows).facts
    assert {fact["signatories"][0]["party"]["code"]: fact["occurred"] for fact in signed} == days
    assert [named["code"] for named in opening["parties"]] == ["GIN", "BEL"]


def test_who_comes_back_joins_again_and_accession_is_an_approval() -> None:
    _, acceded, joined = one(
        row("other:accession", "1990", actor="BEL"), row("other:party_rejoined", "1995", actor="BEL")
    ).facts
    assert (acceded["type"], acceded["authority"], acceded["note"]) == (
        "approval_recorded",
        "BEL",
        "accession",
    )
    assert (joined["type"], joined["party"]["country"]) == ("party_joined", "BE")


def test_a_title_that_is_too_long_is_cut_and_kept_whole_in_the_note() -> None:
    opening, _ = one(row("agreement_signed", "1990", title="T" * 517)).facts
    assert (len(opening["title"]), opening["title"][-1]) == (500, "…")
    assert opening["note"] == f"The whole title: {'T' * 517}"


def test_a_batch_holds_whole_agreements() -> None:
    signed = [mapped(name, [row("agreement_signed", "1990", agreement=name)]) for name in "ABC"]
    assert [len(batch) for batch in batches(signed, size=3)] == [2, 1]


class Server:
    """Refuses what is dated 9999, an opening without a title, and a reference that is taken; stores by key.

    It hears Ctrl-C after so many requests, when it has done its work and before it answers.
    """

    def __init__(self, interrupted_after: int | None = None) -> None:
        self.stored: dict[str, list[str]] = {}
        self.left = interrupted_after

    def post(self, path: str, body: bytes, key: str) -> Answer:
        answer = self._answer(body, key)
        if self.left is not None:
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt
        return answer

    def _answer(self, body: bytes, key: str) -> Answer:
        taken = {name for known, names in self.stored.items() if known != key for name in names}
        commands = [command["facts"] for command in json.loads(body)["commands"]]
        for step, facts in enumerate(commands):
            for number, fact in enumerate(facts):
                if fact["occurred"] == "9999" or fact.get("title") == "":
                    wrong = {"pointer": f"/commands/{step}/facts/{number}", "detail": "no"}
                    return Answer(409, {"code": "in_the_future", "errors": [wrong]})
            if facts[0]["reference"] in taken:
                wrong = {"pointer": f"/commands/{step}/facts/{len(facts) - 1}", "detail": "taken"}
                return Answer(409, {"code": "reference_taken", "errors": [wrong]})
        self.stored.setdefault(key, [facts[0]["reference"] for facts in commands])
        return Answer(201, {"results": [{"position": 1, "warnings": []} for _ in commands]})


def pour(server: Server, report: Path, *, again: bool = False) -> Pour:
    """Pour six agreements: the third and fifth have an end that is refused, the sixth an opening."""
    rows = [
        row("agreement_signed", "1990", agreement=name, title="" if name == "F" else name)
        for name in "ABCDEF"
    ]
    rows += [row("terminated", "9999", agreement=name) for name in "CE"]
    kept = Report(report, "here", remember=again)
    poured = Pour(cast(Client, server), kept, head=1 if again else 0)
    with closing(kept):
        poured.run(agreements(rows), lambda _: None)
    return poured


def test_everything_but_what_is_refused_is_stored(tmp_path: Path) -> None:
    server = Server()
    tally = pour(server, tmp_path / "report").tally
    assert sorted(name for names in server.stored.values() for name in names) == list("ABCDE")
    assert (tally.sent, tally.stored, tally.refused, tally.whole) == (14, 10, {"in_the_future": 4}, {"F"})


def test_a_second_run_sends_the_same_keys_and_reports_the_same(tmp_path: Path) -> None:
    server, report = Server(), tmp_path / "report"
    pour(server, report)
    keys, told = set(server.stored), report.read_text()
    tally = pour(server, report, again=True).tally
    assert (set(server.stored), report.read_text()) == (keys, told)
    assert (tally.stored, tally.stored_before, tally.refused) == (0, 10, {"in_the_future": 4})


@pytest.mark.parametrize("requests", range(1, 9))
def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path, requests: int) -> None:
    server, report = Server(interrupted_after=requests), tmp_path / "report"
    with suppress(KeyboardInterrupt):
        pour(server, report)
    server.left = None
    tally = pour(server, report, again=True).tally
    assert sorted(name for names in server.stored.values() for name in names) == list("ABCDE")
    assert (tally.sent, tally.refused) == (14, {"in_the_future": 4})


def test_a_report_that_was_cut_off_goes_on_at_the_last_whole_line(tmp_path: Path) -> None:
    server, report = Server(), tmp_path / "report"
    pour(server, report)
    whole = report.read_text()
    report.write_text(whole + '{"agreement": "half a li')
    pour(server, report, again=True)
    assert report.read_text() == whole
