"""What a form can offer from what is recorded: parties, offices, places, open visits and commitments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from api.language import say
from api.pages.dates import said
from api.pages.names import FACTS
from api.running import Running
from domain.agreement import History, State
from domain.agreement.access import Actor
from domain.agreement.state import Commitment, Visit
from domain.journal import Entry
from projections import dashboards

MOST = 200  # suggestions of a kind
OPEN = ("tentative", "scheduled", "confirmed", "overdue", "open")
Option = tuple[str, str]
T = TypeVar("T", Visit, Commitment)


@dataclass(frozen=True)
class Offer:
    """Values to choose from, each with its words, and words to be suggested while one types."""

    parties: Sequence[Mapping[str, Any]] = ()
    fields: Sequence[str] = ()
    people: Sequence[str] = ()
    offices: Sequence[str] = ()
    places: Sequence[str] = ()
    visits: Sequence[Option] = ()
    commitments: Sequence[Option] = ()
    versions: Sequence[Option] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)  # of each version, as it is stated now

    def new_id(self, what: str) -> str:
        """An id that no visit or commitment has yet, such as `visit-2`."""
        taken = {name for name, _ in (*self.visits, *self.commitments)}
        return next(name for n in range(1, MOST * MOST) if (name := f"{what}-{n}") not in taken)

    def options(self, name: str, *, current: str = "") -> list[Option]:
        """What a field that names an id or an entry can name; what it names already among them."""
        found = {
            "visit": self.visits,
            "possibly_same_as": self.visits,
            "version": self.versions,
        }.get(name, self.commitments)
        known = {value for value, _ in found}
        return [*found, *([(current, current)] if current and current not in known else [])]


def offer(
    running: Running,
    actor: Actor,
    language: str,
    *,
    trail: Sequence[Entry] = (),
    state: State | None = None,
    history: History | None = None,
) -> Offer:
    """What can be offered to somebody who records, on an agreement or for a new one."""
    with running.views.on(running.journal.today(), "parties", "register") as view:
        known = dashboards.parties(view, actor, {}, None, MOST).rows
        fields = [str(row["name"]) for row in dashboards.fields(view, actor, None, MOST).rows]
    ours = [party.model_dump(mode="json") for party in (state.parties if state else ())]
    names = {party["name"] for party in ours}
    facts = [entry.fact.model_dump(mode="json") for entry in trail]
    return Offer(
        parties=[*ours, *(dict(row) for row in known if row["name"] not in names)],
        fields=fields,
        people=_heard(facts, "name", beside="office"),
        offices=_heard(facts, "office"),
        places=_heard(facts, "place"),
        visits=[
            (v.visit, _visit(v, language)) for v in _open_first(state.visits if state else ()) if v.visit
        ],
        commitments=[(c.commitment, c.text) for c in _open_first(state.commitments if state else ())],
        versions=[(str(entry.version), entry_words(entry, history, language)) for entry in trail],
        kinds={
            str(entry.version): (history.stated(entry.version)[1] if history else entry.fact).type
            for entry in trail
        },
    )


def entry_words(entry: Entry, history: History | None, language: str) -> str:
    """An entry in a line: its version, what it is, and when that happened."""
    fact = history.stated(entry.version)[1] if history else entry.fact
    words = [str(entry.version), say(language, FACTS[fact.type][1])]
    if fact.occurred and fact.occurred.edtf:
        words.append(said(fact.occurred.edtf, language))
    return " · ".join(words)


def pressing(state: State | None) -> dict[str, str]:
    """The ids of the one visit and the one commitment that are open, where there is just one."""
    found = {
        "visit": [
            visit.visit for visit in (state.visits if state else ()) if visit.visit and visit.state in OPEN
        ],
        "commitment": [c.commitment for c in (state.commitments if state else ()) if c.state in OPEN],
    }
    return {name: ids[0] for name, ids in found.items() if len(ids) == 1}


def _open_first(items: Sequence[T]) -> list[T]:
    return sorted(items, key=lambda item: item.state not in OPEN)


def _visit(visit: Visit, language: str) -> str:
    between = " → ".join(name for name in (visit.visitor, visit.host) if name)
    return " · ".join(part for part in (said(visit.window, language), between, visit.purpose) if part)


def _heard(facts: Sequence[Mapping[str, Any]], key: str, beside: str | None = None) -> list[str]:
    """Every text that facts have under a key, newest first."""
    found = (text for fact in reversed(facts) for text in _texts(fact, key, beside))
    return list(dict.fromkeys(found))[:MOST]


def _texts(value: Any, key: str, beside: str | None) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get(key), str) and (beside is None or beside in value):
            yield value[key]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _texts(item, key, beside)
