"""The page about the lifecycle is drawn from the tables that decide; this draws it, and sees that it is so.

`python -m tests.unit.test_lifecycle_docs` writes it again.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from domain.agreement.admit import REFUSALS
from domain.agreement.transitions import ENDS, RUNGS, TRANSITIONS
from domain.agreement.warnings import WARNINGS

PAGE = Path(__file__).parents[2] / "docs" / "lifecycle.md"
PLACEHOLDER = re.compile(r"`?{(\w+)}`?")
AGAIN = "docs/lifecycle.md is out of date; write it again: python -m tests.unit.test_lifecycle_docs"

INTRODUCTION = """\
# The lifecycle of an agreement

An agreement opens with `proposed`. From then on each fact is recorded as it becomes known, in any order: what
stands is worked out from when things happened. Facts are recorded, not policed. **Any stage may be skipped**;
what is unusual brings a warning, and only what cannot be true is refused.

This page is drawn from the tables in `domain/agreement/` that decide; a test compares the two."""

BELOW_THE_DIAGRAM = """\
- The **status** is the furthest rung that stands. The arrows between rungs show their order, not a duty: each
  label is the fact that reaches the rung, from whichever rung was reached before.
- A visit counts as a follow-up when it was held certainly after the first signature, or scheduled on or after
  it. A visit that was called off does not stand.
- The **standing** is beside the status. An end weighs more than expiry, and expiry more than suspension.
- A correction or a retraction can undo any of this. Retracting the proposal voids the agreement.
- "Before" and "after" mean certainly so: the same day is neither, and a vague date has the benefit of the
  doubt."""

FACTS = """\
## What each fact does

Facts of one day count in this order. *After an end* is for what certainly happened after the agreement ended.
There, *warned* means that it is recorded with the warning `after_end`."""

REFUSED = """\
## What is refused

Nothing is stored, and the answer is 409 with one of these codes. Words in italics are filled in."""

WARNED = """\
## What brings a warning

It is recorded all the same, and the warning stays for as long as it holds."""


def lifecycle_page() -> str:
    """The whole page."""
    parts = (
        INTRODUCTION,
        "\n".join(["```mermaid", *_diagram(), "```"]),
        BELOW_THE_DIAGRAM,
        FACTS,
        "\n".join(_facts()),
        REFUSED,
        "\n".join(_sentences(REFUSALS)),
        WARNED,
        "\n".join(_sentences(WARNINGS)),
    )
    return "\n\n".join(parts) + "\n"


def _diagram() -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"    [*] --> running: {_reaching(RUNGS[0])}"
    yield '    state "not ended" as running {'
    yield '        state "active" as active {'
    yield f"            [*] --> {RUNGS[0]}"
    for lower, higher in pairwise(RUNGS):
        yield f"            {lower} --> {higher}: {_reaching(higher)}"
    yield "        }"
    yield "        [*] --> active"
    yield "        active --> suspended: suspended"
    yield "        suspended --> active: resumed"
    yield "        active --> expired: valid_until has passed"
    yield "        suspended --> expired: valid_until has passed"
    yield "        expired --> active: extended, amended or signed anew"
    yield "    }"
    for end in _ends():
        yield f"    running --> {end}: {end}"
        yield f"    {end} --> [*]"


def _reaching(rung: str) -> str:
    """The facts that reach a rung."""
    return ", ".join(name for name, line in TRANSITIONS.items() if line.rung == rung)


def _ends() -> list[str]:
    return sorted(ENDS, key=lambda end: TRANSITIONS[end].order)


def _facts() -> Iterator[str]:
    yield "| fact | about | reaches the status | instrument | after an end |"
    yield "|---|---|---|---|---|"
    for name, line in sorted(TRANSITIONS.items(), key=lambda item: item[1].order):
        rung = f"`{line.rung}`" if line.rung else ""
        yield f"| `{name}` | {line.subject} | {rung} | {line.instrument or ''} | {line.after_end} |"


def _sentences(table: Mapping[str, str]) -> Iterator[str]:
    yield "| code | what it says |"
    yield "|---|---|"
    for code, sentence in table.items():
        yield f"| `{code}` | {PLACEHOLDER.sub(_in_italics, sentence)} |"


def _in_italics(word: re.Match[str]) -> str:
    return f"*{word[1].replace('_', ' ')}*"


def test_the_page_about_the_lifecycle_says_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == lifecycle_page(), AGAIN


def test_every_rung_and_every_end_is_drawn() -> None:
    drawn = "\n".join(_diagram())
    assert all(f" {state}" in drawn for state in (*RUNGS, *ENDS))
    assert all(_reaching(rung) for rung in RUNGS)


def test_the_turns_that_are_drawn_are_facts() -> None:
    assert {"suspended", "resumed", "extended", "amended"} <= TRANSITIONS.keys()


if __name__ == "__main__":
    PAGE.write_text(lifecycle_page(), encoding="utf-8")
