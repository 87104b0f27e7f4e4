"""A second opinion: agreements of exact days, told again as simply as can be, without Pakta's own code."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

SIGNATURES = {"loi_signed": "loi", "mou_signed": "mou"}
NO_FOLLOWING = {*SIGNATURES, "follow_up_visit_scheduled"}
RANKS = (
    "proposed",
    "loi_signed",
    "mou_signed",
    "follow_up_visit_scheduled",
    "follow_up_visit_held",
    "realised",
)


@dataclass
class Told:
    """One entry as the model remembers it. `about` is the version that a retraction or correction names."""

    type: str
    day: date
    about: int = 0
    visit: str | None = None
    extent: str | None = None
    instead: "Told | None" = None


@dataclass
class Model:
    """One agreement: its entries in order of recording."""

    told: list[Told] = field(default_factory=list)

    def with_one_more(self, entry: Told) -> "Model":
        """The same with another entry."""
        return Model([*self.told, entry])

    def struck(self, version: int) -> bool:
        """Whether a retraction stands against an entry."""
        return any(
            other.type == "retracted" and other.about == version and not self.struck(number)
            for number, other in enumerate(self.told, 1)
        )

    def standing(self) -> list[Told]:
        """What stands, corrections applied."""
        found = []
        for number, entry in enumerate(self.told, 1):
            if entry.type in ("corrected", "retracted") or self.struck(number):
                continue
            for by, other in enumerate(self.told, 1):
                if other.type == "corrected" and other.about == number and not self.struck(by):
                    assert other.instead is not None
                    entry = other.instead  # noqa: PLW2901  # the latest correction wins
            found.append(entry)
        return found

    @property
    def void(self) -> bool:
        """Whether the proposal was retracted."""
        return self.struck(1)

    def accepts(self, entry: Told) -> bool:
        """Whether an entry can be true, given the others."""
        newest = len(self.told)
        if self.void and entry.type not in ("retracted", "annotated"):
            return False
        if entry.type in ("corrected", "retracted"):
            if not 1 <= entry.about <= newest or self.struck(entry.about):
                return False
            target = self.told[entry.about - 1]
            if entry.type == "corrected":
                assert entry.instead is not None
                if target.type in ("corrected", "retracted") or (entry.about == 1) != (
                    entry.instead.type == "proposed"
                ):
                    return False
        return self.with_one_more(entry).possible()

    def possible(self) -> bool:
        """Whether all that stands can be true together."""
        if self.void:
            return True
        facts = self.standing()
        lois = [f.day for f in facts if f.type == "loi_signed"]
        mous = [f.day for f in facts if f.type == "mou_signed"]
        ends = [f.day for f in facts if f.type == "terminated"]
        planned = [f.visit for f in facts if f.type == "follow_up_visit_scheduled"]
        named = [f.visit for f in facts if f.type in ("visit_held", "visit_cancelled") and f.visit]
        return not (
            (mous and any(loi > max(mous) for loi in lois))
            or (not lois and not mous and any(f.type == "realised" for f in facts))
            or any(f.day > end for f in facts for end in ends if f.type in NO_FOLLOWING)
            or len(planned) != len(set(planned))
            or not set(named) <= set(planned)
        )

    def answers(self, day: date) -> dict[str, Any]:
        """What should be said of a day."""
        facts = [] if self.void else [f for f in self.standing() if f.day <= day]
        extents = {f.extent for f in facts if f.type == "realised"}
        instruments = {SIGNATURES[f.type] for f in facts if f.type in SIGNATURES}
        return {
            "version": len(self.told),
            "voided": self.void,
            "status": self._status(facts),
            "instrument": "mou" if "mou" in instruments else "loi" if instruments else "none",
            "standing": "terminated" if any(f.type == "terminated" for f in facts) else "active",
            "realisation": "fully" if "fully" in extents else "partly" if extents else "none",
        }

    def _status(self, facts: list[Told]) -> str | None:
        reached = {f.type for f in facts if f.type in ("proposed", "loi_signed", "mou_signed", "realised")}
        signed = min((f.day for f in facts if f.type in SIGNATURES), default=None)
        plans = {f.visit: f.day for f in facts if f.type == "follow_up_visit_scheduled"}
        if signed is not None:
            for visit, planned in plans.items():
                held = [f.day for f in facts if f.type == "visit_held" and f.visit == visit]
                cancelled = any(f.type == "visit_cancelled" and f.visit == visit for f in facts)
                if planned >= signed or any(d > signed for d in held):
                    if held:
                        reached |= {"follow_up_visit_held"}
                    elif not cancelled:
                        reached |= {"follow_up_visit_scheduled"}
            loose = [f.day for f in facts if f.type == "visit_held" and f.visit not in plans]
            if any(d > signed for d in loose):
                reached |= {"follow_up_visit_held"}
        return max(reached, key=RANKS.index, default=None)
