"""Tells a member that is stuck from one that is idle or busy: aiokafka's clients were seen alive and doing nothing
(aiokafka 625, 703, 847, 1154), in an `await` that never ends or in polls that bring nothing though records wait.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiokafka import TopicPartition

STUCK_S = 30.0
"""How long one call to the broker may take, and a partition in which records wait may stand still."""

JOINING_S = 60.0
"""How long starting may take: longer than the client looks for a missing topic (40 s), whose name is worth more."""

STORING_S = 300.0
"""How long a batch may take in the database: slow is no reason to begin it again, hung for ever is."""


class StuckError(Exception):
    """No progress; the text says where."""


class Watchdog:
    """Watches one member: its calls by a deadline, its partitions by lag and position."""

    def __init__(self, stuck_s: float = STUCK_S) -> None:
        self.stuck_s = stuck_s
        self._deadline: asyncio.Timeout | None = None
        self._beat = 0.0
        self._stands: dict[TopicPartition, tuple[int, float]] = {}

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Ends what runs inside with `StuckError` when it was not `alive` for as long as it may be."""
        self._stands, self._beat = {}, self._now()
        deadline = self._deadline = asyncio.timeout(max(self.stuck_s, JOINING_S))
        try:
            async with deadline:
                yield
        except TimeoutError:
            if deadline.expired():
                raise self._silent() from None
            raise
        finally:
            self._deadline = None

    def alive(self) -> None:
        """Something was done; the next call may take `stuck_s`."""
        self._allow(self.stuck_s)

    def storing(self) -> None:
        """A batch goes to the database now, which may take `STORING_S`."""
        self._allow(STORING_S)

    def waiting_their_turn(self) -> None:
        """A window was full: partitions that had no part in it could not move."""
        self._stands = {}

    def look(self, positions: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> None:
        """Raises `StuckError` when records wait in a partition that has stood still for `stuck_s`."""
        now, before = self._now(), self._stands
        self._stands = {tp: (at, now) for tp, at in positions.items() if ends[tp] > at}
        for tp, (at, _) in self._stands.items():
            if tp in before and before[tp][0] == at:
                self._stands[tp] = before[tp]
                if now - before[tp][1] > self.stuck_s:
                    raise StuckError(f"{tp.topic}/{tp.partition} stays at {at}, its end is {ends[tp]}")

    def complaint(self) -> str | None:
        """For readiness: how long nothing was done, where that is longer than `stuck_s`."""
        idle = self._now() - self._beat
        return f"no progress for {idle:.0f} s" if idle > self.stuck_s else None

    def _allow(self, seconds: float) -> None:
        if self._deadline is not None and self._deadline.expired():
            raise self._silent()  # the client has swallowed the cancellation
        self._beat = self._now()
        if self._deadline is not None:
            self._deadline.reschedule(self._beat + seconds)

    def _silent(self) -> StuckError:
        return StuckError(f"no answer for {self._now() - self._beat:.0f} s")

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
