"""Tests as sentences: given what is recorded, when a fact is added, then this follows, or it is refused."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from domain.agreement import EMPTY, History, Recorded, Refused, State, Warned, admit, derive, fold
from domain.agreement.warnings import WARNINGS
from domain.facts import FACT, Fact

TODAY = "2026-11-21"
TODAYS_DATE = date.fromisoformat(TODAY)
OURS = "kota-bandung"


class Told(NamedTuple):
    """A fact, the day on which it is recorded, and the organisation that records it."""

    fact: Fact
    recorded_on: date
    by: str


def fact(type: str, occurred: Any = None, **fields: Any) -> Fact:  # noqa: A002  # the contract's own word
    """A fact, written as it would be sent. `from_` stands for `from`."""
    sent = {name.removesuffix("_"): value for name, value in fields.items()}
    return FACT.validate_json(json.dumps({"type": type, "occurred": occurred, **sent}, default=_sent))


def _sent(value: Any) -> Any:
    return value.model_dump(mode="json")


def recorded(day: str, told: Fact, by: str = OURS) -> Told:
    """A fact that is recorded on another day than today, or by somebody else."""
    return Told(told, date.fromisoformat(day), by)


def entries(*told: Fact | Told, after: int = 0) -> list[Recorded]:
    """Facts as entries, in order of recording."""
    full = [item if isinstance(item, Told) else recorded(TODAY, item) for item in told]
    return [Recorded(number, *item) for number, item in enumerate(full, start=after + 1)]


@dataclass(frozen=True)
class Story:
    """What is recorded so far, and how the last fact was received."""

    history: History = EMPTY
    brought: tuple[Warned, ...] = ()
    refusal: Refused | None = None
    day: date = TODAYS_DATE

    def when(self, *told: Fact | Told) -> "Story":
        """Add facts by the front door; the first that is refused ends it."""
        story = self.accepted()
        for entry in entries(*told, after=self.history.version):
            try:
                history, brought = admit(story.history, entry)
            except Refused as refusal:
                return replace(story, brought=(), refusal=refusal)
            story = replace(story, history=history, brought=brought)
        return story

    def on(self, day: str) -> "Story":
        """The same, looked at on another day."""
        return replace(self, day=date.fromisoformat(day))

    @property
    def state(self) -> State:
        """Every answer for the day."""
        return derive(self.accepted().history, self.day)

    def then(self, **answers: Any) -> "Story":
        """The answers are these. A set compares regardless of order, a dict names some of an object's."""
        state = self.state
        for name, expected in answers.items():
            told = getattr(state, name)
            if isinstance(expected, set):
                told = set(told)
            elif isinstance(expected, dict):
                told = {
                    key: told[key] if isinstance(told, Mapping) else getattr(told, key) for key in expected
                }
            assert told == expected, f"{name} is {told}, not {expected}"
        return self

    def accepted(self) -> "Story":
        """Nothing was refused."""
        assert self.refusal is None, f"refused: {self.refusal}"
        return self

    def refused(self, code: str, **params: str) -> "Story":
        """The last fact was refused, for this reason."""
        assert self.refusal is not None, "it was accepted"
        assert self.refusal.code == code, f"refused as {self.refusal.code}: {self.refusal}"
        assert params.items() <= self.refusal.params.items(), self.refusal.params
        return self

    def warned(self, code: str, version: int | None = None, **params: str) -> "Story":
        """The last fact brought this warning, and it stands."""
        about = self.history.version if version is None else version
        warning = Warned(code, about, tuple(params.items()))
        assert warning in self.accepted().brought, self.brought
        assert warning in self.state.warnings, self.state.warnings
        assert "{" not in WARNINGS[code].format(**params)
        return self

    def warning(self, *codes: str) -> "Story":
        """Exactly these kinds of warning stand."""
        assert {warned.code for warned in self.state.warnings} == set(codes), self.state.warnings
        return self

    def quiet_about(self, code: str) -> "Story":
        """No such warning stands."""
        assert code not in {warned.code for warned in self.state.warnings}, self.state.warnings
        return self


def given(*told: Fact | Told) -> Story:
    """What has been recorded, all of it admissible."""
    return Story().when(*told).accepted()


def given_unchecked(*told: Fact | Told) -> Story:
    """What stands in a journal, whether it would be admitted today or not."""
    return Story(fold(entries(*told)))
