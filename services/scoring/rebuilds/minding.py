"""Minding what is asked of generations: a rebuild has a process of its own, so that live cards keep their pace."""

import asyncio
import logging
import sys
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

from services.scoring.rebuilds.worker import waits
from shared.database import is_unreachable, open_engine, raw_connection
from shared.pause import pause

log = logging.getLogger(__name__)
COMMAND = (sys.executable, "-m", "services.scoring.main", "generations")
LOOK_S, AGAIN_S = 1.0, 10.0


class Minder:
    """Starts `command` when something is asked and nobody else is at it; `run` until told to stop."""

    def __init__(self, database_url: str, command: Sequence[str] = COMMAND) -> None:
        self.database_url, self.command = database_url, command

    async def run(self, stop: asyncio.Event) -> None:
        """Look until `stop` is set; a process under way is then told to end, too."""
        engine = open_engine(self.database_url, pool_size=1, search_path="app", application="scoring-rebuild")
        try:
            while not stop.is_set():
                # What went wrong stands in the log; the next process goes on where that one stopped.
                failed = await self._asked(engine) and await self._done(stop) != 0
                await pause(stop, AGAIN_S if failed else LOOK_S)
        finally:
            await engine.dispose()

    async def _asked(self, engine: AsyncEngine) -> bool:
        try:
            async with raw_connection(engine) as connection:
                return await waits(connection)
        except Exception as error:
            if not is_unreachable(error):
                raise
            log.warning("no word of rebuilds: %s", type(error).__name__)
            return False

    async def _done(self, stop: asyncio.Event) -> int:
        process = await asyncio.create_subprocess_exec(*self.command)
        ended, stopped = asyncio.ensure_future(process.wait()), asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            if process.returncode is None:
                process.terminate()
        return await ended
