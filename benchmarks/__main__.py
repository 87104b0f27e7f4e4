"""`./run bench NAME`: hands over to the benchmark of that name, a module here with a `main(arguments)`."""

import pkgutil
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """Every module beside this one is a benchmark; what they share lies in packages."""
    found = pkgutil.iter_modules([str(HERE)])
    return sorted(module.name for module in found if not module.ispkg and module.name != "__main__")


def listing() -> str:
    """The benchmarks, each with the first line of its description."""
    lines = ["usage: ./run bench NAME [ARGUMENTS]", ""]
    for name in names():
        told = (import_module(f"benchmarks.{name}").__doc__ or "").strip().splitlines()
        lines.append(f"  {name:<12}{told[0] if told else ''}")
    return "\n".join([*lines, "", "`./run bench NAME --help` says more."])


def main(arguments: list[str]) -> int:
    """Run one benchmark, or list them all."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(listing())
        return 0
    name, *rest = arguments
    if name not in names():
        print(f"pakta: there is no benchmark {name}\n\n{listing()}", file=sys.stderr)
        return 2
    told = import_module(f"benchmarks.{name}").main(rest)
    return int(told or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
