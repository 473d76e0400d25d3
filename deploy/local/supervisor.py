"""Keeps processes running: starts them, restarts what dies, knows who is ready, ends them all."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local.child import Child, spawn
from deploy.local.layout import Layout
from deploy.local.processes import Launch

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
SETTLED = 60.0
"""Seconds a process must run for its earlier deaths to be forgotten."""

LONGEST_LOG = 32 * 2**20
GRACE = 20.0
"""Seconds between the request to stop and the kill; services finish their requests in that time."""


@dataclass(slots=True)
class Kept:
    """A process that is to run. `deaths` in a row; `due`: monotonic time of its next start."""

    launch: Launch
    child: Child | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0


class Supervisor:
    """Call `tick` again and again; nothing happens by itself."""

    def __init__(self, layout: Layout, launches: Sequence[Launch], say: Callable[[str], None]) -> None:
        self.layout, self.say = layout, say
        self.kept = [Kept(launch) for launch in launches]

    def tick(self) -> None:
        """Starts what is due, notices who died, keeps the logs short."""
        now = time.monotonic()
        for kept in self.kept:
            if kept.child and not kept.child.alive():
                self._bury(kept, kept.child, now)
            if kept.child is None and now >= kept.due:
                kept.child = spawn(self.layout, kept.launch.name, kept.launch.command, kept.launch.environment)
                kept.started = now
        for log in self.layout.logs.glob("*.log"):
            _bound(log)

    def unready(self) -> list[Launch]:
        """Those whose /readyz does not answer 200; for a process without a port, those that do not run."""
        with httpx.Client(trust_env=False, timeout=2.0) as client:
            return [kept.launch for kept in self.kept if not _ready(client, kept)]

    def stop(self) -> None:
        """Asks all at once, then waits for each; kills after 20 s."""
        children = [kept.child for kept in self.kept if kept.child]
        for child in children:
            child.ask()
        deadline = time.monotonic() + GRACE
        for child in children:
            child.wait_or_kill(max(0.1, deadline - time.monotonic()))
        self.kept.clear()

    def _bury(self, kept: Kept, child: Child, now: float) -> None:
        kept.deaths = 0 if now - kept.started > SETTLED else kept.deaths
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**kept.deaths)
        kept.deaths, kept.due, kept.child = kept.deaths + 1, now + pause, None
        child.registry.remove(child.name)
        said = child.tail(1)
        self.say(f"{child.name}: ended with {child.process.returncode}, again in {pause:g} s ({child.log}: {said})")


def _ready(client: httpx.Client, kept: Kept) -> bool:
    if kept.child is None or not kept.child.alive() or kept.launch.port is None:
        return kept.child is not None and kept.child.alive()
    try:
        return client.get(f"http://127.0.0.1:{kept.launch.port}/readyz").status_code == 200
    except httpx.HTTPError:
        return False


def _bound(log: Path) -> None:
    """Everybody appends, so a file cut to nothing goes on from there."""
    if log.stat().st_size > LONGEST_LOG:
        os.truncate(log, 0)
