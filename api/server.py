"""Serves the application on an address of this machine."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn

from api.app import create_app
from api.running import Running
from api.settings import Settings

# Requests have seconds of grace to end, then what was accepted is finished. All of it within ten seconds,
# also on a busy machine, where it takes one or two until everything is taken down.
GRACE_SECONDS = 4
STOP_SECONDS = 7.5
# The log is ours, and so are its lines about requests.
OURS: dict[str, Any] = {
    "log_config": None,
    "access_log": False,
    "timeout_graceful_shutdown": GRACE_SECONDS,
}

log = logging.getLogger("pakta.requests")


def end_in_time(seconds: float = STOP_SECONDS) -> None:
    """Let this process end after some seconds, even if it waits for a database that stands still.

    Nothing that was acknowledged is lost by it; who waits for an answer must ask again, as after a crash.
    """

    def end() -> None:
        time.sleep(seconds)
        log.warning("something could not be finished in time, and is given up")
        os._exit(0)  # whatever other threads wait for

    threading.Thread(target=end, name="end", daemon=True).start()


class Server(uvicorn.Server):
    """uvicorn, a call once it answers, and an end that is not waited for without limit."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]  # uvicorn's own sockets
        """Begin to answer, then say so."""
        await super().startup(sockets)  # type: ignore[arg-type]  # as above
        if self.started:
            self.ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in good order, or at last without."""
        end_in_time()
        super().handle_exit(sig, frame)


def serve(settings: Settings, running: Running, host: str, port: int, ready: Callable[[], None]) -> bool:
    """Answer requests until stopped. Returns whether it could begin to."""
    config = uvicorn.Config(create_app(settings, running=running), host=host, port=port, **OURS)
    server = Server(config, ready)
    for stop in (signal.SIGINT, signal.SIGTERM):
        # uvicorn stops in good order, then raises the signal again, which would end us before we are done.
        signal.signal(stop, lambda *_: None)
    with suppress(SystemExit):  # uvicorn's way to say that it could not begin
        server.run()
    return server.started
