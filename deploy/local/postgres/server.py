"""One PostgreSQL server on a data directory: start, wait until it answers, stop."""

import asyncio
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

import asyncpg
import psutil

from deploy.local.blocking import blocking
from deploy.local.child import Child, spawn
from deploy.local.layout import Layout
from deploy.local.leftovers import end, working_in
from deploy.local.postgres.cluster import BINARIES, PostgresError, ensure_cluster, socket_folder, system_user

START_SECONDS = 600.0
"""Recovery after a crash replays the log: minutes, on a big one. A server that gave up ends at once."""

STOP_SECONDS = 60.0

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "fsync": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class Server:
    """The server of one stack, its files under `<data>/postgres`; `settings`: beside the ones that every stack has."""

    title = "PostgreSQL"

    def __init__(
        self, layout: Layout, say: Callable[[str], None], settings: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.layout, self.say, self.settings = layout, say, SETTINGS | dict(settings)
        self.data = layout.data_dir / "postgres"
        self.child: Child | None = None
        self.socket: Path | None = None

    def start(self) -> str:
        """Answers the administrator's DSN when a query was answered; `PostgresError` if it gave up."""
        ensure_cluster(self.data, system_user())
        child = self.launch()
        dsn = f"postgresql://postgres@/postgres?host={self.socket}"
        self._await_answer(child, dsn)
        return dsn

    def launch(self) -> Child:
        """Once more after `start`, when it died: the same data and socket. Does not wait for an answer."""
        user = system_user()
        self.socket = socket_folder(self.data, user)
        # A killed server's sessions outlive it for a moment. With its lock file gone the next one would not
        # know of them, and both would write to the same files.
        end([process for process in working_in(self.data) if _serves(process.pid, self.data)], signal.SIGQUIT, 5.0)
        self._drop_stale_locks(self.socket)
        settings = {**self.settings, "unix_socket_directories": str(self.socket)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(BINARIES / "postgres"), "-D", str(self.data), *options]
        self.child = spawn(self.layout, "postgres", command, cwd=self.data, user=user)
        return self.child

    def stop(self) -> None:
        """Fast shutdown: cuts sessions, writes everything; immediate after 60 s (the next start recovers)."""
        if not self.child:
            return
        self.child.ask(signal.SIGINT)
        with suppress(TimeoutError):
            self._await_end(self.child, STOP_SECONDS)
        self.child.stop(signal.SIGQUIT)
        self.child = None
        if self.socket and self.socket != self.data:
            with suppress(OSError):
                self.socket.rmdir()

    def _drop_stale_locks(self, socket: Path) -> None:
        """After a crash the pid in them may be another program's, or a zombie's that init has not noticed yet:
        PostgreSQL would take it for a server and refuse to start."""
        for path in (self.data / "postmaster.pid", socket / ".s.PGSQL.5432.lock"):
            with suppress(OSError, ValueError, psutil.AccessDenied):
                pid = int(path.read_text().split("\n", 1)[0])
                if not _serves(pid, self.data):
                    path.unlink()

    def _await_end(self, child: Child, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while child.alive():
            if time.monotonic() > deadline:
                raise TimeoutError
            time.sleep(0.02)

    def _await_answer(self, child: Child, dsn: str) -> None:
        begin, told = time.monotonic(), False
        while not blocking(_answers(dsn)):
            waited = time.monotonic() - begin
            if not child.alive() or waited > START_SECONDS:
                raise PostgresError(f"PostgreSQL did not start; {child.log}:\n{child.tail()}")
            if waited > 10 and not told:
                self.say("PostgreSQL is recovering after a crash, this may take minutes")
                told = True
            time.sleep(0.05)


def _serves(pid: int, data: Path) -> bool:
    """Whether that process is a PostgreSQL on `data`; `psutil.AccessDenied` if it does not let us see."""
    try:
        process = psutil.Process(pid)
        return process.name() == "postgres" and process.cwd() == str(data)
    except psutil.NoSuchProcess:
        return False


async def _answers(dsn: str) -> bool:
    """Whether a session opens and answers within five seconds."""
    try:
        async with asyncio.timeout(5):
            connection = await asyncpg.connect(dsn, timeout=4)
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    return True
