"""What can be recorded next on an agreement, the likeliest first, and what helps against each warning."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from api.language import english, say
from api.pages.happenings import as_stated
from api.pages.telling import LABELS, WORDS, Line, line
from domain.agreement import History, State, Warned
from domain.agreement.warnings import WARNINGS
from domain.facts import EvidenceAttached

OPEN_STATES = ("overdue", "tentative", "scheduled", "confirmed")
AGAINST = {
    "mou_without_loi": ("loi_signed", english("Record the LoI")),
    "gate_evidence_missing": ("approval_recorded", english("Record an approval")),
    "no_parties": ("party_joined", english("Record a party")),
}


class Step(NamedTuple):
    """Something to record: the type of fact (none: any), what the button says, and of which version."""

    type: str | None
    words: str
    version: int | None = None

    def path(self, agreement: str) -> str:
        """Where it is recorded."""
        kind = f"/{self.type}" if self.type else ""
        about = f"?version={self.version}" if self.version else ""
        return f"/agreements/{agreement}/record{kind}{about}"


class Statement(NamedTuple):
    """What one source states."""

    source: str
    says: Line


class Note(NamedTuple):
    """A warning in plain words: for two sources that disagree both statements, and what helps."""

    shape: str
    title: str
    version: int
    statements: list[Statement]
    step: Step


def next_steps(state: State, language: str) -> list[Step]:
    """What is likeliest to be recorded next; the last is anything else."""
    return [Step(kind, say(language, words)) for kind, words in _likely(state)]


def _likely(state: State) -> Iterator[tuple[str | None, str]]:
    if state.voided:
        return
    if state.standing in ("active", "suspended"):
        if any(visit.state in OPEN_STATES for visit in state.visits):
            yield "visit_held", english("Record what came of the visit")
            yield "visit_rescheduled", english("Reschedule")
        elif state.kind != "network":
            yield from _climbing(state)
    yield None, english("Record another fact")


def _climbing(state: State) -> Iterator[tuple[str, str]]:
    if state.instrument == "none":
        yield "loi_signed", english("Record the LoI")
    if state.instrument != "mou":
        yield "mou_signed", english("Record the MoU")
    if state.instrument != "none":
        yield "follow_up_visit_scheduled", english("Schedule a follow-up visit")


def notes(warnings: Sequence[Warned], history: History, language: str) -> list[Note]:
    """Warnings as notes; each stays until a fact resolves it."""
    return [_note(warned, history, language) for warned in warnings]


def _note(warned: Warned, history: History, language: str) -> Note:
    if warned.code == "sources_disagree":
        statements = list(_statements(warned, history, language))
        step = Step("corrected", say(language, "Decide by a correction"), warned.version)
        return Note("differ", say(language, "Two sources disagree"), warned.version, statements, step)
    title = warning_sentence(warned.code, dict(warned.params), language)
    if warned.code in AGAINST:
        kind, words = AGAINST[warned.code]
        return Note("warn", title, warned.version, [], Step(kind, say(language, words)))
    step = Step("corrected", say(language, "Correct it"), warned.version)
    return Note("warn", title, warned.version, [], step)


def warning_sentence(code: str, params: Mapping[str, str], language: str) -> str:
    """A warning in words; the words of the contract in it as people call them."""
    gates = [say(language, WORDS.get(gate, gate)) for gate in params.get("gates", "").split(", ")]
    field = params.get("field", "")
    called = {"gates": ", ".join(gates), "field": say(language, LABELS.get(field, field)).lower()}
    return say(language, WARNINGS[code], {**params, **called})


def _statements(warned: Warned, history: History, language: str) -> Iterator[Statement]:
    params = dict(warned.params)
    name, source = params["field"], history.entries[int(params["source"])].fact
    _, fact = history.stated(warned.version)
    yield Statement(_published(fact.evidence, language), line(name, getattr(fact, name, None), language))
    if isinstance(source, EvidenceAttached):
        read = line(name, as_stated(fact, name, source.says[name]), language)
        yield Statement(_published(source.evidence, language), read)


def _published(evidence: Sequence[object], language: str) -> str:
    for each in evidence:
        for name in ("publisher", "title", "url"):
            if found := getattr(each, name, None):
                return str(found)
    return say(language, "As recorded")
