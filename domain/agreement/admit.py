"""What may be added to a history. Only what cannot be true is refused."""

from typing import NamedTuple

from domain.agreement.history import History, Recorded, evolve
from domain.agreement.impossible import impossible
from domain.agreement.rules import Step
from domain.agreement.standing import types_of
from domain.agreement.state import Warned
from domain.agreement.today import days_after
from domain.agreement.warnings import unusual
from domain.facts import Corrected, EvidenceAttached, Fact, Proposed, Retracted

REFUSALS = {
    "not_proposed": "An agreement opens with its proposal; the first fact must be `proposed`.",
    "already_proposed": "This agreement has been proposed already; only version 1 can be `proposed`.",
    "first_stays_proposed": "Version 1 opens the agreement; a correction must leave it `proposed`.",
    "in_the_future": "{occurred} is later than tomorrow. Plans have fields of their own, such as `window`.",
    "voided": "This agreement is void, because its proposal was retracted. Retract that retraction first.",
    "unknown_version": "There is no version {target} of this agreement; the newest is {newest}.",
    "not_an_original": "Version {target} is a correction or a retraction itself. Name the entry it is about.",
    "already_retracted": "Version {target} has been retracted already. Retract the retraction to restore it.",
    "unknown_field": "Version {target} is a `{type}`, which has no field {field}.",
    "ended": "The agreement ended in version {end}, before this happened. A new cycle is a new agreement.",
    "loi_after_mou": "The letter of intent would follow every memorandum. If so, give an `override_reason`.",
    "realised_unsigned": "Nothing is signed that could be realised. If so, give an `override_reason`.",
    "unknown_visit": "No visit {visit} has been scheduled in this agreement.",
    "visit_exists": "A visit {visit} exists already; choose another id.",
    "unknown_commitment": "No commitment {commitment} has been made in this agreement.",
    "commitment_exists": "A commitment {commitment} exists already; choose another id.",
    "reference_taken": "The reference {reference} is in use already for another agreement of the same owner.",
}
NAMING_VERSIONS = types_of(Corrected, Retracted, EvidenceAttached)
RECORD_KEEPING_ON_VOID = frozenset({"retracted", "annotated", "evidence_attached"})


class Refused(Exception):
    """A fact that cannot be true, given the history. `code` is stable; `params` fill its sentence.

    `step` and `fact` say, counting from 0, which fact of a command it was.
    """

    step: int = 0
    fact: int = 0

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = {name: str(value) for name, value in params.items()}
        super().__init__(REFUSALS[code].format(**self.params))


class Admitted(NamedTuple):
    """The history with the fact, and the warnings that it brought."""

    history: History
    warnings: tuple[Warned, ...]


def admit(history: History, entry: Recorded) -> Admitted:
    """Add a fact that is being recorded now.

    Raises:
        Refused: it cannot be true, or it would make the history impossible.
    """
    _check_opening(history, entry.fact)
    _check_days(entry)
    if entry.fact.type in NAMING_VERSIONS:
        _check_target(history, entry.fact)
    after = evolve(history, entry)
    step = Step(history, entry, after)
    for found in step.brings(impossible):
        raise Refused(found.code, **dict(found.params))
    return Admitted(after, tuple(step.brings(unusual)))


def _check_opening(history: History, fact: Fact) -> None:
    if not history.entries:
        if fact.type != "proposed":
            raise Refused("not_proposed")
    elif fact.type == "proposed":
        raise Refused("already_proposed")
    elif history.proposed is None and fact.type not in RECORD_KEEPING_ON_VOID:
        raise Refused("voided")


def _check_days(entry: Recorded) -> None:
    inner = (entry.fact.fact,) if entry.fact.type == "corrected" else ()
    for fact in (entry.fact, *inner):
        if fact.occurred is None or (earliest := fact.occurred.earliest) <= entry.recorded_on:
            continue
        if earliest > days_after(entry.recorded_on, 1):
            raise Refused("in_the_future", occurred=fact.occurred.edtf)


def _check_target(history: History, fact: Fact) -> None:
    if not isinstance(fact, Corrected | Retracted | EvidenceAttached):
        return
    target = history.entries.get(fact.version)
    if target is None:
        raise Refused("unknown_version", target=fact.version, newest=history.version)
    if isinstance(fact, EvidenceAttached):
        standing = history.standing.get(fact.version)
        _check_says(standing.fact if standing else target.fact, fact)
        return
    if history.is_struck(fact.version):
        raise Refused("already_retracted", target=fact.version)
    if isinstance(fact, Corrected):
        if isinstance(target.fact, Corrected | Retracted):
            raise Refused("not_an_original", target=fact.version)
        if isinstance(fact.fact, Proposed) != (fact.version == 1):
            raise Refused("first_stays_proposed" if fact.version == 1 else "already_proposed")


def _check_says(target: Fact, source: EvidenceAttached) -> None:
    known = {field.alias or name for name, field in type(target).model_fields.items()}
    for name in source.says:
        if name not in known:
            raise Refused("unknown_field", target=source.version, type=target.type, field=name)
