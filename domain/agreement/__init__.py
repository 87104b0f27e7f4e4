"""An agreement: its history, what may be added to it, and every answer that follows from it."""

from domain.agreement.admit import Refused, admit
from domain.agreement.derive import derive
from domain.agreement.history import EMPTY, History, Recorded, evolve, fold
from domain.agreement.outlook import Stretch, outlook
from domain.agreement.state import State, Warned

__all__ = [
    "EMPTY",
    "History",
    "Recorded",
    "Refused",
    "State",
    "Stretch",
    "Warned",
    "admit",
    "derive",
    "evolve",
    "fold",
    "outlook",
]
