"""What the clock demands: duties that fall due, each done exactly once, however many processes watch.

What is due stands in rows of the service's own tables, with its due time; there is no timer beside them that
could be lost. A duty claims rows by `for update skip locked` and changes them in the same transaction, so a second
process passes them by, a crash leaves them due, and after a week of downtime they are done in the order of their
due times.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker

from shared import clock
from shared.outbox import Transaction
from shared.pause import pause

log = logging.getLogger(__name__)
LOOK_S = 1.0
ACTOR = "clock"

Duty = Callable[[Transaction], Awaitable[int]]
"""Does some of what is due at `tx.recorded`, the longest overdue first, and answers how many; 0 when none is left."""


class Clock:
    """Does a service's duties when they are due; `run` until told to stop. `source`: of the events they record."""

    def __init__(self, engine: AsyncEngine, source: str, duties: Sequence[Duty]) -> None:
        self.sessions = async_sessionmaker(engine, expire_on_commit=False)
        self.source, self.duties = source, duties
        self.fault: str | None = "starting"

    async def run(self, stop: asyncio.Event) -> None:
        """Look every second until `stop` is set.

        A duty that fails holds nobody else up: it is told by `check` and in the log, and tried again.
        """
        while not stop.is_set():
            faults = [fault for duty in self.duties if (fault := await self._tried(duty, stop))]
            self.fault = ", ".join(faults) or None
            await pause(stop, LOOK_S)

    async def look(self, stop: asyncio.Event | None = None) -> int:
        """Do everything that is due now; answers how many."""
        return sum([await self._all_of(duty, stop) for duty in self.duties])

    async def check(self) -> str | None:
        """For readiness: what keeps the clock from its work, or None."""
        return self.fault

    async def _tried(self, duty: Duty, stop: asyncio.Event) -> str | None:
        try:
            await self._all_of(duty, stop)
        except Exception as error:  # noqa: BLE001
            # The name alone: what a statement was given is not for the log.
            fault = f"{duty.__name__}: {type(error).__name__}"
            log.warning("a duty waits: %s", fault)
            return fault
        return None

    async def _all_of(self, duty: Duty, stop: asyncio.Event | None) -> int:
        done = 0
        while not (stop and stop.is_set()):
            async with self.sessions.begin() as session:
                found = await duty(Transaction(session, self.source, clock.now(), ACTOR))
            if not found:
                break
            done += found
        return done
