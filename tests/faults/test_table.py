"""What the documentation says of the faults is what was counted."""

from tests.faults.table import TEXT, with_counts


def test_the_documentation_has_the_counts() -> None:
    text = TEXT.read_text(encoding="utf-8")
    assert with_counts(text) == text, "python -m tests.faults.table brings them in"
