"""The close as a job: asked for in a table, done by one worker at a time, begun again where one dies."""

import asyncio
import logging

from sqlalchemy.ext.asyncio import AsyncEngine

from services.scoring.close.closing import Closing, NothingKnownError
from services.scoring.metrics.rules import Rules
from shared.database import Connection, is_unreachable, raw_connection
from shared.pause import pause

log = logging.getLogger(__name__)

# A session's lock, not a row's: a transaction open for minutes would hold back every relay of the server.
_ALONE = "select pg_try_advisory_lock(hashtext('close'))"
# All of this session's, and no error where there is none: who is stopped while asking can't tell whether they have it.
_NOT_ALONE = "select pg_advisory_unlock_all()"
_OPEN = "select id, as_of from closes where finished_at is null order by requested_at, id limit 1"
_BEGUN = """
    update closes set state = 'running', started_at = clock_timestamp(), customers = 0, attempts = attempts + 1
    where id = $1 returning attempts
"""
_STATE = "select state, error, finished_at from closes where id = $1"
_FAILED = "update closes set state = 'failed', step = null, finished_at = clock_timestamp(), error = $2 where id = $1"
IDLE_S, PATIENCE_S = 0.5, 600.0
MOST_ATTEMPTS = 10
"""A close that kills whoever is at it must not hold up all others for ever."""


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

    async def until_none(self) -> None:
        """Work until no close is open."""
        while True:
            async with raw_connection(self.engine) as raw:
                if await raw.fetchrow(_OPEN) is None:
                    return
            if not await self.work():
                await asyncio.sleep(IDLE_S)

    async def until_done(self, close_id: str) -> str | None:
        """Work until that close is done, by us or by somebody else; returns why it failed, None where it did not."""
        while True:
            async with raw_connection(self.engine) as raw:
                found = await raw.fetchrow(_STATE, close_id)
            if found and found["finished_at"] is not None:
                return None if found["state"] == "done" else f"close {close_id} failed: {found['error']}"
            if not await self.work():
                await asyncio.sleep(IDLE_S)

    async def _next(self, raw: Connection) -> bool:
        asked = await raw.fetchrow(_OPEN)
        if asked is None:
            return False
        if await raw.fetchval(_BEGUN, asked["id"]) > MOST_ATTEMPTS:
            await raw.execute(_FAILED, asked["id"], f"begun {MOST_ATTEMPTS} times and never ended: see the logs")
            return True
        try:
            await Closing(self.engine, raw, asked["id"], asked["as_of"], self.rules).close(PATIENCE_S)
        except TimeoutError:
            await raw.execute(_FAILED, asked["id"], f"the facts were not in after {PATIENCE_S:.0f} s")
        except NothingKnownError as error:
            await raw.execute(_FAILED, asked["id"], str(error))
        except Exception as error:
            if is_unreachable(error):
                raise
            log.exception("close failed")
            await raw.execute(_FAILED, asked["id"], type(error).__name__)
        return True
