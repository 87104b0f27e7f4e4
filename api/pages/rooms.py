"""Every page there is: which rooms of the house have doors for people."""

from api.pages import (
    agreement,
    calendar,
    documentation,
    entering,
    follow_up,
    overview,
    problems,
    register,
)
from api.pages.recording import ceremony
from api.pages.recording import doors as recording

# Addresses are matched in this order.
ROOMS = (
    overview,
    register,
    agreement,
    ceremony,
    recording,
    calendar,
    follow_up,
    entering,
    documentation,
    problems,
)
