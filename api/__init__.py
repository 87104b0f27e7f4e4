"""Every door: HTTP, the command line, and what comes in and goes out through them."""

from domain.collecting import collect_hardly

collect_hardly()  # until whoever imports this begins
