"""A form on its way to the page: what it asks, what it says so far, and what is wrong with that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from api.language import english, say
from api.pages.dates import Mark, day, mark, said, with_weekday
from api.pages.recording.controls import DATES, Control, asked_of
from api.pages.recording.offering import Offer, Option
from api.pages.recording.reading import places
from api.pages.recording.said_dates import counted_from, stored
from api.pages.recording.words import choice, hint, label
from api.pages.telling import LABELS
from domain.uncertain_date import ANY_DAY, bounds

FEW = 4  # choices that stand side by side; more become a list
LEAST_ROWS = {"parties": 2, "partners": 3}
# What no source states: ids of ours, and what is about the record itself.
OURS = ("evidence", "note", "version", "says", "override_reason", "visit", "commitment", "possibly_same_as")
STATED = {name: words for name, words in LABELS.items() if name not in OURS}
NEW_IDS = {("follow_up_visit_scheduled", "visit"), ("commitment_made", "commitment")}


class Meaning(NamedTuple):
    """What the words of a date are understood to mean. Without a mark they are not understood."""

    mark: Mark | None
    words: str
    limits: str


class Way(NamedTuple):
    """A way out of a refusal: a button that sends `do`, to another form if `kind` is given."""

    do: str
    words: str
    kind: str | None = None


@dataclass(frozen=True)
class Asking:
    """What a template needs to show a form of a kind. Names of inputs are ways into the JSON, with dots."""

    kind: str
    controls: Sequence[Control]
    form: Mapping[str, str]
    offer: Offer
    language: str
    today: date
    errors: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[str, Sequence[Way]] = field(default_factory=dict)
    adding: str = ""
    lifted: bool = False

    def label(self, name: str, within: str = "") -> str:
        """What a field is asked with."""
        return say(self.language, label(within or self.kind, name))

    def hint(self, name: str) -> str:
        """What helps to answer, or nothing."""
        found = hint(self.kind, name)
        return say(self.language, found) if found else ""

    def choice(self, name: str, value: str) -> str:
        """What a choice is called."""
        return say(self.language, choice(name, value))

    def few(self, control: Control) -> bool:
        """Whether the choices stand side by side."""
        return len(control.choices) <= FEW

    def said(self, path: str) -> str:
        """What the form says so far."""
        return self.form.get(path, "")

    def error(self, path: str) -> str:
        """What is wrong there, or nothing."""
        return self.errors.get(path, "")

    def shown(self, controls: Iterable[Control], path: str = "", *, rare: bool = False) -> list[Control]:
        """The questions to be asked now: the usual ones, or those that are asked rarely."""
        return [c for c in controls if c.rare == rare and not self._silent(c, path)]

    def opened(self, controls: Iterable[Control], path: str = "") -> bool:
        """Whether one of the rare questions has an answer, or an error."""
        starts = [path + control.name for control in controls]
        said = (name for names in (self.form, self.errors) for name in names if names[name])
        return any(name == start or name.startswith(f"{start}.") for name in said for start in starts)

    def is_new_id(self, control: Control) -> bool:
        """Whether the id is made for the user."""
        return (self.kind, control.name) in NEW_IDS

    def rows(self, control: Control, path: str) -> range:
        """The rows to show: those that say something, or at least as many as one begins with."""
        filled = len(places(self.form, path))
        least = LEAST_ROWS.get(control.name, 1)
        return range(max(filled, least) + (self.adding == path and filled >= least))

    def options(self, name: str, path: str) -> list[Option]:
        """What can be chosen for an id."""
        return self.offer.options(name, current=self.said(path))

    def stateable(self, path: str) -> list[Option]:
        """The fields of which a source can state something: those of the entry that it is about."""
        chosen = self.offer.kinds.get(self.said("version"))
        kinds = [chosen] if chosen else dict.fromkeys(self.offer.kinds.values())
        names = dict.fromkeys(one.name for kind in kinds for one in asked_of(kind) if one.name in STATED)
        found = [(name, say(self.language, STATED[name])) for name in names]
        now = self.said(path)
        return [*found, *([(now, now)] if now and now not in names else [])]

    def dated(self, path: str) -> bool:
        """Whether what a source states there is a date."""
        return self.said(path) in DATES

    def inner(self, path: str) -> "Asking":
        """The form of the fact within a correction."""
        kind = self.said(f"{path}.type")
        return replace(self, kind=kind, controls=asked_of(kind))

    def meaning(self, path: str) -> Meaning | None:
        """What a date is understood to mean; None where nothing is written."""
        value = stored(self.said(path), self.said(f"{path}.kept"), self.today)
        if value is None:
            return None
        edtf = value["edtf"] if isinstance(value, dict) else value
        if edtf is None:
            known = isinstance(value, dict) and (
                value["basis"] == "unknown" or bool(self.said(f"{path}.kept"))
            )
            text = (
                english("No date is known. It is stored so.") if known else english("No date in these words.")
            )
            return Meaning("unknown" if known else None, say(self.language, text), "")
        days = bounds(edtf)
        if days.earliest == days.latest:
            return Meaning(mark(edtf), with_weekday(days.earliest, self.language), "")
        limits = [
            say(self.language, text, {"day": day(limit, self.language)})
            for text, limit, none in (
                (english("Earliest {day}."), days.earliest, ANY_DAY.earliest),
                (english("Latest {day}."), days.latest, ANY_DAY.latest),
            )
            if limit != none
        ]
        return Meaning(mark(edtf), said(edtf, self.language), " ".join(limits))

    def offers(self, path: str) -> list[Way]:
        """Ways out at a field: those of its refusal, and what else the words of a date can mean."""
        found = list(self.ways.get(path, ()))
        if path in self.errors and path.rpartition(".")[2] == "occurred":
            start = path[: -len("occurred")]
            for n in places(self.form, f"{start}evidence"):
                source = stored(self.said(f"{start}evidence.{n}.published_on"), "", self.today)
                edtf = source["edtf"] if isinstance(source, dict) else source
                if meant := counted_from(self.said(path), edtf, self.today):
                    text = english("Count from the day of the source: {date}")
                    words = say(self.language, text, {"date": said(meant, self.language)})
                    found.append(Way(f"mean:{path}:{meant}", words))
        return found

    def _silent(self, control: Control, path: str) -> bool:
        at = path + control.name
        return control.name == "override_reason" and not (self.lifted or self.said(at) or self.error(at))
