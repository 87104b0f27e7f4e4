"""`./run bench NAME`: hands over to the benchmark of that name, a module here with a `main(arguments)`."""

import pkgutil
import sys
from importlib import import_module
from pathlib import Path

from benchmarks.measuring.tables import write_page

HERE = Path(__file__).parent


def names() -> list[str]:
    """Every module beside this one is a benchmark; what they share lies in packages."""
    found = pkgutil.iter_modules([str(HERE)])
    return sorted(module.name for module in found if not module.ispkg and module.name != "__main__")


def contests() -> list[str]:
    """Those that need nothing from outside, and can be compared with what was kept."""
    return [name for name in names() if hasattr(import_module(f"benchmarks.{name}"), "contests")]


def listing() -> str:
    """The benchmarks, each with the first line of its description."""
    lines = ["usage: ./run bench NAME [ARGUMENTS]", "       ./run bench --all [ARGUMENTS]", ""]
    for name in names():
        told = (import_module(f"benchmarks.{name}").__doc__ or "").strip().splitlines()
        lines.append(f"  {name:<12}{told[0] if told else ''}")
    everything = f"--all runs {', '.join(contests()) or 'none'}; with --json it prints a line for each."
    table = "--table writes what was kept into docs/performance.md."
    return "\n".join([*lines, "", everything, table, "`./run bench NAME --help` says more."])


def main(arguments: list[str]) -> int:
    """Run one benchmark, or all, or list them."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(listing())
        return 0
    name, *rest = arguments
    if name == "--table":
        write_page()
        return 0
    if name == "--all":
        return max((run(each, rest) for each in contests()), default=0)
    if name not in names():
        print(f"pakta: there is no benchmark {name}\n\n{listing()}", file=sys.stderr)
        return 2
    return run(name, rest)


def run(name: str, arguments: list[str]) -> int:
    """Run one benchmark."""
    told = import_module(f"benchmarks.{name}").main(arguments)
    return int(told or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
