"""One close: wait for the facts, look at everybody, write what was found – all of it or nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import asyncpg
from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from services.scoring.audit.announcing import announce
from services.scoring.close.population import Population
from services.scoring.close.studying import Closed
from services.scoring.evaluation import references
from services.scoring.evaluation.segments_in_use import SegmentsInUse
from services.scoring.facts.erasures import together
from services.scoring.facts.progress import caught_up
from services.scoring.findings import store as findings
from services.scoring.metrics.rules import Rules
from services.scoring.studies.audit import AUDIT
from shared.database import Connection, raw_connection

LAST_CLOSE = Gauge("close_last_as_of_seconds", "the date of the last close, seconds since 1970")
LOOKED_AT = Gauge("close_customers", "customers looked at by the close under way or the last one", ["step"])

_STEP = "update closes set step = $2, customers = $3 where id = $1"
_DONE = """
    update closes set state = 'done', step = null, finished_at = clock_timestamp(), revision = $2, customers = $3,
        error = $4
    where id = $1
"""
# Between two statements of the snapshot a model is fitted, which may take minutes.
_PATIENT = "set local idle_in_transaction_session_timeout = 0"
TELL_S = 1.0


class NothingKnownError(Exception):
    """Nobody was known yet by the date of the close."""


class Closing:
    """The close `close_id` as of a date; reads and writes over `raw`, tells how far it is over another connection."""

    def __init__(self, engine: AsyncEngine, raw: Connection, close_id: str, as_of: datetime, rules: Rules) -> None:
        self.engine, self.raw, self.close_id, self.as_of, self.rules = engine, raw, close_id, as_of, rules
        self._step, self._customers = "waiting for facts", 0

    async def close(self, patience_s: float) -> None:
        """Do it. Raises `TimeoutError` where the facts are not in after so long, `NothingKnownError` without any."""
        async with self._telling():
            async with asyncio.timeout(patience_s):
                await caught_up(self.raw)
            # One snapshot for both readings of the population; it writes nothing, so it holds no relay back.
            async with self.raw.transaction(isolation="repeatable_read", readonly=True):
                await self.raw.execute(_PATIENT)
                segments = await SegmentsInUse().today(self.raw)
                studying = await Population(self.raw, self.as_of, self.rules, segments, self.tell).studied()
            closed = await asyncio.to_thread(studying.closed)
        if not closed.customers:
            raise NothingKnownError("nobody was known by then")
        async with self.raw.transaction():
            await self._write(closed)
        LAST_CLOSE.set(self.as_of.timestamp())

    def tell(self, step: str, customers: int) -> None:
        """It has looked at so many customers in this step."""
        self._step, self._customers = step, customers
        LOOKED_AT.labels(step).set(customers)

    async def _write(self, closed: Closed) -> None:
        await together(self.raw)  # who was erased since we looked is in no finding
        revision = await references.write(self.raw, closed.reference)
        for name, found in closed.findings.items():
            made = await findings.write(self.raw, name, self.as_of, found)
            if name == AUDIT:
                await announce(self.raw, self.as_of, made, found)
        await self.raw.execute(_DONE, self.close_id, revision, closed.customers, _without(closed.failed))
        await self.raw.execute("select pg_notify('marks', '')")  # cards that have an older reference are due now

    @asynccontextmanager
    async def _telling(self) -> AsyncIterator[None]:
        """While it is at work, everybody can read how far it is."""
        telling = asyncio.ensure_future(self._tell_on())
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.wait({telling})

    async def _tell_on(self) -> None:
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):  # told again in a second
                async with raw_connection(self.engine) as raw:
                    await raw.execute(_STEP, self.close_id, self._step, self._customers)
            await asyncio.sleep(TELL_S)


def _without(failed: Sequence[str]) -> str | None:
    return f"without {', '.join(failed)}: see the log" if failed else None
