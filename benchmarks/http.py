"""Facts posted over HTTP by 64 connections, durable before 201, beside an endpoint that only validates them.

The load comes from a process of its own on the same machine, so both contenders share their cores with it.
"""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from functools import partial
from urllib.request import Request, urlopen

from api.identity import Directory
from benchmarks.measuring import Bar, Contest, Places, measure
from benchmarks.posting import servers
from benchmarks.posting.load import load
from domain.databases import Databases

CONNECTIONS = 64
SECONDS = 3.0
BARS = (Bar("pakta", at_least=0.65, of="no-op"), Bar("pakta", at_most=80, unit="ms (p99)"))
PROPOSED = {"type": "proposed", "title": "Bandung – Nanning", "kind": "sister_city", "parties": []}


def contests(wanted: Namespace, places: Places) -> Iterator[Contest]:
    """Each engine, with one process and with some."""
    with servers.idle() as idle:
        for engine, fresh in places.engines.items():
            for workers in (1, 2):
                databases = fresh()
                with servers.pakta(databases, "--workers", str(workers)) as pakta:
                    ports = {"pakta": pakta.port, "no-op": idle.port}
                    yield _contest(f"{engine}, workers {workers}", databases, ports, wanted)


def _contest(name: str, databases: Databases, ports: Mapping[str, int], wanted: Namespace) -> Contest:
    directory = Directory(databases)
    token = directory.issue("kota-bandung", "coordinator")
    directory.close()
    opened = [_open(ports["pakta"], token) for _ in range(wanted.connections)]
    paths = [f"/api/v1/agreements/{agreement}/events" for agreement in opened]
    contenders = {name: partial(load, port, paths, token, wanted.seconds) for name, port in ports.items()}
    return Contest(name, "commands/s", contenders, against="no-op", bars=BARS, warm_up=True)


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
