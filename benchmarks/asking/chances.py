"""What somebody may ask for, drawn anew for each question; the same number gives the same questions."""

from datetime import timedelta
from random import Random
from typing import get_args

from benchmarks.register.names import NAMES
from benchmarks.register.recording import BEGAN, UNTIL
from benchmarks.register.sides import CITIES, KINDS, LOCAL, REGIONS, pick
from domain.agreement.state import AgreementStanding
from domain.agreement.transitions import INSTRUMENTS, RUNGS

COMMON = ("kota", "kabupaten", "provinsi", "tahap", "pt")
STANDINGS: tuple[str, ...] = get_args(AgreementStanding)
DAYS = (UNTIL - BEGAN).days
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Chance(Random):
    """Draws what a question is about."""

    def status(self) -> str:
        return pick(self, RUNGS)

    def instrument(self) -> str:
        return pick(self, INSTRUMENTS)

    def standing(self) -> str:
        return pick(self, STANDINGS)

    def kind(self) -> str:
        return pick(self, tuple(KINDS))

    def owner(self) -> str:
        return pick(self, REGIONS).organisation

    def country(self) -> str:
        return str(pick(self, CITIES)["country"])

    def party(self) -> str:
        return str(pick(self, LOCAL).party["name"])

    def partner(self) -> str:
        return str(pick(self, CITIES)["name"])

    def field(self) -> str:
        found: object = pick(self, NAMES["fields"])
        return str(found)

    def place(self) -> str:
        """A word of a name that many agreements have."""
        return self.party().split()[-1].lower()

    def common(self) -> str:
        return pick(self, COMMON)

    def begun(self) -> str:
        """How a word begins, as somebody types it."""
        return self.place()[: 1 + int(self.random() * 4)]

    def letter(self) -> str:
        return pick(self, LETTERS)

    def day(self) -> str:
        """A day of the years in which the register was recorded."""
        return (BEGAN.date() + timedelta(days=int(self.random() * DAYS))).isoformat()
