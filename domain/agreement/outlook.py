"""How an agreement will stand from the day of its newest entry on, if nothing more is recorded."""

from dataclasses import dataclass
from datetime import date

from domain.agreement.derive import Settled, by_then, on_day, settled
from domain.agreement.history import History
from domain.agreement.state import State
from domain.agreement.today import Today


@dataclass(frozen=True, slots=True)
class Stretch:
    """An answer that holds from `since` until the day before `until`."""

    since: date
    until: date
    state: State


def outlook(history: History) -> list[Stretch]:
    """Every stretch from the newest entry's day on. It depends on what is recorded, never on the clock."""
    day: date | None = max(entry.recorded_on for entry in history.entries.values())
    stretches = []
    known: Settled | None = None
    while day is not None:
        today = Today(day)
        certain, uncertain = by_then(history, today)
        if known is None or len(known.certain) != len(certain):  # days only ever make more facts count
            known = settled(history, certain)
        state = on_day(known, uncertain, today)
        stretches.append(Stretch(day, today.turns or date.max, state))
        day = today.turns
    return stretches
