"""The log: one line for each thing that happened, as JSON or for reading, to standard error."""

import logging
import sys
import threading
import traceback
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from pydantic_core import to_json

Form = Literal["json", "text"]
MOST_CAUSES = 10
TOGETHER_SECONDS = 0.1


def configure(form: Form | None) -> None:
    """Send the log to standard error; by default as JSON, unless somebody reads it on a terminal."""
    handler = Together(sys.stderr)
    chosen = form or ("text" if sys.stderr.isatty() else "json")
    handler.setFormatter(Lines(chosen))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("pakta").setLevel(logging.INFO)
    # No line tells of these, and every record would look them up.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


class Together(logging.StreamHandler[TextIO]):
    """Writes what is worth a warning at once, and with it all before; the rest within a tenth of a second.

    To write each line by itself would let other threads take the interpreter away at every request.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str] = []
        self._waits = False

    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler`, which has the lock when it calls this."""
        try:
            self._lines.append(self.format(record) + self.terminator)
            if record.levelno >= logging.WARNING:
                self.flush()
            elif not self._waits:
                self._waits = True
                later = threading.Timer(TOGETHER_SECONDS, self.flush)
                later.daemon = True
                later.start()
        except Exception:
            self.handleError(record)

    def flush(self) -> None:
        """Write what waits. The end of the program calls this too."""
        with self.lock or nullcontext():
            lines, self._lines, self._waits = self._lines, [], False
            if lines:
                self.stream.write("".join(lines))
            super().flush()


class Lines(logging.Formatter):
    """Puts each record on one line.

    Of an error it tells the kind and the places in the code, but not its words: those of pydantic and of
    databases quote what was sent.
    """

    def __init__(self, form: Form) -> None:
        super().__init__()
        self.form = form

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **getattr(record, "told", {}),
        }
        if record.exc_info and record.exc_info[1]:
            told |= _of_error(record.exc_info[1])
        told = {name: value for name, value in told.items() if value is not None}
        if self.form == "json":
            return to_json(told).decode()
        first = " ".join(str(told.pop(name)) for name in ("time", "level", "logger", "message"))
        rest = (
            f"{name}={value!r}" for name, value in told.items() if name not in ("method", "route", "status")
        )
        return " ".join((first.replace("\n", " "), *rest))


def _of_error(error: BaseException) -> dict[str, Any]:
    places = traceback.extract_tb(error.__traceback__)
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(kinds) < MOST_CAUSES:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__ or cause.__context__
    return {"error": kinds, "at": [f"{place.filename}:{place.lineno} {place.name}" for place in places]}


def _message(record: logging.LogRecord) -> str:
    if record.args and isinstance(record.args, tuple):
        words = (type(word).__name__ if isinstance(word, BaseException) else word for word in record.args)
        record.args = tuple(words)
    return record.getMessage()
