"""Waits until the stack of another process is ready: one being started, or one that runs already."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.interruption import Interruption
from deploy.local.layout import Layout
from deploy.local.probes import red, still_red
from deploy.local.registry import Registry
from deploy.local.stack import READY_SECONDS, SUPERVISOR, ready_mark

Say = Callable[[str], None]
START_SLACK = 60.0
"""Seconds beyond the services' own deadline: fetching Kafka once, a server's recovery."""

HEAL_SECONDS = 30.0


def await_ready(layout: Layout, pid: Callable[[], int | None], interruption: Interruption, say: Say) -> bool:
    """Passes on what the supervisor says. False when it is gone or late."""
    deadline, seen = time.monotonic() + READY_SECONDS + START_SLACK, 0
    while (current := pid()) and time.monotonic() < deadline:
        interruption.check()
        seen = _pass_on(supervisor_log(layout), seen, say)
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


def look_again(layout: Layout, ports: Mapping[str, int], interruption: Interruption, say: Say) -> int:
    """0 when the stack that runs is ready; it gets a while, for its supervisor may be restarting what died."""
    running = f"already running (process {supervisor_pid(layout)}, data in {layout.data_dir})"
    if not ready_mark(layout).exists():
        say(f"{running}; waiting for its start")
    if not await_ready(layout, lambda: supervisor_pid(layout), interruption, lambda _line: None):
        say(f"{running}, but its start was not finished; logs in {layout.logs}")
        return 1
    if found := red(ports):
        say(f"{running}; waiting for {', '.join(found)}")
        if found := still_red(ports, HEAL_SECONDS, interruption):
            say(f"not ready after {HEAL_SECONDS:g} s: {', '.join(found)}; logs in {layout.logs}")
            return 1
    say(f"{running} and ready; nothing to do")
    return 0


def supervisor_pid(layout: Layout) -> int | None:
    """None if it does not run."""
    identity = Registry(layout.running).get(SUPERVISOR)
    return identity.pid if identity and identity.process() else None


def supervisor_log(layout: Layout) -> Path:
    """Where a detached supervisor writes what it says."""
    return layout.logs / f"{SUPERVISOR}.log"
