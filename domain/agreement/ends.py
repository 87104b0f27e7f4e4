"""How an agreement ends, and until when it stands."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from domain.agreement.standing import WHEN, Facts, Standing, types_of
from domain.agreement.state import AgreementStanding
from domain.agreement.today import Today
from domain.agreement.transitions import ENDS, INSTRUMENTS, TRANSITIONS, transition
from domain.facts import Amended, Extended, Signed, Turn
from domain.uncertain_date import Span, UncertainDate

PAPERS = types_of(Signed, Extended, Amended)
TURNS = ENDS | {"suspended", "resumed"}


class Turned(NamedTuple):
    """A change of standing, and when it took effect."""

    span: Span
    version: int
    type: str

    @property
    def order(self) -> tuple[date, date, int, int]:
        """By latest day: a turn of unknown day counts from when it was recorded. Then as all facts."""
        return (self.span.latest, self.span.earliest, TRANSITIONS[self.type].order, self.version)


def turned(standing: Standing) -> Turned:
    """When a change of standing took effect: `effective` counts, else `occurred`."""
    effective = standing.fact.effective if isinstance(standing.fact, Turn) else None
    return Turned(effective.certain if effective else standing.span, standing.version, standing.fact.type)


def ends(facts: Facts) -> list[Turned]:
    """Every end that stands, the latest last."""
    return sorted(map(turned, facts.of_types(ENDS)), key=lambda end: end.order)


def ended_before(end: Turned, standing: Standing) -> bool:
    """Whether a fact certainly happened after an end."""
    return standing.span.certainly_after(end.span)


def validity(papers: Iterable[Standing]) -> UncertainDate | None:
    """Until when the paper runs: what the furthest instrument says, as prolonged or amended since.

    Another paper of the same rank that names no end leaves the end as it is, unless that was past by then.
    """
    reached, until = 0, None
    for standing in sorted(papers, key=WHEN):
        match standing.fact:
            case Signed(valid_until=stated):
                instrument = INSTRUMENTS.index(transition(standing.fact).instrument or "none")
                anew = until is None or standing.span.earliest > until.last
                if instrument > reached or (instrument == reached and (stated or anew)):
                    reached, until = instrument, stated
            case Extended(valid_until=stated) | Amended(valid_until=stated):
                until = stated or until
    return until


def standing_on(facts: Facts, until: UncertainDate | None, today: Today) -> AgreementStanding:
    """An end weighs more than expiry, expiry more than suspension."""
    in_effect = [t for t in map(turned, _turns(facts, today)) if today.reached(t.span.latest)]
    final = [t for t in in_effect if t.type in ENDS]
    if final:
        last = max(final, key=lambda end: end.order)
        return last.type  # type: ignore[return-value]  # the three types in ENDS are standings by name
    if until is not None and today.passed(until.last):
        return "expired"
    pauses = [t for t in in_effect if t.type in ("suspended", "resumed")]
    if pauses and max(pauses, key=lambda turn: turn.order).type == "suspended":
        return "suspended"
    return "active"


def _turns(facts: Facts, today: Today) -> Iterator[Standing]:
    """A stated effective day counts of itself; without one the fact must certainly have occurred."""
    for standing in facts.of_types(TURNS):
        stated = isinstance(standing.fact, Turn) and standing.fact.effective is not None
        if today.reached(standing.span.earliest if stated else standing.span.latest):
            yield standing


def last_day(until: UncertainDate | None) -> date | None:
    """The last day on which the paper runs, if there is one."""
    return until.last if until is not None and until.last != date.max else None
