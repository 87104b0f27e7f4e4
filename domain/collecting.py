"""How often Python looks for garbage."""

import gc


def collect_seldom() -> None:
    """Let Python look through everything less often than it does by default.

    A long history is thousands of objects, none of them garbage: to look through all of them again and again
    while they are read takes as long as the reading.
    """
    gc.set_threshold(50_000, 20, 20)
