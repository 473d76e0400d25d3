"""`up` and `down`: the stack as a process of its own, detached from the terminal."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from deploy.local.child import tail
from deploy.local.interruption import Interruption
from deploy.local.layout import Layout
from deploy.local.leftovers import end_leftovers
from deploy.local.lock import TakenError, held, is_held
from deploy.local.registry import Registry
from deploy.local.stack import READY_SECONDS, SUPERVISOR, ready_mark

Say = Callable[[str], None]
START_SLACK = 60.0
"""Seconds beyond the services' own deadline: fetching Kafka once, a server's recovery."""

STOP_SECONDS = 150.0
DETACHED: list["subprocess.Popen[bytes]"] = []
"""Python complains about a `Popen` that is forgotten while its process runs; here that is what is wanted."""

SUPERVISE = (sys.executable, "-m", "deploy.local", "supervise")


def up(layout: Layout, interruption: Interruption, say: Say, command: Sequence[str] = SUPERVISE) -> int:
    """0 when every process is ready; 1, with the log's end, when not. Interrupted, it stops what it began."""
    if is_held(layout.data_dir):
        pid = _pid(layout)
        say(f"already running (process {pid}, data in {layout.data_dir}); nothing to do")
        return 0 if _await_ready(layout, lambda: _pid(layout), interruption, lambda _line: None) else 1
    process = _detached(layout, command)
    try:
        if _await_ready(layout, lambda: process.pid if process.poll() is None else None, interruption, say):
            say(f"ready; logs in {layout.logs}")
            return 0
    except BaseException:
        say("interrupted: stopping")
        _abandon(layout, process, say)
        raise
    _abandon(layout, process, say)
    say(f"the stack did not start; {_log(layout)}:\n{tail(_log(layout), 30)}")
    return 1


def down(layout: Layout, say: Say) -> int:
    """0 when none of the stack's processes runs any more."""
    supervisor = next((process for name, process in Registry(layout.running).living() if name == SUPERVISOR), None)
    if supervisor and is_held(layout.data_dir):
        say(f"stopping (process {supervisor.pid})")
        _end(supervisor)
    if not layout.data_dir.is_dir():
        say("nothing runs")
        return 0
    with held(layout.data_dir):
        ended = end_leftovers(layout, say)
    say(f"stopped; the data stay in {layout.data_dir}" if ended or supervisor else "nothing runs")
    return 0


def _end(supervisor: psutil.Process) -> None:
    """It stops everything in order; killed when it does not get there, for the leftovers are ended anyway."""
    try:
        supervisor.terminate()
        supervisor.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        supervisor.kill()
        supervisor.wait(10)
    except psutil.NoSuchProcess:
        return


def _abandon(layout: Layout, process: "subprocess.Popen[bytes]", say: Say) -> None:
    """Ends the supervisor we started and what it left; not another's that was quicker than ours."""
    with suppress(psutil.NoSuchProcess):
        _end(psutil.Process(process.pid))
    process.wait()
    with suppress(TakenError), held(layout.data_dir):
        end_leftovers(layout, say)


def _detached(layout: Layout, command: Sequence[str]) -> "subprocess.Popen[bytes]":
    layout.logs.mkdir(parents=True, exist_ok=True)
    ready_mark(layout).unlink(missing_ok=True)
    _log(layout).write_bytes(b"")
    with _log(layout).open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    DETACHED.append(process)
    return process


def _await_ready(layout: Layout, pid: Callable[[], int | None], interruption: Interruption, say: Say) -> bool:
    """Passes on what the supervisor says. False when it is gone or late."""
    deadline, seen = time.monotonic() + READY_SECONDS + START_SLACK, 0
    while (current := pid()) and time.monotonic() < deadline:
        interruption.check()
        seen = _pass_on(_log(layout), seen, say)
        if _ready(ready_mark(layout)) == current:
            return True
        time.sleep(0.1)
    return False


def _pass_on(log: Path, seen: int, say: Say) -> int:
    """Says the whole lines after byte `seen`; answers where they end."""
    if not log.exists():  # a stack in the foreground says it to its terminal
        return seen
    with log.open("rb") as file:
        file.seek(seen)
        lines = file.read().rpartition(b"\n")[0]
    for line in lines.decode(errors="replace").splitlines():
        say(line)
    return seen + len(lines) + 1 if lines else seen


def _ready(mark: Path) -> int | None:
    try:
        return int(mark.read_text())
    except (OSError, ValueError):
        return None


def _pid(layout: Layout) -> int | None:
    identity = Registry(layout.running).get(SUPERVISOR)
    return identity.pid if identity and identity.process() else None


def _log(layout: Layout) -> Path:
    return layout.logs / f"{SUPERVISOR}.log"
