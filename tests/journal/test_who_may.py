"""Who may record, what a reference stands for, and what the record says of who recorded."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest

from domain.agreement import Refused
from domain.agreement.access import Actor
from domain.journal import Journal, NotAllowed, Step, UnknownAgreement
from tests.conftest import Clock
from tests.journal.people import (
    AGUS,
    PARTIES,
    RINI,
    SECONDS,
    VIEWER,
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
from tests.journal.test_commands import gathered


def test_an_agreement_that_nobody_opened_is_unknown(journal: Journal) -> None:
    missing = uuid4()
    with pytest.raises(UnknownAgreement) as unknown:
        carry_out(journal, adding(missing))
    assert unknown.value.params == {"agreement": str(missing)}


@pytest.mark.parametrize("role", ["viewer", "auditor", "admin"])
def test_only_coordinators_record(journal: Journal, role: str) -> None:
    agreement = opened(journal)
    other = Actor("somebody", role, "kota-bandung")  # type: ignore[arg-type]  # each is a role
    for wanted in (proposing(by=other), adding(agreement, by=other)):
        with pytest.raises(NotAllowed):
            carry_out(journal, wanted)
    assert journal.head() == 1


def test_only_the_owner_records_on_what_all_can_see(journal: Journal) -> None:
    agreement = opened(journal)
    with pytest.raises(NotAllowed):
        carry_out(journal, adding(agreement, by=AGUS))


def test_what_is_hidden_is_unknown_to_others(journal: Journal) -> None:
    hidden = opened(journal, proposal(visibility="organisation"))
    with pytest.raises(UnknownAgreement):
        carry_out(journal, adding(hidden, by=AGUS))
    with pytest.raises(NotAllowed):
        carry_out(journal, adding(hidden, by=VIEWER))
    carry_out(journal, adding(hidden, fact("granted", organisation=AGUS.organisation)))
    with pytest.raises(NotAllowed):
        carry_out(journal, adding(hidden, by=AGUS))


def test_the_new_owner_records_once_an_agreement_was_handed_over(journal: Journal) -> None:
    agreement = opened(journal)
    carry_out(journal, adding(agreement, fact("handed_over", organisation=AGUS.organisation)))
    with pytest.raises(NotAllowed):
        carry_out(journal, adding(agreement))
    assert carry_out(journal, adding(agreement, by=AGUS)).results[0].version == 3
    assert journal.accesses([agreement])[agreement].owner == AGUS.organisation


def test_an_owner_uses_a_reference_once(journal: Journal) -> None:
    opened(journal, proposal(reference="B/1"))
    with pytest.raises(Refused) as refused:
        opened(journal, proposal(reference="B/1"))
    assert (refused.value.code, refused.value.params) == ("reference_taken", {"reference": "B/1"})
    opened(journal, proposal(reference="B/1"), by=AGUS)
    assert journal.head() == 2


def test_a_reference_is_taken_among_commands_stored_together(journal: Journal) -> None:
    heard = outcomes(journal, [proposing(proposal(reference="B/1")) for _ in range(10)])
    assert sum(isinstance(outcome, Refused) for outcome in heard) == 9
    step = Step(None, (proposal(reference="B/2"),))
    with pytest.raises(Refused):
        carry_out(journal, command(step, step))


def test_a_reference_is_taken_by_a_correction_and_by_a_handover_too(journal: Journal) -> None:
    opened(journal, proposal(reference="B/1"))
    other = opened(journal)
    right = proposal(reference="B/1").model_dump(mode="json")
    with pytest.raises(Refused) as corrected:
        carry_out(journal, adding(other, fact("corrected", version=1, reason="typo", fact=right)))
    assert corrected.value.code == "reference_taken"
    theirs = opened(journal, proposal(reference="B/1"), by=AGUS)
    with pytest.raises(Refused) as handed:
        carry_out(journal, adding(theirs, fact("handed_over", organisation="kota-bandung"), by=AGUS))
    assert handed.value.code == "reference_taken"


def test_a_reference_is_free_again_once_its_proposal_is_retracted(journal: Journal) -> None:
    first = opened(journal, proposal(reference="B/1"))
    carry_out(journal, adding(first, fact("retracted", version=1, reason="twice")))
    second = opened(journal, proposal(reference="B/1"))
    with pytest.raises(Refused) as refused:
        carry_out(journal, adding(first, fact("retracted", version=2, reason="it was right")))
    assert refused.value.code == "reference_taken"
    carry_out(journal, adding(second, fact("retracted", version=1, reason="so this goes")))
    restored = carry_out(journal, adding(first, fact("retracted", version=2, reason="it was right")))
    assert restored.results[0].version == 3


def test_references_change_hands_among_commands_stored_together(journal: Journal) -> None:
    first, second = opened(journal, proposal(reference="B/1")), opened(journal, proposal(reference="B/2"))

    def refer(agreement: UUID, reference: str) -> Step:
        right = proposal(reference=reference).model_dump(mode="json")
        return Step(agreement, (fact("corrected", version=1, reason="renumbered", fact=right),))

    futures = gathered(
        journal,
        [
            proposing(),
            command(refer(first, "B/3"), refer(second, "B/1"), refer(first, "B/2")),
            adding(first, fact("retracted", version=1, reason="void")),
            proposing(proposal(reference="B/2")),
        ],
    )
    assert [future.exception(SECONDS) for future in futures] == [None] * 4


def test_the_same_parties_again_are_a_possible_duplicate(journal: Journal) -> None:
    opened(journal)
    for parties, codes in ((list(reversed(PARTIES)), ["possible_duplicate"]), (PARTIES[:1], [])):
        answer = carry_out(journal, proposing(proposal(parties=parties)))
        found = [warned.code for warned in answer.results[0].warnings]
        assert [code for code in found if code == "possible_duplicate"] == codes
    theirs = carry_out(journal, proposing(by=AGUS))
    assert "possible_duplicate" not in [warned.code for warned in theirs.results[0].warnings]


def test_twins_are_those_that_came_later(journal: Journal) -> None:
    first, second = opened(journal), opened(journal)
    carry_out(journal, adding(first))
    assert journal.twins([first, second]) == {second}


def test_an_entry_says_who_recorded_it_with_what(journal: Journal, clock: Clock) -> None:
    wanted = proposing(proposal(), note(), correlation_id="import-4")
    agreement = carry_out(journal, wanted).results[0].agreement
    for version, entry in enumerate(journal.trail(agreement), 1):
        assert (entry.agreement, entry.version, entry.position) == (agreement, version, version)
        assert entry.recorded_by.model_dump() == {
            "actor": RINI.id,
            "role": "coordinator",
            "organisation": "kota-bandung",
        }
        assert (entry.command_id, entry.correlation_id) == (wanted.command_id, "import-4")
        assert (entry.software, entry.recorded_at) == ("0.1.0", clock.now)


def test_times_are_stored_in_utc_to_the_microsecond(journal: Journal, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 22, 6, 59, 59, tzinfo=timezone(timedelta(hours=7)))
    agreement = opened(journal)
    [stored] = journal.recorder.select_events(agreement)
    assert b'"recorded_at":"2026-11-21T23:59:59.000000Z"' in stored.state
    [entry] = journal.trail(agreement)
    assert entry.recorded_at == datetime(2026, 11, 21, 23, 59, 59, tzinfo=UTC)
    assert journal.recorded(entry).recorded_on.isoformat() == "2026-11-22"  # the day in Jakarta
