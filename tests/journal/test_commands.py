"""Commands: stored together, each for itself, once, and against the version that was meant."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest

from domain.agreement import Refused
from domain.databases import Databases
from domain.journal import Answer, Command, Journal, KeyReused, Stale, Step, Unavailable
from domain.journal.appending import lock
from tests.conftest import JAKARTA, Clock, OpenJournal
from tests.journal.people import (
    AGUS,
    SECONDS,
    adding,
    carry_out,
    command,
    fact,
    note,
    opened,
    outcomes,
    proposal,
    proposing,
)


@contextmanager
def appends_held_up(journal: Journal) -> Iterator[None]:
    """Nobody can append until it ends, so that commands gather meanwhile."""
    with journal.recorder.appender.begin() as connection:
        lock(connection)
        yield


def gathered(journal: Journal, commands: list[Command]) -> "list[Future[Answer]]":
    with appends_held_up(journal):
        return [journal.submit(wanted) for wanted in commands]


def test_a_refusal_leaves_the_others_untouched(journal: Journal) -> None:
    agreement = opened(journal)
    futures = gathered(
        journal,
        [
            adding(agreement, note("before")),
            adding(agreement, fact("visit_confirmed", visit="never-planned")),
            adding(agreement, note("after")),
        ],
    )
    with pytest.raises(Refused) as refused:
        futures[1].result(SECONDS)
    assert refused.value.code == "unknown_visit"
    assert [futures[i].result(SECONDS).results[0].version for i in (0, 2)] == [2, 3]
    assert [entry.fact.note for entry in journal.trail(agreement)] == [None, "before", "after"]


def test_what_breaks_one_command_leaves_the_others_untouched(journal: Journal) -> None:
    agreement = opened(journal)
    unspeakable = note().model_copy(update={"note": "\ud800"})
    futures = gathered(journal, [adding(agreement), adding(agreement, unspeakable), adding(agreement)])
    assert futures[1].exception(SECONDS) is not None
    assert [futures[i].result(SECONDS).results[0].version for i in (0, 2)] == [2, 3]


def test_somebody_who_no_longer_waits_does_not_stop_the_journal(journal: Journal) -> None:
    agreement = opened(journal)
    with appends_held_up(journal):
        futures = [journal.submit(adding(agreement)) for _ in range(20)]
        cancelled = [future.cancel() for future in futures]
    assert any(cancelled)
    assert carry_out(journal, adding(agreement)).results[0].version == 2 + cancelled.count(False)


def test_a_command_that_comes_after_the_end_is_told_so(databases: Databases, clock: Clock) -> None:
    journal = Journal(databases, JAKARTA, "0.1.0", clock)
    journal.close()
    with pytest.raises(Unavailable):
        carry_out(journal, proposing())


def test_a_command_that_came_before_the_end_is_carried_out(databases: Databases, clock: Clock) -> None:
    journal = Journal(databases, JAKARTA, "0.1.0", clock)
    futures = [journal.submit(proposing()) for _ in range(40)]
    journal.close()
    assert [future.result(0).results[0].position for future in futures] == list(range(1, 41))


def test_several_agreements_are_stored_together(journal: Journal) -> None:
    first, second = opened(journal), opened(journal)
    ceremony = command(
        Step(first, (fact("loi_signed", occurred="2025-03-25"),)),
        Step(None, (proposal("A third"), note())),
        Step(second, (note(), note())),
        correlation_id="ceremony-1",
    )
    answer = carry_out(journal, ceremony)
    assert answer.correlation_id == "ceremony-1"
    assert [(result.version, result.position) for result in answer.results] == [(2, 3), (2, 5), (3, 7)]
    assert {entry.correlation_id for entry in journal.entries(2)} == {"ceremony-1"}
    assert {entry.command_id for entry in journal.entries(2)} == {ceremony.command_id}


def test_several_agreements_are_stored_not_at_all_when_one_is_refused(journal: Journal) -> None:
    agreement = opened(journal)
    wrong = fact("visit_confirmed", visit="never-planned")
    with pytest.raises(Refused) as refused:
        carry_out(
            journal,
            command(Step(None, (proposal(),)), Step(agreement, (note(), wrong)), Step(agreement, (note(),))),
        )
    assert (refused.value.step, refused.value.fact) == (1, 1)
    assert journal.head() == 1
    with pytest.raises(Stale) as stale:
        carry_out(journal, command(Step(None, (proposal(),)), Step(agreement, (note(),), 7)))
    assert (stale.value.step, stale.value.fact) == (1, 0)
    assert journal.head() == 1
    assert carry_out(journal, adding(agreement)).results[0].version == 2


def test_two_steps_may_follow_each_other_on_one_agreement(journal: Journal) -> None:
    agreement = opened(journal)
    answer = carry_out(journal, command(Step(agreement, (note(),), 1), Step(agreement, (note(),), 2)))
    assert [(result.version, result.position) for result in answer.results] == [(2, 2), (3, 3)]


def test_one_command_a_hundred_times_at_once_is_one_event(journal: Journal) -> None:
    wanted = proposing(command_id="once")
    together = Barrier(20)

    def insist() -> list[Answer | BaseException]:
        together.wait()
        return outcomes(journal, [wanted] * 5)

    with ThreadPoolExecutor(20) as threads:
        answers = [a for heard in [threads.submit(insist) for _ in range(20)] for a in heard.result()]
    assert len(answers) == 100
    assert all(isinstance(answer, Answer) and answer == answers[0] for answer in answers)
    assert journal.head() == 1


def test_an_id_stands_for_one_command_of_one_person(journal: Journal) -> None:
    first = carry_out(journal, proposing(proposal("A"), command_id="same"))
    with pytest.raises(KeyReused):
        carry_out(journal, proposing(proposal("B"), command_id="same"))
    other = carry_out(journal, proposing(proposal("A"), command_id="same", by=AGUS))
    assert other.results[0].agreement != first.results[0].agreement
    assert journal.head() == 2


def test_an_id_stands_for_one_command_among_those_stored_together(journal: Journal) -> None:
    futures = gathered(journal, [proposing(proposal(title), command_id="same") for title in "AAAB"])
    assert len({future.result(SECONDS) for future in futures[:3]}) == 1
    assert isinstance(futures[3].exception(SECONDS), KeyReused)
    assert journal.head() == 1


def test_what_was_refused_is_not_remembered(journal: Journal) -> None:
    agreement = opened(journal)
    early = adding(agreement, fact("visit_confirmed", visit="spring"), command_id="again")
    with pytest.raises(Refused):
        carry_out(journal, early)
    carry_out(journal, adding(agreement, fact("follow_up_visit_scheduled", visit="spring", window="2027-04")))
    assert carry_out(journal, early).results[0].version == 3


def test_a_retry_gets_the_first_answer_though_the_agreement_moved_on(
    databases: Databases, open_journal: OpenJournal
) -> None:
    journal = open_journal(databases)
    agreement = opened(journal)
    wanted = adding(agreement, fact("mou_signed", occurred="2025-03-25"), expected=1, language="id")
    first = carry_out(journal, wanted)
    assert [warned.code for warned in first.results[0].warnings]
    carry_out(journal, adding(agreement))
    assert carry_out(journal, wanted) == first
    assert carry_out(open_journal(databases), wanted) == first  # nor does it matter who is asked
    assert first.language == "id"
    assert journal.head() == 3


def test_a_command_that_cannot_be_retried_leaves_no_receipt(journal: Journal) -> None:
    carry_out(journal, proposing(command_id="line-1", retriable=False))
    carry_out(journal, proposing(command_id="line-1", retriable=False))
    with journal.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM receipts").scalar() == 0
    assert journal.head() == 2


def test_of_many_who_expect_one_version_a_single_one_succeeds(
    databases: Databases, open_journal: OpenJournal
) -> None:
    journals = [open_journal(databases) for _ in range(2)]
    agreement = opened(journals[0])
    together = Barrier(64)

    def try_it(number: int) -> BaseException | None:
        together.wait()
        return journals[number % 2].submit(adding(agreement, expected=1)).exception(SECONDS)

    with ThreadPoolExecutor(64) as threads:
        heard = list(threads.map(try_it, range(64)))
    assert heard.count(None) == 1
    stale = [error for error in heard if isinstance(error, Stale)]
    assert len(stale) == 63
    assert dict(stale[0].params) == {"expected": "1", "actual": "2"}
    assert len(journals[0].trail(agreement)) == 2


def test_whoever_watches_cannot_make_what_is_stored_be_stored_again(journal: Journal) -> None:
    def stumble(*_: object) -> None:
        raise ArithmeticError("it cannot count")

    journal.writer.observe = stumble
    together = gathered(journal, [proposing(retriable=False) for _ in range(3)])
    assert [len(one.result(SECONDS).results) for one in together] == [1, 1, 1]
    assert journal.head() == 3


def test_whoever_is_alone_writes_and_whoever_is_not_waits_for_the_writer(journal: Journal) -> None:
    agreement = opened(journal)
    together = Barrier(8)

    def insist(_: int) -> list[int]:
        alone = journal.carry_out(adding(agreement)).results[0].version
        together.wait()
        return [alone, *(journal.carry_out(adding(agreement)).results[0].version for _ in range(10))]

    with ThreadPoolExecutor(8) as threads:
        versions = [version for heard in threads.map(insist, range(8)) for version in heard]
    assert sorted(versions) == list(range(2, 90))
    assert [entry.position for entry in journal.entries()] == list(range(1, 90))


def test_whoever_writes_alone_is_told_what_is_wrong(journal: Journal) -> None:
    agreement = opened(journal)
    with pytest.raises(Refused):
        journal.carry_out(adding(agreement, fact("visit_confirmed", visit="never-planned")))
    wanted = adding(agreement)
    assert journal.carry_out(wanted) == journal.carry_out(wanted)
    journal.close()
    with pytest.raises(Unavailable):
        journal.carry_out(adding(agreement))
