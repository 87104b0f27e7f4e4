"""Who may see an agreement, and who may write to it."""

from itertools import product
from typing import get_args

import pytest

from domain.agreement.access import Access, Action, Actor, Role, access, may
from domain.values import Visibility
from tests.facts import correct, proposed, retract
from tests.given import fact, given, recorded

ROLES: tuple[Role, ...] = get_args(Role)
ORGANISATIONS = {"own": "kota-bandung", "granted": "provinsi-jawa-barat", "other": "kota-serang"}
GRANTED = fact("granted", organisation="provinsi-jawa-barat")
REVOKED = fact("revoked", organisation="provinsi-jawa-barat")


@pytest.mark.parametrize(("role", "belongs"), list(product(ROLES, ORGANISATIONS)))
def test_everybody_reads_what_is_public(role: Role, belongs: str) -> None:
    assert may(Actor("a", role, ORGANISATIONS[belongs]), "read", agreement("public"))


def test_the_public_reads_what_is_public_and_nothing_else() -> None:
    assert may(None, "read", agreement("public"))
    assert not may(None, "read", agreement("organisation"))


@pytest.mark.parametrize(("role", "belongs"), list(product(ROLES, ORGANISATIONS)))
def test_what_is_closed_is_read_by_its_owner_by_whom_it_was_granted_and_by_auditors(
    role: Role, belongs: str
) -> None:
    expected = belongs in ("own", "granted") or role == "auditor"
    assert may(Actor("a", role, ORGANISATIONS[belongs]), "read", agreement("organisation")) is expected


@pytest.mark.parametrize(
    ("role", "belongs", "visibility"), list(product(ROLES, ORGANISATIONS, get_args(Visibility)))
)
def test_only_a_coordinator_of_the_owner_records(role: Role, belongs: str, visibility: Visibility) -> None:
    expected = role == "coordinator" and belongs == "own"
    assert may(Actor("a", role, ORGANISATIONS[belongs]), "record", agreement(visibility)) is expected


@pytest.mark.parametrize(("action", "visibility"), list(product(get_args(Action), get_args(Visibility))))
def test_without_a_token_nothing_is_recorded(action: Action, visibility: Visibility) -> None:
    assert may(None, action, agreement(visibility)) is (action == "read" and visibility == "public")


def agreement(visibility: Visibility) -> Access:
    """Bandung's, granted to West Java."""
    return access(given(proposed(visibility=visibility), GRANTED).history)


def test_an_agreement_belongs_to_whoever_recorded_version_1() -> None:
    told = (
        recorded("2020-01-01", proposed(), "kota-serang"),
        recorded("2020-01-02", GRANTED, "kota-bandung"),
    )
    given(*told).then(owner="kota-serang")


def test_it_is_public_unless_told_otherwise() -> None:
    given(proposed()).then(visibility="public")
    given(proposed(visibility="organisation")).then(visibility="organisation")


def test_it_is_handed_over_and_back() -> None:
    story = given(proposed(), fact("handed_over", organisation="otorita-ikn")).then(owner="otorita-ikn")
    story.when(fact("handed_over", organisation="kota-bandung")).then(owner="kota-bandung")


def test_the_former_owner_of_a_closed_agreement_sees_it_no_more() -> None:
    story = given(proposed(visibility="organisation"), fact("handed_over", organisation="otorita-ikn"))
    former = Actor("a", "coordinator", "kota-bandung")
    assert not may(former, "read", access(story.history))
    assert not may(former, "record", access(story.history))


def test_a_grant_can_be_revoked_and_given_again() -> None:
    granted = given(proposed(visibility="organisation"), GRANTED)
    assert access(granted.history).readers == {"provinsi-jawa-barat"}
    assert access(granted.when(REVOKED).history).readers == frozenset()
    assert access(granted.when(REVOKED, GRANTED).history).readers == {"provinsi-jawa-barat"}
    assert access(granted.when(REVOKED, retract(3)).history).readers == {"provinsi-jawa-barat"}


def test_visibility_can_be_changed() -> None:
    closed = given(proposed(), fact("visibility_changed", visibility="organisation"))
    closed.then(visibility="organisation")
    closed.when(fact("visibility_changed", visibility="public")).then(visibility="public")
    closed.when(retract(2)).then(visibility="public")


def test_what_keeps_the_record_counts_in_order_of_recording_whatever_its_date() -> None:
    given(
        proposed(),
        fact("handed_over", "2025", organisation="first"),
        fact("handed_over", "2020", organisation="second"),
    ).then(owner="second")


def test_a_corrected_proposal_says_how_visible_it_is() -> None:
    given(proposed(), correct(1, proposed(visibility="organisation"))).then(visibility="organisation")


def test_a_void_agreement_is_no_more_public_than_it_was() -> None:
    given(proposed(visibility="organisation"), retract(1)).then(
        visibility="organisation", owner="kota-bandung"
    )
    given(proposed(), correct(1, proposed(visibility="organisation")), retract(1)).then(
        visibility="organisation"
    )
