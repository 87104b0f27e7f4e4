"""The life of one agreement, as an office records it: most come to a signature and no further.

Facts come in order of recording. The true days behind them never go back, except for what is recorded late,
and whatever is stated of a day holds the true one: so no history is impossible, however vague it is.
"""

from itertools import accumulate
from random import Random

from benchmarks.register.blanks import field
from benchmarks.register.dates import iso, planned
from benchmarks.register.names import NAMES
from benchmarks.register.sides import ABROAD, pick, signatory
from benchmarks.register.telling import Telling, Told

# Of a hundred agreements so many come so far: two thirds do nothing after a paper at most.
STAGES = {"proposed": 17, "loi": 9, "mou": 45, "scheduled": 7, "held": 12, "realised": 10}
PROPOSED, LOI, MOU, SCHEDULED, HELD, REALISED = range(len(STAGES))
UP_TO = tuple(accumulate(STAGES.values()))


def life(chance: Random, number: int, until: int) -> list[Told]:
    """All that is recorded of the agreement with a number, none of it of later than the day `until`."""
    return Life(chance, number, until).told


class Life(Telling):
    """An agreement from its proposal to its end."""

    def __init__(self, chance: Random, number: int, until: int) -> None:
        super().__init__(chance, until)
        self.visits = self.promises = 0
        luck = 100 * self.luck()
        self.stage = next(place for place, up_to in enumerate(UP_TO) if luck < up_to)
        self.open(number)
        if self.stage >= LOI:
            self.papers()
        if self.stage >= SCHEDULED:
            self.visits_and_results()
        self.mend()
        if self.stage >= MOU:
            self.end_of_paper()
        else:
            self.end_of_proposal()

    def open(self, number: int) -> None:
        """The proposal, and what is said around it."""
        chance, luck = self.chance, self.luck
        subject = pick(chance, NAMES["fields"])
        self.tell(
            "proposed",
            self.later(5),
            evidence=self.source(),
            title=f"{self.home} – {self.partner}: {subject}",
            kind=self.sides.kind,
            parties=[self.sides.home.party, *self.sides.partners],
            strength="formal" if luck() < 0.6 else "interest" if luck() < 0.5 else None,
            fields=[subject, field(pick(chance, NAMES["fields"]), "exploring")],
            proposer=self.home if luck() < 0.5 else None,
            reference=f"{number}/KSD/{iso(self.day)[:4]}" if luck() < 0.6 else None,
            visibility="organisation" if luck() < 0.08 else "public",
        )
        if luck() < 0.35:
            self.tell("engagement_held", self.later(60), title=f"Penjajakan {subject}", place=self.home)
        if luck() < 0.25:
            self.tell("invitation_received", self.later(60), title="Undangan", host=self.partner)
        self.remarks(5)

    def papers(self) -> None:
        """Letters, approvals, memoranda, arrangements, as far as it comes."""
        abroad = self.sides.kind in ABROAD
        late: Told | None = None
        if self.stage == LOI or self.luck() < (0.6 if abroad else 0.1):
            self.sign("loi_signed", "Pernyataan Kehendak", 200)
            if self.stage > LOI and self.luck() < 0.05:
                late = self.told.pop()
        if self.stage == LOI:
            return
        self.approvals(0.6 if abroad else 0.15)
        self.sign("mou_signed", "Nota Kesepahaman" if abroad else "Kesepakatan Bersama", 300)
        if late is not None:
            self.told.append(late)
        if self.luck() < 0.5:
            self.tell("entered_into_force", self.later(30), evidence=self.source("primary"))
        if self.luck() < 0.35:
            self.sign("arrangement_signed", "Perjanjian Kerja Sama", 300)
        self.remarks(7)

    def approvals(self, likely: float) -> None:
        """The gates on the way to a memorandum, each as likely."""
        for gate in ("dprd", "kemendagri", "kemlu", "full_powers"):
            if self.luck() < likely:
                granted = "granted" if self.luck() < 0.95 else "refused"
                number = f"{self.day % 997}/{gate.upper()}"
                self.tell("approval_recorded", self.later(150), gate=gate, outcome=granted, number=number)

    def visits_and_results(self) -> None:
        """Visits are planned, moved, called off and held; promises are made and sometimes kept."""
        for _ in range(1 + int(self.luck() * 3)):
            self.visit()
        for _ in range(int(self.luck() * 4)):
            self.promise()
        if self.stage == REALISED:
            kept = [f"c{n}" for n in range(1, self.promises + 1)][:1]
            extent = "fully" if self.luck() < 0.4 else "partly"
            grade = "primary" if self.luck() < 0.5 else "secondary"
            self.tell(
                "realised", self.later(300), evidence=self.source(grade), extent=extent, commitments=kept
            )
            if self.luck() < 0.3:
                self.tell(
                    "replication_recorded",
                    self.later(90),
                    application="Sabilulungan",
                    **{"from": self.home, "to": self.partner, "state": "in_use"},
                )
        self.remarks(6)

    def visit(self) -> None:
        """One visit, from its plan to what became of it."""
        luck = self.luck
        self.visits += 1
        name = f"v{self.visits}"
        inbound = luck() < 0.5
        visitor, host = (self.partner, self.home) if inbound else (self.home, self.partner)
        certainty = pick(self.chance, ("tentative", "confirmed", None))
        self.tell(
            "follow_up_visit_scheduled",
            self.later(200),
            visit=name,
            visitor=visitor,
            host=host,
            window=planned(self.chance, self.day),
            certainty=certainty,
        )
        if luck() < 0.25:
            self.tell(
                "visit_rescheduled",
                self.later(60),
                visit=name,
                window=planned(self.chance, self.day),
                reason="Pilkada",
            )
        if luck() < 0.25:
            self.tell("visit_confirmed", self.later(30), visit=name)
        if luck() < 0.15:
            self.tell("visit_cancelled", self.later(30), visit=name, reason="Anggaran")
        elif self.stage >= HELD:
            people = [signatory(self.chance, side) for side in self.sides.partners]
            self.tell(
                "visit_held",
                self.later(120),
                evidence=self.source(),
                visit=name,
                visitor=visitor,
                host=host,
                participants=people,
                topics=[pick(self.chance, NAMES["fields"])],
            )

    def promise(self) -> None:
        """A promise, its progress, and whether it was kept."""
        luck = self.luck
        self.promises += 1
        name = f"c{self.promises}"
        due = planned(self.chance, self.day) if luck() < 0.7 else None
        self.tell(
            "commitment_made",
            self.later(60),
            commitment=name,
            text=f"Mendukung {pick(self.chance, NAMES['fields'])}",
            by=self.partner,
            to=self.home,
            due=due,
        )
        for percent in range(25, 25 + 25 * int(luck() * 4), 25):
            self.tell("progress_reported", self.later(90), commitment=name, percent=percent)
        if self.stage == REALISED and luck() < 0.7:
            self.tell("commitment_realised", self.later(60), evidence=self.source("primary"), commitment=name)
        elif luck() < 0.1:
            self.tell("commitment_dropped", self.later(60), commitment=name, reason="Program ditutup")

    def end_of_proposal(self) -> None:
        """Some are withdrawn, and a few were never meant."""
        luck = self.luck()
        if luck < 0.02:
            self.tell("retracted", version=1, reason="Tidak pernah ada")
        elif luck < 0.1:
            self.tell("withdrawn", self.later(300), reason="Tidak disetujui")

    def end_of_paper(self) -> None:
        """Of what was signed, some is prolonged, pauses, ends or changes hands."""
        luck = self.luck()
        if luck < 0.12:
            self.tell("extended", self.later(900), valid_until=iso(self.until + int(luck * 9000)))
        elif luck < 0.16:
            self.tell("suspended", self.later(300), reason="Pandemi")
            if luck < 0.15:
                self.tell("resumed", self.later(600))
        elif luck < 0.22:
            ground = pick(self.chance, ("purpose_achieved", "agreed_procedure", "superseded"))
            self.tell("terminated", self.later(900), ground=ground, effective=iso(self.day))
        elif luck < 0.29:
            self.change_hands(luck)

    def change_hands(self, luck: float) -> None:
        """A party leaves, somebody else may read, somebody else records."""
        if luck < 0.24:
            self.tell("party_left", self.later(300), party=self.partner)
        elif luck < 0.27:
            self.tell("granted", organisation="inspektorat-jenderal")
        else:
            self.tell("handed_over", organisation="sekretariat-kerja-sama")
            self.recorder = "sekretariat-kerja-sama"
            self.tell("annotated", note="Diambil alih")
