"""First paint, and answers to the hand, in a real browser over a made-up register of any size.

Milliseconds, signed in as a coordinator; what the browser keeps (styles, scripts, fonts) it has from the page
before. `--data` names a store that is filled in if it is empty, and kept.
"""

import argparse
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Page

from api.sessions import Sessions
from benchmarks.looking.browser import answered, painted, somebody
from benchmarks.measuring import Bar, Contest, Places, measure
from benchmarks.posting import servers
from benchmarks.register.filling import ZONE, Register, fill
from domain.databases import Databases
from domain.journal import Journal
from projections.follower import Follower
from projections.listing import Wanted, agreements
from projections.views import Views

AGREEMENTS = 2_000
OWNER = "kota-bandung"
LEAST = "a line of text"  # what browser and server need for anything at all
PAINTED, FELT, ANSWERED = 500, 100, 200  # milliseconds
Act = Callable[[Page], None]


def contests(wanted: argparse.Namespace, places: Places) -> Iterator[Contest]:
    """Pages as they paint, then what they do when they are touched."""
    databases = Databases(folder=wanted.data) if wanted.data else places.sqlite()
    agreement = _filled(databases, wanted.agreements)
    with closing(Sessions(databases)) as sessions:
        link = sessions.invite(OWNER, "coordinator")
    with servers.pakta(databases) as server:
        address = f"http://127.0.0.1:{server.port}"
        with somebody(f"{address}/sign-in/{link}") as page:
            if page is not None:
                yield _paints(page, address, agreement)
                yield _answers(page, address, agreement)


def _paints(page: Page, address: str, agreement: str) -> Contest:
    paths = {
        "overview": "/",
        "register": "/agreements",
        "agreement": f"/agreements/{agreement}",
        "recording": f"/agreements/{agreement}/record/mou_signed",
        "calendar": "/calendar",
        "follow-up": "/follow-up",
        "partners": "/partners",
        "audit": "/audit",
    }
    bars = tuple(Bar(name, at_most=PAINTED) for name in paths)
    opened = {
        name: partial(painted, page, address + path) for name, path in ({LEAST: "/livez"} | paths).items()
    }
    return Contest("first paint", "ms", opened, against=LEAST, bars=bars, warm_up=True)


def _answers(page: Page, address: str, agreement: str) -> Contest:
    acts: dict[str, tuple[str, Act, bool]] = {
        "type a letter into the search": ("/agreements", _types, True),
        "filter by what is overdue": ("/agreements", _ticks("overdue"), True),
        "scroll to the end of the list": ("/agreements", _scrolls, True),
        "walk with a key": ("/agreements", lambda page: page.keyboard.press("j"), False),
        "filter the trail": ("/audit", _ticks("corrected"), True),
        "write in a form": (f"/agreements/{agreement}/record/mou_signed", _writes, False),
    }
    touched = {
        name: partial(answered, page, address + path, act, rows=rows)
        for name, (path, act, rows) in acts.items()
    }
    felt = [Bar(name, at_most=FELT) for name in acts]
    lists = [Bar(name, at_most=ANSWERED, unit="ms (answer)") for name, (*_, rows) in acts.items() if rows]
    return Contest("from the hand to the next paint", "ms", touched, bars=(*felt, *lists), warm_up=True)


def _types(page: Page) -> None:
    page.locator("#q").focus()
    page.keyboard.press("k")


def _ticks(name: str) -> Act:
    return lambda page: page.locator(f"label:has([name={name}])").click()


def _scrolls(page: Page) -> None:
    page.mouse.move(640, 600)
    page.mouse.wheel(0, 20_000)


def _writes(page: Page) -> None:
    page.locator("#f-occurred").focus()
    page.keyboard.press("2")


def _filled(databases: Databases, number: int) -> str:
    """Have a register there, with its views. Returns one of the owner's agreements."""
    journal = Journal(databases, ZoneInfo(ZONE), "0.1.0")
    if not journal.head():
        fill(databases, Register(number))
    follower = Follower(journal, databases)
    if follower.position() < journal.head():
        follower.rebuild()
    views = Views(journal, follower)
    with views.on(journal.today()) as view:
        found = agreements(view, None, Wanted({"owner": OWNER}, limit=1)).rows
    views.close()
    follower.stop()
    journal.close()
    return str(found[0]["agreement"])


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--agreements", type=int, default=AGREEMENTS, metavar="N", help=f"({AGREEMENTS:,})")
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep what is filled in")


def main(arguments: list[str]) -> int:
    """Print the figures."""
    return measure("pages", __doc__, contests, arguments, _options)
