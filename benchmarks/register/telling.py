"""Tells the facts of one agreement, day by day, with their sources, remarks and mistakes."""

from random import Random
from typing import Any

from benchmarks.register.blanks import Made, evidence, fact, field
from benchmarks.register.dates import iso, stated
from benchmarks.register.names import NAMES
from benchmarks.register.sides import ABROAD, pick, sides, signatory

MENDABLE = frozenset({"mou_signed", "loi_signed", "visit_held", "engagement_held", "approval_recorded"})
RETRACTABLE = frozenset({"annotated", "statement_recorded", "engagement_held"})
LONGEST = 9000  # days from the first fact of an agreement to the day on which it is recorded
Told = tuple[str, Made]  # the organisation that records it, and the fact


class Telling:
    """What is told of an agreement until a day, an ordinal. The true days never go back."""

    def __init__(self, chance: Random, until: int) -> None:
        self.chance = chance
        self.luck = chance.random
        self.until = until
        self.day = until - 40 - int(LONGEST * self.luck() ** 2)
        self.sides = sides(chance)
        self.recorder = self.sides.home.organisation
        self.home = self.sides.home.party["name"]
        self.partner = pick(chance, self.sides.partners)["name"]
        self.told: list[Told] = []

    def tell(self, type: str, occurred: Any = None, **fields: Any) -> int:  # noqa: A002  # the contract's word
        """Record a fact; gives its version."""
        self.told.append((self.recorder, fact(type, occurred, fields)))
        return len(self.told)

    def later(self, most: int) -> Any:
        """Some days on, as somebody states it."""
        self.day = min(self.day + int(self.luck() * most), self.until)
        return stated(self.chance, self.day)

    def source(self, grade: str | None = "secondary") -> list[Made]:
        """What a fact rests on, if anything."""
        if self.luck() < 0.35:
            return []
        name = pick(self.chance, NAMES["publishers"])
        published = iso(self.day) if self.luck() < 0.7 else None
        url = (
            f"https://example.org/{published or 'arsip'}/{int(self.luck() * 1e9):x}"
            if self.luck() < 0.5
            else None
        )
        return [evidence(f"{self.home} dan {self.partner}: kerja sama", name, grade, published, url)]

    def sign(self, type: str, title: str, most: int) -> None:  # noqa: A002  # the contract's word
        """A paper is signed."""
        chance, luck = self.chance, self.luck
        occurred = self.later(most)
        until = iso(self.day + 365 * (1 + int(luck() * 5)))
        parties = [self.sides.home.party, *self.sides.partners]
        self.tell(
            type,
            occurred,
            evidence=self.source("primary"),
            signatories=[signatory(chance, side) for side in parties] if luck() < 0.8 else [],
            place=self.home if luck() < 0.6 else None,
            local_title=title,
            numbers={self.home: f"{int(luck() * 900)}/PKS/{until[:4]}"} if luck() < 0.5 else {},
            languages=["id", "en"] if self.sides.kind in ABROAD else ["id"],
            fields=[pick(chance, NAMES["fields"]), field(pick(chance, NAMES["fields"]), "agreed")],
            valid_until=until if luck() < 0.7 else None,
            notice_days=180 if luck() < 0.3 else None,
        )

    def remarks(self, most: int) -> None:
        """Notes, claims, further sources."""
        for _ in range(int(self.luck() * most)):
            luck = self.luck()
            if luck < 0.4:
                self.tell("annotated", note=f"Ditelepon; {self.partner} menunggu jawaban")
            elif luck < 0.65:
                figures = [{"value": int(luck * 100), "unit": "proyek", "approximate": luck < 0.5}]
                self.tell("statement_recorded", self.later(90), figures=figures, said_by=self.home)
            else:
                version = 1 + int(self.luck() * len(self.told))
                says = {"occurred": iso(self.day)} if luck > 0.9 else {}
                sources = [
                    evidence("Siaran pers", pick(self.chance, NAMES["publishers"]), None, iso(self.day), None)
                ]
                self.tell("evidence_attached", version=version, evidence=sources, says=says)

    def mend(self) -> None:
        """Mistakes are corrected and strays taken back, each by an entry of its own."""
        for version, (_, wrong) in enumerate(self.told[:], 1):
            luck = self.luck()
            if luck < 0.03 and wrong["type"] in MENDABLE:
                right = {**wrong, "note": "Diperiksa dengan naskah asli", "evidence": self.source("primary")}
                mended = self.tell("corrected", version=version, reason="Salah ketik", fact=right)
                if luck < 0.002:
                    self.tell("retracted", version=mended, reason="Ternyata sudah benar")
            elif luck < 0.03 and wrong["type"] in RETRACTABLE:
                self.tell("retracted", version=version, reason="Tercatat pada perjanjian yang salah")
