"""Several processes that answer on one address; whichever dies is replaced."""

import gc
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from multiprocessing import connection, parent_process
from socket import socket

import uvicorn
from fastapi import FastAPI
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.supervisors import Multiprocess

from api import logs
from api.app import create_app
from api.figures import SHARED_FIGURES
from api.server import COLLECT_AFTER, OURS
from api.settings import Settings

# Requests have seconds of grace to end, then what was accepted is finished. All of it within ten seconds.
STOP_SECONDS = 9.0
# A worker that says nothing for so long is taken for hung. A busy machine may need a while to start one.
SILENCE_SECONDS = 30


def serve(settings: Settings, host: str, port: int, workers: int, ready: Callable[[], None]) -> bool:
    """Answer requests with several processes until stopped. Returns whether they could begin to."""
    config = uvicorn.Config(
        partial(application, settings),
        factory=True,
        host=host,
        port=port,
        workers=workers,
        timeout_worker_healthcheck=SILENCE_SECONDS,
        **OURS,
    )
    with suppress(SystemExit), tempfile.TemporaryDirectory(prefix="pakta-figures-") as figures:
        os.environ[SHARED_FIGURES] = figures
        # One socket for all, so that whoever waits to be let in is not lost with the worker that dies.
        supervisor = Supervisor(config, [config.bind_socket()], ready)
        supervisor.run()
        return supervisor.is_ready
    return False


def application(settings: Settings) -> FastAPI:
    """The application of one worker, in a process of its own that ends with the one that began it."""
    logs.configure(settings.log)
    gc.set_threshold(*COLLECT_AFTER)
    threading.Thread(target=_end_with_parent, name="parent watch", daemon=True).start()
    return create_app(settings)


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


class Supervisor(Multiprocess):
    """uvicorn's own, which says when all workers answer and does not wait for ever until they have ended."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket], ready: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self.ready = ready
        self.is_ready = False

    def keep_subprocess_alive(self) -> None:
        """Replace whoever died, and see whether all have begun to answer."""
        before = self._ids()
        super().keep_subprocess_alive()
        _forget(before - self._ids())
        if not self.is_ready and all(process.is_ready(timeout=SILENCE_SECONDS) for process in self.processes):
            self.is_ready = True
            self.ready()

    def join_all(self) -> None:
        """Wait until the workers have ended, and end those that cannot."""
        until = time.monotonic() + STOP_SECONDS
        for worker in self.processes:
            worker.process.join(max(0.0, until - time.monotonic()))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    def _ids(self) -> set[int]:
        return {process.pid for process in self.processes if process.pid is not None}


def _forget(dead: Iterable[int]) -> None:
    """What a dead worker had in use is free; what it counted still counts."""
    for process in dead:
        mark_process_dead(process)  # type: ignore[no-untyped-call]  # it has no types
