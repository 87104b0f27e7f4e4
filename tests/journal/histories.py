"""Small made-up histories, recorded over the days as people would."""

import random
from uuid import UUID

from domain.agreement import Refused
from domain.facts import Fact
from domain.journal import Journal
from tests.conftest import Clock
from tests.journal.people import AGUS, RINI, adding, carry_out, fact, note, opened, proposal

FACTS: tuple[Fact, ...] = (
    fact("loi_signed", occurred="2026-03", fields=["waste", {"name": "parks", "standing": "exploring"}]),
    fact("mou_signed", occurred="2026-06-01", valid_until="2027-06-01", notice_days=60),
    fact(
        "follow_up_visit_scheduled",
        occurred="2026-10",
        visit="spring",
        window="2027-04",
        certainty="tentative",
    ),
    fact(
        "follow_up_visit_scheduled",
        occurred="2026-07",
        visit="autumn",
        window="2026-11",
        visitor="Kota Nanning",
    ),
    fact("visit_confirmed", visit="spring"),
    fact("visit_rescheduled", visit="spring", window="2027-05-20"),
    fact("visit_held", visit="autumn", occurred="2026-11-12/2026-11-20"),
    fact("commitment_made", commitment="plant", text="Build a compost plant", due="2026-12-15"),
    fact("progress_reported", commitment="plant", percent=40),
    fact("commitment_realised", commitment="plant", occurred="2026-11-22?"),
    fact("party_joined", party={"name": "Kabupaten Bandung", "kind": "regency", "country": "ID"}),
    fact("party_left", party="Kabupaten Bandung", effective="2027-01-31"),
    fact("extended", occurred="2026-11-20", valid_until="2028"),
    fact("suspended", occurred="2026-11-21", effective="2026-12-01"),
    fact("visibility_changed", visibility="organisation"),
    fact("granted", organisation=AGUS.organisation),
    fact("statement_recorded", text="We are close", occurred="2026-09"),
    fact("evidence_attached", version=1, evidence=[{"title": "A paper"}], says={"occurred": "2025"}),
    fact("retracted", version=2, reason="recorded on the wrong agreement"),
    fact("retracted", version=1, reason="it never was"),
    note("Called them"),
)


def recorded(journal: Journal, clock: Clock, seed: int, facts: int = 25) -> list[UUID]:
    """Three agreements to which chance adds what may be added, over some weeks."""
    chance = random.Random(seed)  # noqa: S311  # it makes up histories, not secrets
    agreements = [
        opened(journal, proposal(occurred="2025"), by=RINI),
        opened(journal, proposal("Shenzhen", visibility="organisation", kind="government")),
        opened(journal, proposal("A network", kind="network", occurred="../2026-01")),
    ]
    for _ in range(facts):
        clock.pass_days(chance.choice((0, 0, 1, 3)))
        try:
            carry_out(journal, adding(chance.choice(agreements), chance.choice(FACTS)))
        except Refused:
            continue
    return agreements
