"""Which refusals and warnings the tests speak of, read from the tests themselves."""

import ast
from pathlib import Path


def codes_tested(verb: str) -> set[str]:
    """Every code that some unit test names in `.refused("code")` or `.warned("code")`."""
    tests = (Path(__file__).parent / "unit").glob("test_*.py")
    calls = (call for path in tests for call in ast.walk(ast.parse(path.read_text("utf-8"))))
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == verb
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }
