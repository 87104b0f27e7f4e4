"""The log: one line for each thing that happened, as JSON or for reading, to standard error."""

import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic_core import to_json

Form = Literal["json", "text"]
MOST_CAUSES = 10


def configure(form: Form | None) -> None:
    """Send the log to standard error; by default as JSON, unless somebody reads it on a terminal."""
    handler = logging.StreamHandler(sys.stderr)
    chosen = form or ("text" if sys.stderr.isatty() else "json")
    handler.setFormatter(Lines(chosen))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("pakta").setLevel(logging.INFO)
    # No line tells of these, and every record would look them up.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


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
