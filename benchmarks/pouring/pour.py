"""Pours agreements into a Pakta, batch by batch, and keeps count of what became of every fact."""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from benchmarks.pouring.client import Answer, Client, Unexpected
from benchmarks.pouring.report import Refusal, Report
from benchmarks.pouring.rows import Fact, Mapped

FACTS_IN_A_BATCH = 200
WHOLE = {"reference_taken"}  # said of an agreement, not of one of its facts
POINTER = re.compile(r"/commands/(\d+)/facts/(\d+)")
KEY = "treaties-"


Commands = list[tuple[str, list[Fact]]]


class Refused(NamedTuple):
    """The fact that a batch was refused for; `whole`: its agreement cannot be stored without it."""

    step: int
    number: int
    code: str
    detail: str
    whole: bool


@dataclass
class Tally:
    """What became of the facts. Every one that is sent is stored, was stored before, or is refused."""

    sent: int = 0
    stored: int = 0
    stored_before: int = 0
    requests: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Refusal]] = field(default_factory=lambda: defaultdict(list))
    whole: set[str] = field(default_factory=set)
    warnings: Counter[str] = field(default_factory=Counter)

    def refuse(self, refusal: Refusal) -> None:
        """Count a refusal, and keep the first few as examples."""
        self.refused[refusal.code] += 1
        if len(self.examples[refusal.code]) < 3:
            self.examples[refusal.code].append(refusal)


class Pour:
    """Sends batches. A fact that is refused is left out, and the batch is sent again without it."""

    def __init__(self, client: Client, report: Report, head: int) -> None:
        self.client = client
        self.report = report
        self.head = head  # of the journal before we began: what has a smaller position was stored before
        self.tally = Tally()

    def run(self, agreements: Iterable[Mapped], tell: Callable[[int], None]) -> None:
        """Send everything, telling how many facts have been dealt with."""
        for batch in batches(agreements):
            self.tally.sent += sum(len(agreement.facts) for agreement in batch)
            self._settle([(agreement.reference, [*agreement.facts]) for agreement in batch])
            tell(self.tally.sent)

    def _settle(self, commands: Commands) -> None:
        """Send a batch until what is left of it is stored.

        What comes before a refusal is sent on its own, for nothing is wrong with it; the rest goes on without
        what was refused. A later run that remembers the refusals cuts the batch in the same places, so that
        the keys are the same and nothing is stored twice.
        """
        while commands:
            refused = self._remembered(commands) or self._send(commands)
            if refused is None:
                return
            self._leave_out(commands[refused.step], refused)  # written down before anything else is stored
            self._settle(commands[: refused.step])
            commands = commands[refused.step :]
            commands = [command for command in commands if command[1]]

    def _remembered(self, commands: Commands) -> Refused | None:
        """The first refusal that an earlier run was told about these facts."""
        for step, (reference, facts) in enumerate(commands):
            for number, fact in enumerate(facts):
                if known := self.report.known(reference, fact):
                    return Refused(step, number, known.code, known.detail, whole=known.whole)
        return None

    def _send(self, commands: Commands) -> Refused | None:
        body = json.dumps({"commands": [{"facts": facts} for _, facts in commands]}).encode()
        answer = self.client.post("/api/v1/batches", body, KEY + hashlib.sha256(body).hexdigest()[:40])
        self.tally.requests += 1
        if answer.status == 201:
            self._count(commands, answer.body["results"])
            return None
        return _first_refusal(answer)

    def _count(self, commands: Commands, results: list[dict[str, Any]]) -> None:
        for (_, facts), result in zip(commands, results, strict=True):
            if result["position"] <= self.head:
                self.tally.stored_before += len(facts)
            else:
                self.tally.stored += len(facts)
            self.tally.warnings.update(warning["code"] for warning in result["warnings"])

    def _leave_out(self, command: tuple[str, list[Fact]], refused: Refused) -> None:
        """Take out a fact; without its opening, the whole agreement."""
        reference, facts = command
        gone = facts[:] if refused.whole else [facts[refused.number]]
        if refused.whole:
            self.tally.whole.add(reference)
        for fact in gone:
            refusal = Refusal(reference, refused.code, refused.detail, fact, whole=refused.whole)
            self.tally.refuse(refusal)
            self.report.add(refusal)
        facts[:] = [] if refused.whole else facts[: refused.number] + facts[refused.number + 1 :]


def _first_refusal(answer: Answer) -> Refused:
    """The first fact that an answer names.

    Raises:
        Unexpected: it names none.
    """
    problem = answer.body
    named = [
        (int(found[1]), int(found[2]), error["detail"])
        for error in problem.get("errors", ())
        if answer.status in (409, 422) and (found := POINTER.match(error.get("pointer", "")))
    ]
    if not named:
        raise Unexpected(f"POST /batches: {answer.status} {problem}")
    step, number, detail = min(named)
    whole = number == 0 or problem["code"] in WHOLE
    return Refused(step, number, problem["code"], detail, whole=whole)


def batches(agreements: Iterable[Mapped], size: int = FACTS_IN_A_BATCH) -> Iterator[list[Mapped]]:
    """Whole agreements, about so many facts at a time."""
    batch: list[Mapped] = []
    facts = 0
    for agreement in agreements:
        batch.append(agreement)
        facts += len(agreement.facts)
        if facts >= size:
            yield batch
            batch, facts = [], 0
    if batch:
        yield batch
