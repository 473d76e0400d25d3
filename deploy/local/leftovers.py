"""Ends the processes of a stack whose supervisor is gone: services, then Kafka, then PostgreSQL."""

import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from deploy.local.layout import Layout
from deploy.local.registry import Registry, marked

GRACE = {"services": 10.0, "Kafka": 30.0, "PostgreSQL": 60.0}
"""Seconds before the kill, in the order of ending."""


def end_leftovers(layout: Layout, say: Callable[[str], None]) -> int:
    """How many processes were ended; 0 = there were none. The caller holds the stack's lock."""
    kinds = _by_kind(layout)
    for kind, grace in GRACE.items():
        if found := kinds[kind]:
            say(f"{kind}: ending {len(found)} left over from before")
            end(found, signal.SIGINT if kind == "PostgreSQL" else signal.SIGTERM, grace)
    Registry(layout.running).clear()
    return sum(map(len, kinds.values()))


def _by_kind(layout: Layout) -> dict[str, list[psutil.Process]]:
    cluster, broker = layout.data_dir / "postgres", str(layout.data_dir / "kafka")
    known = list(Registry(layout.running).living())
    postgres = set(working_in(cluster)) | {process for name, process in known if name == "postgres"}
    others = {process for _, process in known} | set(marked(layout.data_dir))
    others -= postgres | set(psutil.Process().parents()) | {psutil.Process()}
    kafka = {process for process in others if broker in " ".join(_words(process))}
    return {"services": list(others - kafka), "Kafka": list(kafka), "PostgreSQL": list(postgres)}


def working_in(folder: Path) -> Iterable[psutil.Process]:
    """The server overwrites its environment with its title, but its working directory is the cluster."""
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder):
                yield process
        except (psutil.Error, OSError):
            continue


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def end(processes: list[psutil.Process], sign: int, grace: float) -> None:
    """Asks all by `sign`, waits `grace` seconds for them, kills the rest."""
    for process in processes:
        _signal(process, sign)
    for process in _await_end(processes, grace):
        _signal(process, signal.SIGKILL)
    _await_end(processes, 10)


def _await_end(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that still run after that. A zombie has ended: it only waits for init to take note, at its leisure."""
    deadline, left = time.monotonic() + seconds, processes
    while (left := [process for process in left if _runs(process)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _signal(process: psutil.Process, sign: int) -> None:
    with suppress(psutil.Error):
        process.send_signal(sign)  # psutil compares the start time first: never another's pid
