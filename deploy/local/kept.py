"""One process that is to run: noticed when it dies, started again after a pause."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from deploy.local.child import Child

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
SETTLED = 60.0
"""Seconds a process must run for its earlier deaths to be forgotten."""


@dataclass(slots=True)
class Kept:
    """`start` returns at once. `deaths` in a row; `started`, `due` (its next start): monotonic times."""

    title: str
    start: Callable[[], Child]
    child: Child | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0

    def tick(self, say: Callable[[str], None]) -> None:
        """Says if it died; starts it if that is due."""
        now = time.monotonic()
        if self.child and not self.child.alive():
            self._bury(self.child, now, say)
        if self.child is None and now >= self.due:
            self.child, self.started = self.start(), now

    def alive(self) -> bool:
        """Whether it runs now."""
        return self.child is not None and self.child.alive()

    def _bury(self, child: Child, now: float, say: Callable[[str], None]) -> None:
        self.deaths = 0 if now - self.started > SETTLED else self.deaths
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**self.deaths)
        self.deaths, self.due, self.child = self.deaths + 1, now + pause, None
        child.registry.remove(child.name)
        said = child.tail(1)
        say(f"{self.title}: ended with {child.process.returncode}, again in {pause:g} s ({child.log}: {said})")
