"""From the command until /readyz answers 200, and the memory of the process then, on an empty store.

Milliseconds by the clock; MB of resident memory. Beside it a process that only imports what Pakta is made of.
"""

import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from functools import partial

from benchmarks.measuring import Bar, Contest, Places, measure, milliseconds
from benchmarks.posting import servers
from domain.databases import Databases

IMPORTS = [sys.executable, "-c", "import fastapi, uvicorn, sqlalchemy, psycopg, eventsourcing, typer"]


def contests(_: Namespace, places: Places) -> Iterator[Contest]:
    """Each engine."""
    for engine, fresh in places.engines.items():
        yield Contest(
            engine,
            "ms",
            {"pakta": partial(_started, fresh()), "imports": _imported},
            against="imports",
            bars=(Bar("pakta", at_most=2000), Bar("pakta", at_most=300, unit="MB")),
            warm_up=True,
        )


def _started(databases: Databases) -> Mapping[str, float]:
    began = time.perf_counter()
    with servers.pakta(databases) as server:
        return {"ms": (time.perf_counter() - began) * 1000, "MB": server.memory()}


def _imported() -> float:
    return milliseconds(lambda: subprocess.run(IMPORTS, check=True))


def main(arguments: list[str]) -> int:
    """Print the figures."""
    return measure("startup", __doc__, contests, arguments)
