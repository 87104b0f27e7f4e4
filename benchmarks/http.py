"""Facts posted over HTTP by 64 connections, durable before 201, beside an endpoint that only validates them.

The bar is set beside an application that does nothing else. `no-op behind doors` is one more door of Pakta
itself: the token is looked up, the request is watched, counted, logged. What lies between them is what doors
cost, and from there to `pakta` what it costs to decide, to store durably, and to bring the views up to date.
The load comes from a process of its own on the same machine, so all share their cores with it.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple
from urllib.request import Request, urlopen

from api.identity import Directory
from benchmarks.measuring import Bar, Contest, Places, measure
from benchmarks.posting import servers
from benchmarks.posting.load import load
from domain.databases import Databases

CONNECTIONS = 64
SECONDS = 3.0
BARS = (Bar("pakta", at_least=0.65, of="no-op"), Bar("pakta", at_most=80, unit="ms (p99)"))
NOWHERE = "/api/v1/agreements/0d9c8f7e-6b5a-4c3d-9e2f-1a0b9c8d7e6f/{}"
PROPOSED = {"type": "proposed", "title": "Bandung – Nanning", "kind": "sister_city", "parties": []}


def contests(wanted: Namespace, places: Places) -> Iterator[Contest]:
    """Each engine, with one process and with some."""
    with servers.idle() as idle, servers.behind_doors(doors := places.sqlite()) as behind:
        beside = {
            "no-op": Target(idle.port, [NOWHERE.format("events")] * wanted.connections, ""),
            "no-op behind doors": Target(
                behind.port, [NOWHERE.format("nothing")] * wanted.connections, _token(doors)
            ),
        }
        for engine, fresh in places.engines.items():
            for workers in (1, 2):
                databases = fresh()
                with servers.pakta(databases, "--workers", str(workers)) as pakta:
                    token = _token(databases)
                    opened = [_open(pakta.port, token) for _ in range(wanted.connections)]
                    paths = [f"/api/v1/agreements/{agreement}/events" for agreement in opened]
                    targets = {"pakta": Target(pakta.port, paths, token), **beside}
                    works = {who: partial(load, *target, wanted.seconds) for who, target in targets.items()}
                    name = f"{engine}, workers {workers}"
                    yield Contest(name, "commands/s", works, against="no-op", bars=BARS, warm_up=True)


class Target(NamedTuple):
    """Where facts are posted: a path for each connection, and whose they are."""

    port: int
    paths: Sequence[str]
    token: str


def _token(databases: Databases) -> str:
    directory = Directory(databases)
    try:
        return directory.issue("kota-bandung", "coordinator")
    finally:
        directory.close()


def _open(port: int, token: str) -> str:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    address = f"http://127.0.0.1:{port}/api/v1/agreements"
    request = Request(address, json.dumps(PROPOSED).encode(), headers)  # our own server
    with urlopen(request, timeout=10) as answer:  # noqa: S310  # likewise
        return str(json.load(answer)["agreement"])


def _options(parser: ArgumentParser) -> None:
    parser.add_argument("--connections", type=int, default=CONNECTIONS, metavar="N", help=f"({CONNECTIONS})")
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="S", help=f"per repeat ({SECONDS})")


def main(arguments: list[str]) -> int:
    """Print the figures."""
    return measure("http", __doc__, contests, arguments, _options)
