"""Every page there is: which rooms of the house have doors for people."""

from api.pages import (
    agreement,
    audit,
    calendar,
    documentation,
    entering,
    entries,
    follow_up,
    overview,
    portal,
    problems,
    register,
    replay,
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
    audit,
    entries,
    replay,
    portal,
    entering,
    documentation,
    problems,
)
