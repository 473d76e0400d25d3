"""The evaluator: turns marked or due customers into cards, many events into one evaluation."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from services.scoring.evaluation.batch import Batch
from services.scoring.evaluation.due import DUE, MARKED
from services.scoring.evaluation.references import References
from services.scoring.evaluation.segments_in_use import SegmentsInUse
from services.scoring.metrics.rules import Rules
from shared import clock
from shared.database import Connection, is_unreachable, raw_connection, raw_transaction
from shared.pause import pause

log = logging.getLogger(__name__)
EVALUATED = Counter("evaluator_cards", "cards evaluated")
WAITING = Gauge("evaluator_dirty_customers", "customers whose marks wait (of the 10,000 oldest marks)")
AGE = Gauge("evaluator_oldest_mark_seconds", "how long the oldest mark has been waiting")

# A close that is asked for or under way may make every card due when it ends: those that merely are wait for it.
_CLOSING = "select exists (select from closes where finished_at is null)"
_WAITING = """
    select count(distinct customer_id) as customers, extract(epoch from clock_timestamp() - min(marked_at)) as age
    from (select customer_id, marked_at from marks order by mark limit 10000) as counted
"""
BATCH, SCAN = 100, 2000
IDLE_S, BACK_OFF_S, STUCK_S = 1.0, 1.0, 30.0


class Evaluator:
    """Keeps the cards current; `run` until told to stop. Several may run: they share the work by locks."""

    def __init__(self, engine: AsyncEngine, generation: int, rules: Rules) -> None:
        """`engine`: one that sees the generation's tables."""
        self.engine, self.generation, self.rules = engine, generation, rules
        self.references, self.segments = References(), SegmentsInUse()
        self.fault: str | None = "starting"
        self._woken = asyncio.Event()
        self._beat = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Evaluate until `stop` is set; an outage of the database is waited out."""
        while not stop.is_set():
            try:
                await self._listen(stop)
            except Exception as error:
                if not is_unreachable(error):
                    raise
                self.fault = type(error).__name__
                log.warning("evaluator waits: %s", self.fault)
                await asyncio.sleep(BACK_OFF_S)

    async def check(self) -> str | None:
        """For readiness: what keeps the evaluator from its work, or None."""
        idle = asyncio.get_running_loop().time() - self._beat
        return self.fault or (f"no progress for {idle:.0f} s" if idle > STUCK_S else None)

    async def _listen(self, stop: asyncio.Event) -> None:
        async with raw_connection(self.engine) as listening:
            await listening.add_listener("marks", self._wake)
            try:
                await self._work(stop)
            finally:
                await listening.remove_listener("marks", self._wake)

    def _wake(self, *_: object) -> None:
        self._woken.set()

    async def _work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._woken.clear()
            evaluated = await self.evaluate_some()
            await self._measure()
            self._beat, self.fault = asyncio.get_running_loop().time(), None
            if not evaluated:
                await pause(self._woken, IDLE_S)

    async def evaluate_some(self, now: datetime | None = None) -> int:
        """Evaluate up to `BATCH` customers that are marked or due; returns how many."""
        now = now or clock.now()
        async with raw_connection(self.engine) as raw:
            wanted = await _candidates(raw, now)
        return await self.evaluate(wanted, now) if wanted else 0

    async def _measure(self) -> None:
        async with raw_connection(self.engine) as raw:
            if waiting := await raw.fetchrow(_WAITING):
                WAITING.set(waiting["customers"])
                AGE.set(waiting["age"] or 0)

    async def evaluate(self, wanted: Sequence[str], now: datetime) -> int:
        """Evaluate those of `wanted` that nobody else is at, in one transaction; returns how many."""
        async with raw_transaction(self.engine) as raw:
            batch = Batch(raw, self.generation, now, self.rules)
            evaluated = await batch.evaluate(wanted, self.references, self.segments)
        EVALUATED.inc(evaluated)
        return evaluated


async def _candidates(raw: Connection, now: datetime) -> list[str]:
    # The oldest marks first; a customer with many marks is taken once.
    marked = dict.fromkeys(row["customer_id"] for row in await raw.fetch(MARKED, now, SCAN))
    wanted = list(marked)[:BATCH]
    if len(wanted) < BATCH and not await raw.fetchval(_CLOSING):
        due = await raw.fetch(DUE, now, BATCH - len(wanted))
        wanted = list(dict.fromkeys([*wanted, *(row["customer_id"] for row in due)]))
    return wanted
