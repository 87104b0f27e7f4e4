"""Writes the counts of docs/reliability.json into docs/reliability.md: `python -m tests.faults.table`."""

import json
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
COUNTS = DOCS / "reliability.json"
TEXT = DOCS / "reliability.md"
BEGIN, END = "<!-- counts -->\n", "<!-- end of counts -->\n"
WORDS = ("fault", "engine", "profile")
NUMBERS = ("rounds", "acknowledged", "lost", "doubled", "wrong", "seconds", "seed")
COLUMNS = WORDS + NUMBERS


def table() -> str:
    """The counts as they stand in the documentation."""
    counts = json.loads(COUNTS.read_text(encoding="utf-8"))
    rule = ["---"] * len(WORDS) + ["--:"] * len(NUMBERS)
    rows = [COLUMNS, rule, *([str(one[name]) for name in COLUMNS] for one in counts)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def with_counts(text: str) -> str:
    """The documentation with the counts in their place."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


if __name__ == "__main__":
    TEXT.write_text(with_counts(TEXT.read_text(encoding="utf-8")), encoding="utf-8")
