"""The close as a job: asked for in a table, done by one worker at a time, begun again where one dies."""

import asyncio
import logging
from datetime import datetime

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from services.scoring.close.population import Population
from services.scoring.evaluation import references
from services.scoring.facts.progress import caught_up
from services.scoring.findings import store as findings
from services.scoring.membership.segments import Segments
from services.scoring.metrics.rules import Rules
from shared.database import Connection, is_unreachable, raw_connection
from shared.pause import pause

log = logging.getLogger(__name__)
LAST_CLOSE = Gauge("close_last_as_of_seconds", "the date of the last close, seconds since 1970")
STEP = Gauge("close_customers", "customers looked at by the close under way or the last one", ["step"])

# A session's lock, not a row's: a transaction open for minutes would hold back every relay of the server.
_ALONE = "select pg_try_advisory_lock(hashtext('close'))"
# All of this session's, and no error where there is none: who is stopped while asking can't tell whether they have it.
_NOT_ALONE = "select pg_advisory_unlock_all()"
_OPEN = "select id, as_of from closes where finished_at is null order by requested_at, id limit 1"
_BEGUN = "update closes set state = 'running', started_at = clock_timestamp() where id = $1"
_DONE = """
    update closes set state = 'done', finished_at = clock_timestamp(), revision = $2, customers = $3 where id = $1
"""
_FAILED = "update closes set state = 'failed', finished_at = clock_timestamp(), error = $2 where id = $1"
IDLE_S, PATIENCE_S = 0.5, 600.0


class Progress:
    """How far the close under way is."""

    def tell(self, step: str, customers: int) -> None:
        """It has looked at so many customers in this step."""
        STEP.labels(step).set(customers)


PROGRESS = Progress()


class CloseWorker:
    """Does the closes that were asked for, oldest first; `run` until told to stop."""

    def __init__(self, engine: AsyncEngine, rules: Rules) -> None:
        self.engine, self.rules = engine, rules

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; an outage of the database is waited out, the close then begun again.

        A close that is under way when `stop` is set is given up, for the next worker to begin again.
        """
        while not stop.is_set():
            try:
                worked = await self._unless(stop)
            except Exception as error:
                if not is_unreachable(error):
                    raise
                log.warning("close waits: %s", type(error).__name__)
                worked = False
            if not worked:
                await pause(stop, IDLE_S)

    async def _unless(self, stop: asyncio.Event) -> bool:
        """Do one close as `work` does, until `stop` is set."""
        working, stopping = asyncio.ensure_future(self.work()), asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            working.cancel()
            await asyncio.wait({working, stopping})
        return not working.cancelled() and working.result()

    async def work(self) -> bool:
        """Do one close, if one is asked for and nobody else is at it; returns whether there was."""
        async with raw_connection(self.engine) as raw:
            try:
                return await raw.fetchval(_ALONE) and await self._next(raw)
            finally:
                await raw.execute(_NOT_ALONE)

    async def _next(self, raw: Connection) -> bool:
        asked = await raw.fetchrow(_OPEN)
        if asked is None:
            return False
        await raw.execute(_BEGUN, asked["id"])
        try:
            await self._close(raw, asked["id"], asked["as_of"])
        except TimeoutError:
            await raw.execute(_FAILED, asked["id"], f"the facts were not in after {PATIENCE_S:.0f} s")
        except Exception as error:
            if is_unreachable(error):
                raise
            log.exception("close failed")
            await raw.execute(_FAILED, asked["id"], type(error).__name__)
        return True

    async def _close(self, raw: Connection, close_id: str, as_of: datetime) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await caught_up(raw)
        # One snapshot for both readings of the population; it writes nothing, so it holds no relay back.
        async with raw.transaction(isolation="repeatable_read", readonly=True):
            closed = await Population(raw, as_of, self.rules, Segments(), PROGRESS.tell).close()
        async with raw.transaction():
            revision = await references.write(raw, closed.reference)
            for name, found in closed.findings.items():
                await findings.write(raw, name, as_of, found)
            await raw.execute(_DONE, close_id, revision, closed.customers)
            await raw.execute("select pg_notify('marks', '')")  # cards that have an older reference are due now
        LAST_CLOSE.set(as_of.timestamp())
