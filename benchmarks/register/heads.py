"""The newest word on each agreement of the register, without folding what is known anyway."""

from collections.abc import Iterable

from benchmarks.register.recording import Recording
from domain.facts import PROPOSED
from domain.journal.heads import twin

Head = dict[str, object]


class Heads:
    """Made while the register passes by, each when the last is told of its agreement."""

    def __init__(self) -> None:
        self._open: dict[int, Head] = {}

    def after(self, page: Iterable[Recording], before: int) -> list[Head]:
        """The agreements that are complete with a page; `opened` counts from `before`, as appends do."""
        complete = []
        for position, told in enumerate(page, before + 1):
            head = self._open[told.number] if told.version > 1 else _opened(told, position)
            self._open[told.number] = head
            _go_on(head, told)
            if told.last:
                del self._open[told.number]
                complete.append({**head, "opened": head.pop("opened") - before})  # type: ignore[operator]  # an int
        return complete


def _opened(told: Recording, position: int) -> Head:
    # Its days have no part in it, and to read those that are vague takes milliseconds.
    proposed = PROPOSED.validate_python({**told.fact, "occurred": None, "evidence": []}, strict=False)
    return {
        "agreement": told.agreement,
        "version": 1,
        "opened": position,
        "owner": told.organisation,
        "visibility": proposed.visibility,
        "readers": "",
        "reference": proposed.reference,
        "twin": twin(proposed),
    }


def _go_on(head: Head, told: Recording) -> None:
    head["version"] = told.version
    match told.fact:
        case {"type": "granted", "organisation": reader}:
            head["readers"] = reader
        case {"type": "handed_over", "organisation": owner}:
            head["owner"] = owner
        case {"type": "retracted", "version": 1}:
            head |= {"reference": None, "twin": None}
