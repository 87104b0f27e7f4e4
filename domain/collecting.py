"""How often Python looks for garbage."""

import gc

IMPORTED = 250_000  # objects, roughly


def collect_hardly() -> None:
    """Let Python not look for garbage while it imports, which makes very many objects and none."""
    gc.set_threshold(IMPORTED, 20, 20)


def collect_seldom() -> None:
    """Let Python look for garbage less often than by default, and only among what is made from now on.

    A long history is thousands of objects, none of them garbage: to look through all of them again and again
    while they are read takes as long as the reading.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
