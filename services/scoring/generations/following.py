"""Workers that follow the pointer: begun for the live generation, ended when another is, begun again for that."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from services.scoring.generations import pointer
from services.scoring.generations.schema import search_path
from shared.database import is_unreachable, open_engine, raw_connection
from shared.pause import pause
from shared.web.health import Check

log = logging.getLogger(__name__)
LOOK_S = 0.5

Run = Callable[[asyncio.Event], Awaitable[None]]
"""Works until the event is set."""

Work = Callable[[AsyncEngine, int], tuple[Run, Check]]
"""Makes, for an engine that sees a generation and its number, a worker's `run(stop)` and its readiness check."""


class Follower:
    """Runs the work that `make` makes for whichever generation is live; `run` until told to stop."""

    def __init__(self, database_url: str, application: str, make: Work) -> None:
        self.database_url, self.application, self.make = database_url, application, make
        self._check: Check | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what the work raises is raised."""
        looking = open_engine(self.database_url, pool_size=1, search_path="app", application=self.application)
        try:
            while not stop.is_set():
                live = await self._live(looking)
                if live is None:
                    await pause(stop, LOOK_S)
                else:
                    await self._work(looking, live, stop)
        finally:
            await looking.dispose()

    async def check(self) -> str | None:
        """For readiness: what keeps the work from its progress, or None."""
        return "starting" if self._check is None else await self._check()

    async def _work(self, looking: AsyncEngine, generation: int, stop: asyncio.Event) -> None:
        engine = open_engine(self.database_url, search_path=search_path(generation), application=self.application)
        run, self._check = self.make(engine, generation)
        moved = asyncio.Event()
        working = asyncio.ensure_future(run(moved))
        try:
            while not (stop.is_set() or working.done() or await self._live(looking) not in (generation, None)):
                await pause(stop, LOOK_S)
            moved.set()
            await self._ended(working, looking, generation)
        finally:
            working.cancel()
            await engine.dispose()

    async def _ended(self, working: "asyncio.Future[None]", looking: AsyncEngine, generation: int) -> None:
        try:
            await working
        except Exception as error:
            # Its generation may have been dropped under its hands: that is no fault of the work.
            if await self._live(looking) in (generation, None):
                raise
            log.warning("left generation %s: %s", generation, type(error).__name__)

    async def _live(self, looking: AsyncEngine) -> int | None:
        """The live generation; None while nobody can tell."""
        try:
            async with raw_connection(looking) as connection:
                return await pointer.live(connection)
        except Exception as error:
            if not is_unreachable(error):
                raise
            log.warning("no word of the live generation: %s", type(error).__name__)
            return None
