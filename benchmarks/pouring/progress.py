"""How far it is: a bar on a terminal, plain lines in a log."""

import sys
import time

WIDTH = 40
SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """Called with how much is done of a total."""

    def __init__(self, total: int, unit: str) -> None:
        self.total = max(total, 1)
        self.unit = unit
        self.started = self.said = time.monotonic()
        self.moving = sys.stderr.isatty()

    def __call__(self, done: int) -> None:
        """Show how far it is, now and then."""
        now = time.monotonic()
        rate = done / max(now - self.started, 0.001)
        told = f"{done:,} of {self.total:,} {self.unit}, {rate:,.0f}/s"
        if self.moving:
            filled = WIDTH * done // self.total
            bar = "#" * filled + "-" * (WIDTH - filled)
            print(f"\r\033[K[{bar}] {told}", end="", file=sys.stderr, flush=True)
        elif now - self.said >= SECONDS_BETWEEN_LINES or done >= self.total:
            self.said = now
            print(told, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the bar's line."""
        if self.moving:
            print(file=sys.stderr, flush=True)
