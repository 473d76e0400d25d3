"""A child process: in a session of its own, written down, with a log file, and a way to end it."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local.layout import Layout
from deploy.local.registry import MARK, Registry, identity_of


@dataclass(slots=True)
class Child:
    """A running child of ours. `log`: where its output goes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    registry: Registry

    def alive(self) -> bool:
        """Whether it still runs; reaps it if not."""
        return self.process.poll() is None

    def stop(self, sign: int = signal.SIGTERM, grace: float = 10.0) -> None:
        """Asks by `sign`, waits `grace` seconds, then kills. No error if it is gone."""
        self.ask(sign)
        self.wait_or_kill(grace)

    def ask(self, sign: int = signal.SIGTERM) -> None:
        """Sends the signal alone."""
        with suppress(ProcessLookupError):
            self.process.send_signal(sign)

    def wait_or_kill(self, grace: float) -> None:
        """Returns when it is gone and forgotten."""
        try:
            self.process.wait(grace)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.registry.remove(self.name)

    def tail(self, lines: int = 15) -> str:
        """The end of its log."""
        return tail(self.log, lines)


def spawn(
    layout: Layout,
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    cwd: Path | None = None,
    user: str | None = None,
) -> Child:
    """Starts `command`; its output is appended to `logs/<name>.log`. `environment` is added to ours.

    A session of its own keeps the terminal's ctrl-C from it: the supervisor alone decides the order.
    """
    layout.logs.mkdir(parents=True, exist_ok=True)
    log, registry = layout.logs / f"{name}.log", Registry(layout.running)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {}), MARK: str(layout.data_dir)},
            cwd=cwd,
            user=user,
            start_new_session=True,
        )
    with suppress(psutil.NoSuchProcess):
        registry.add(name, identity_of(process.pid))
    return Child(name, process, log, registry)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a file; says so if there is none."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) or "(empty)"
    except OSError:
        return f"(no {log.name})"
