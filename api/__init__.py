"""Every door: HTTP, the command line, and what comes in and goes out through them."""

from domain.collecting import collect_seldom

collect_seldom()  # from here on: to import all the rest makes more objects than most requests do
