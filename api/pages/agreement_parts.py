"""The parts of an agreement's page: chips, ladder, people, facts and the figure of its two lines of time."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from api.language import english, say, say_number
from api.pages import dates
from api.pages.happenings import Happening
from api.pages.loom import LYING, UPRIGHT, Drawing, Shown, draw
from api.pages.names import NAMES, OPEN_SHAPES, RUNG_SHAPES
from api.pages.steps import OPEN_STATES
from api.pages.two_lines import happened_knots, sittings, strands
from domain.agreement import History, State
from domain.agreement.derive import by_then
from domain.agreement.ends import TURNS, ends
from domain.agreement.flags import MOVES, stalled_from
from domain.agreement.today import Today
from domain.agreement.transitions import RUNGS, Rung
from domain.facts import Signed, Turn, VisitHeld
from domain.values import Party, Person

PARTY_ROLES = {
    "associate": english("associate"),
    "facilitator": english("facilitator"),
    "witness": english("witness"),
    "observer": english("observer"),
}


class Chip(NamedTuple):
    """A few words with a shape, in a colour."""

    shape: str
    words: str
    colour: str = ""


def chips(state: State, history: History, day: date, language: str) -> list[Chip]:
    """What needs attention, in a few words each."""
    return list(_chips(state, history, day, language))


def _chips(state: State, history: History, day: date, language: str) -> Iterator[Chip]:
    def named(word: str) -> str:
        return say(language, NAMES[word])

    if state.voided:
        yield Chip("x", say(language, "Void"))
        return
    if state.standing != "active":
        yield Chip("stall" if state.standing == "suspended" else "end", named(state.standing), "ochre")
    if state.follow_up.state == "overdue":
        yield Chip("late", named("overdue"), "red")
    yield from _flagged(state, history, day, language)
    if any(warned.code == "sources_disagree" for warned in state.warnings):
        yield Chip("differ", say(language, "Sources disagree"), "ochre")


def _flagged(state: State, history: History, day: date, language: str) -> Iterator[Chip]:
    if "stalled" in state.flags:
        certain, _ = by_then(history, Today(day))
        since = stalled_from(certain.latest(MOVES), state.visits, state.commitments)
        month = {"month": dates.month(since, language)}
        if "dormant" in state.flags:
            yield Chip("stall", say(language, "Dormant, stalled since {month}", month), "ochre")
        else:
            yield Chip("stall", say(language, "Stalled since {month}", month), "ochre")
    shown = ("no_next_step", "expiring_30", "expiring_90", "expiring_180", "notice_due")
    for flag in [flag for flag in state.flags if flag in shown][:3]:
        yield Chip("nonext" if flag == "no_next_step" else "end", say(language, NAMES[flag]), "ochre")


class Rungs(NamedTuple):
    """A rung of the ladder: its shape, its date (EDTF), how it stands, and the chip beside it."""

    name: Rung
    shape: str
    classes: str
    known: bool
    edtf: str | None
    days_overdue: int | None
    other: bool


def ladder(state: State, history: History) -> list[Rungs]:
    """Six rungs. A visit that is planned shows its window."""
    reached = [rung for rung in RUNGS if _reached(rung, state)]
    disputed = {warned.version for warned in state.warnings if warned.code == "sources_disagree"}
    found = []
    for number, rung in enumerate(RUNGS):
        known = rung in reached
        following = RUNGS[number + 1] if number + 1 < len(RUNGS) else None
        planned = rung == "follow_up_visit_scheduled" and known and state.follow_up.state in OPEN_STATES
        late = planned and state.follow_up.state == "overdue"
        classes = ["plan" if planned else "done" if known else "open"]
        classes += ["late"] if late else []
        classes += ["on"] if known and following in reached and not planned else []
        found.append(
            Rungs(
                rung,
                RUNG_SHAPES[rung] if known else OPEN_SHAPES[rung],
                " ".join(classes),
                known,
                state.follow_up.window if planned else state.milestones[rung],
                state.follow_up.days_overdue if late else None,
                any(_is_rung(history, version, rung) for version in disputed),
            )
        )
    return found


def _reached(rung: Rung, state: State) -> bool:
    return state.milestones[rung] is not None or rung == state.status or _undated(rung, state)


def _undated(rung: Rung, state: State) -> bool:
    """A rung whose day nobody knows is reached all the same."""
    visits = [visit for visit in state.visits if visit.follow_up and visit.state != "cancelled"]
    return {
        "proposed": state.begun,
        "loi_signed": state.instrument == "loi",
        "mou_signed": state.instrument == "mou",
        "follow_up_visit_scheduled": any(visit.window for visit in visits),
        "follow_up_visit_held": any(visit.state == "held" for visit in visits),
        "realised": False,
    }[rung]


def _is_rung(history: History, version: int, rung: Rung) -> bool:
    return version in history.standing and history.standing[version].fact.type == rung


def ended_on(history: History, state: State) -> str | None:
    """When its end, or its suspension, took effect (EDTF)."""
    if state.standing in ("terminated", "withdrawn", "succeeded"):
        known = [end for end in ends(history.counted) if end.type == state.standing]
        turns = [history.standing[known[-1].version]] if known else []
    else:
        turns = [s for s in history.counted.of_types(TURNS) if s.fact.type == state.standing]
    if not turns or not isinstance(fact := turns[-1].fact, Turn):
        return None
    when = fact.effective or fact.occurred
    return when.edtf if when else None


def people(state: State, history: History) -> dict[str, list[Person]]:
    """Who acted, by the name of a party; those of none under an empty name."""
    found: dict[str, list[Person]] = {name: [] for name in (*(party.name for party in state.parties), "")}
    for standing in history.counted.in_order:
        fact = standing.fact
        named = fact.signatories if isinstance(fact, Signed) else ()
        named += fact.participants if isinstance(fact, VisitHeld) else ()
        for person in named:
            here = found[_side(person, state.parties)]
            if (person.name or person.office) and person not in here:
                here.append(person)
    return found


def _side(person: Person, parties: Sequence[Party]) -> str:
    for party in parties:
        ref = person.party
        if ref is not None and (party.is_called(ref) if isinstance(ref, str) else ref.key == party.key):
            return party.name
    return ""


def figures(
    happened: Sequence[Happening], history: History, state: State, day: date, language: str
) -> tuple[Drawing, Drawing]:
    """The two lines of time, lying and upright."""
    recorded_on = {version: entry.recorded_on for version, entry in history.entries.items()}
    waiting = [visit.visit for visit in state.visits if visit.state in OPEN_STATES and visit.visit]
    drawn = strands(happened, recorded_on, waiting, language)
    late = [visit for visit in state.visits if visit.days_overdue and visit.overdue_from]
    longest = max(late, key=lambda visit: visit.days_overdue or 0, default=None)
    overdue = ""
    if longest and longest.days_overdue:
        words = say_number(language, "{number} day overdue", "{number} days overdue", longest.days_overdue)
        overdue = words.format(number=longest.days_overdue)
    shown = Shown(
        happened_knots(drawn, language),
        sittings(recorded_on.values(), language),
        day,
        recorded_on[history.version],
        longest.overdue_from if longest else None,
        overdue,
        names=(say(language, "Happened"), say(language, "Recorded")),
    )
    return draw(shown, LYING), draw(shown, UPRIGHT)
