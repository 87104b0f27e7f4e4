"""Kills the process that imports it at one statement of SQLite, before it or after it."""

import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa


class Aim(NamedTuple):
    """Before or after a statement that begins so, when it comes to it for the n-th time."""

    room: str
    statement: str
    when: Literal["before", "after"]
    nth: int


class Trigger:
    """Kills this process at a statement, once it is armed: at once, or with SIGUSR1."""

    def __init__(self) -> None:
        self.left = 0
        self.armed = False

    def set(self, aim: Aim, *, armed: bool) -> None:
        """Aim, and wait to be armed if need be."""
        self.aim, self.left, self.armed = aim, aim.nth, armed
        signal.signal(signal.SIGUSR1, self._arm)
        sa.event.listen(sa.Engine, "do_connect", self._connect)

    def around(self, sql: str, run: Callable[[], Any]) -> Any:
        """Run a statement, if it comes to that."""
        hit = self.armed and sql.lstrip().startswith(self.aim.statement)
        self.left -= hit
        if hit and self.left == 0 and self.aim.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = run()
        if hit and self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    def _arm(self, *_: object) -> None:
        self.armed = True

    def _connect(self, _dialect: Any, _record: Any, arguments: Any, named: dict[str, Any]) -> None:
        if Path(arguments[0]).stem == self.aim.room:
            named["factory"] = Connection


TRIGGER = Trigger()


class Cursor(sqlite3.Cursor):
    """Runs its statements past the trigger."""

    def execute(self, sql: str, *rest: Any) -> Any:
        """See sqlite3."""
        return TRIGGER.around(sql, lambda: super(Cursor, self).execute(sql, *rest))

    def executemany(self, sql: str, *rest: Any) -> Any:
        """See sqlite3."""
        return TRIGGER.around(sql, lambda: super(Cursor, self).executemany(sql, *rest))


class Connection(sqlite3.Connection):
    """Runs its statements past the trigger, as do its cursors."""

    def cursor(self, *_: Any) -> Any:
        """See sqlite3."""
        return super().cursor(Cursor)

    def execute(self, sql: str, *rest: Any) -> Any:
        """See sqlite3."""
        return TRIGGER.around(sql, lambda: super(Connection, self).execute(sql, *rest))

    def executemany(self, sql: str, *rest: Any) -> Any:
        """See sqlite3."""
        return TRIGGER.around(sql, lambda: super(Connection, self).executemany(sql, *rest))

    def commit(self) -> None:
        """See sqlite3."""
        TRIGGER.around("COMMIT" if self.in_transaction else "", super().commit)
