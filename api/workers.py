"""Several processes that answer on one address; whichever dies is replaced."""

import logging
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import connection, parent_process
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SOL_SOCKET, socket

import uvicorn
from fastapi import FastAPI
from prometheus_client.multiprocess import mark_process_dead
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from api import logs
from api.app import create_app
from api.figures import SHARED_FIGURES
from api.server import OURS, STOP_SECONDS, end_in_time
from api.settings import Settings
from domain.collecting import collect_seldom

log = logging.getLogger("pakta.requests")

SILENCE_SECONDS = 30  # after which a worker is taken for hung


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
    # One socket for all, so that whoever waits to be let in is not lost with the worker that dies.
    with socket(AF_INET6 if ":" in host else AF_INET) as shared:
        shared.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        try:
            shared.bind((host, port))
        except OSError:
            return False
        with tempfile.TemporaryDirectory(prefix="pakta-figures-") as figures:
            os.environ[SHARED_FIGURES] = figures
            supervisor = Supervisor(config, [shared], ready)
            supervisor.run()
            return not supervisor.has_failed


def application(settings: Settings) -> FastAPI:
    """The application of one worker, in a process of its own that ends with the one that began it."""
    logs.configure(settings.log)
    collect_seldom()
    threading.Thread(target=_end_with_parent, name="parent watch", daemon=True).start()
    return create_app(settings, apart=True)


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    end_in_time()
    os.kill(os.getpid(), signal.SIGTERM)


class Supervisor(Multiprocess):
    """uvicorn's own, which says when all workers answer, and waits for none of them for ever."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket], ready: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self.ready = ready
        self.is_ready = False
        self.has_failed = False  # to begin; to be stopped before is no failure
        self._begun: set[Process] = set()
        self._asked: dict[Process, float] = {}  # and not heard since

    def keep_subprocess_alive(self) -> None:
        """Replace whoever died or hangs, and see whether all have begun to answer."""
        for number, process in enumerate(self.processes):
            if self._is_well(process):
                continue
            process.kill()
            process.join()
            mark_process_dead(process.pid)  # type: ignore[no-untyped-call]  # it has no types
            if not self.is_ready or process.exitcode == STARTUP_FAILURE:
                self.has_failed = True  # the next one would not come up either
                self.should_exit.set()
                return
            log.warning("a worker is gone and is replaced")
            self._begun.discard(process)
            self._asked.pop(process, None)
            self.processes[number] = Process(self.config, self.sockets)
            self.processes[number].start()
        if not self.is_ready and self._begun.issuperset(self.processes):
            self.is_ready = True
            self.ready()

    def _is_well(self, process: Process) -> bool:
        """Whether a worker lives, and has said so of late once it has begun to answer.

        However long it takes to begin: on a busy machine the next one would take no less.
        """
        if not process.process.is_alive():
            return False
        now = time.monotonic()
        try:
            if process not in self._asked:
                process.parent_conn.send(b"ping")
                self._asked[process] = now
            elif process.parent_conn.poll():
                if process.parent_conn.recv():
                    self._begun.add(process)
                del self._asked[process]
        except (OSError, EOFError):
            return False
        return process not in self._begun or now - self._asked.get(process, now) < SILENCE_SECONDS

    def join_all(self) -> None:
        """Wait until the workers have ended, and end those that cannot."""
        until = time.monotonic() + STOP_SECONDS
        for worker in self.processes:
            worker.process.join(max(0.0, until - time.monotonic()))
            if worker.process.is_alive():
                log.warning("a worker could not finish in time, and is ended")
                worker.process.kill()
                worker.process.join()
