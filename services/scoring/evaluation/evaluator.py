"""The evaluator: turns marked or due customers into cards, many events into one evaluation.

A customer is locked, their marks are deleted, *then* their facts are read, in a later statement: a fact
that arrives in between is either read now or leaves a mark that wakes us again.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

import orjson
from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from services.scoring.evaluation.due import DUE
from services.scoring.evaluation.references import References
from services.scoring.facts.fact import Fact
from services.scoring.facts.reading import facts_of
from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Rules
from services.scoring.metrics.scorecard import Scorecard, evaluate
from shared import clock
from shared.database import Connection, is_unreachable, raw_connection, raw_transaction

log = logging.getLogger(__name__)
EVALUATED = Counter("evaluator_cards", "cards evaluated")
FAILED = Counter("evaluator_failures", "customers that could not be evaluated")
WAITING = Gauge("evaluator_marks", "marks that wait (counted up to 10,000)")

_MARKED = "select customer_id from marks order by mark limit $1"
# A close that is asked for or under way may make every card due when it ends: those that merely are wait for it.
_CLOSING = "select exists (select from closes where finished_at is null)"
_LOCK = """
    select customer_id from unnest($1::text[]) as wanted (customer_id)
    where pg_try_advisory_xact_lock(hashtextextended('card ' || customer_id, 0))
"""
_UNMARK = "delete from marks where customer_id = any($1)"
_WRITE = """
    insert into cards (customer_id, as_of, next_review_at, card, reference_as_of, reference_revision)
    select *, coalesce($5::timestamptz, '-infinity'), $6::int
    from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[])
    on conflict (customer_id) do update
    set as_of = excluded.as_of, next_review_at = excluded.next_review_at, card = excluded.card,
        reference_as_of = excluded.reference_as_of, reference_revision = excluded.reference_revision
"""
_COUNT = "select count(*) from (select from marks limit 10000) as counted"
BATCH, SCAN = 100, 2000
IDLE_S, BACK_OFF_S, STUCK_S = 1.0, 1.0, 30.0


class Evaluator:
    """Keeps the cards current; `run` until told to stop. Several may run: they share the work by locks."""

    def __init__(self, engine: AsyncEngine, rules: Rules, references: References | None = None) -> None:
        self.engine, self.rules = engine, rules
        self.references = references or References()
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
            self._beat, self.fault = asyncio.get_running_loop().time(), None
            if not evaluated:
                await self._pause()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), IDLE_S)
        except TimeoutError:
            return

    async def evaluate_some(self, now: datetime | None = None) -> int:
        """Evaluate up to `BATCH` customers that are marked or due; returns how many."""
        now = now or clock.now()
        async with raw_connection(self.engine) as raw:
            wanted = await _candidates(raw, now)
            WAITING.set(await raw.fetchval(_COUNT) or 0)
        return await self.evaluate(wanted, now) if wanted else 0

    async def evaluate(self, wanted: Sequence[str], now: datetime) -> int:
        """Evaluate those of `wanted` that nobody else is at, in one transaction; returns how many."""
        async with raw_transaction(self.engine) as raw:
            customers = [row["customer_id"] for row in await raw.fetch(_LOCK, wanted)]
            await raw.execute(_UNMARK, customers)
            await self._write_cards(raw, customers, now)
        EVALUATED.inc(len(customers))
        return len(customers)

    async def _write_cards(self, raw: Connection, customers: Sequence[str], now: datetime) -> None:
        reference = await self.references.in_force(raw, now)
        facts = await facts_of(raw, customers)
        cards = {name: card for name in sorted(facts) if (card := self._card(name, facts[name], now, reference))}
        await raw.execute(
            _WRITE,
            list(cards),
            [card.as_of for card in cards.values()],
            [card.next_review_at for card in cards.values()],
            [orjson.dumps(card.to_json(name)).decode() for name, card in cards.items()],
            None if reference is None else reference.as_of,
            0 if reference is None else reference.revision,
        )

    def _card(self, customer: str, facts: list[Fact], now: datetime, reference: Reference | None) -> Scorecard | None:
        """The customer's card; None where we can't make it, so that one customer stops no other."""
        try:
            return evaluate(facts, now, self.rules, reference)
        except Exception:
            FAILED.inc()
            log.exception("customer %s can't be evaluated", customer)
            return None


async def _candidates(raw: Connection, now: datetime) -> list[str]:
    # The oldest marks first; a customer with many marks is taken once.
    marked = dict.fromkeys(row["customer_id"] for row in await raw.fetch(_MARKED, SCAN))
    wanted = list(marked)[:BATCH]
    if len(wanted) < BATCH and not await raw.fetchval(_CLOSING):
        due = await raw.fetch(DUE, now, BATCH - len(wanted))
        wanted = list(dict.fromkeys([*wanted, *(row["customer_id"] for row in due)]))
    return wanted
