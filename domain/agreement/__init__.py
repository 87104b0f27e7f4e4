"""An agreement: its history, what may be added to it, and every answer that follows from it."""

from domain.agreement.admit import Refused, admit
from domain.agreement.comparison import Difference, Look, compare
from domain.agreement.derive import derive
from domain.agreement.history import EMPTY, History, Recorded, evolve, fold
from domain.agreement.outlook import Stretch, outlook
from domain.agreement.state import State, Warned

__all__ = [
    "EMPTY",
    "Difference",
    "History",
    "Look",
    "Recorded",
    "Refused",
    "State",
    "Stretch",
    "Warned",
    "admit",
    "compare",
    "derive",
    "evolve",
    "fold",
    "outlook",
]
