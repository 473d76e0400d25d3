"""A rebuild: a new generation filled from the start of the topics beside the live one, until it can take its place.

It has a consumer group of its own, publishes nothing, and dead-letters only what the live consumer has not come to.
A worker that dies leaves it where it was; the next one goes on.
"""

import asyncio
import logging
from collections.abc import Sequence

from asyncpg.exceptions import LockNotAvailableError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.scoring.evaluation.evaluator import Evaluator
from services.scoring.facts.erasures import Erasures
from services.scoring.facts.intake import Intake
from services.scoring.facts.progress import caught_up
from services.scoring.generations import pointer
from services.scoring.generations.schema import schema_name, search_path, statements
from services.scoring.metrics.rules import Rules
from shared.consumer import Consumer, PoisonedError, PositionGoneError
from shared.database import Connection, open_engine, raw_connection, raw_transaction
from shared.dead_letters import DeadLetter, DeadLetters
from shared.events import FACT_TOPICS, dead_letters
from shared.received import not_ahead

log = logging.getLogger(__name__)

_ALONE = "select pg_try_advisory_lock(hashtext('rebuild'))"
_NOT_ALONE = "select pg_advisory_unlock(hashtext('rebuild'))"
_NEXT = """
    select number, state from app.generations where state in ('requested', 'filling', 'evaluating', 'dropping')
    order by state <> 'dropping', number limit 1
"""
_STATE = "update app.generations set state = $2 where number = $1 and state = $3 returning number"
_MARKED_BEFORE = "select exists (select from {schema}.marks where marked_at < $1)"
_READ = "select topic, partition, next_offset from live.offsets"
_FILLED = "update app.generations set filled_at = now() where number = $1"
_FAILED = "update app.generations set state = 'failed', error = $2 where number = $1 and state <> 'dropping'"
_BUILDING = "select state in ('filling', 'evaluating') from app.generations where number = $1"
BUILDING = ("filling", "evaluating")
LOOK_S = 0.2


class UntoldLetters(DeadLetters):
    """Bad records that the live generation has read are told of already; only those beyond are sent."""

    def __init__(self, engine: AsyncEngine, bootstrap: str, topic: str) -> None:
        super().__init__(bootstrap, topic)
        self.engine = engine

    async def send(self, letters: Sequence[DeadLetter]) -> None:
        """Send those that the live consumer has not come to; told twice where it comes to them at this moment."""
        if letters:
            async with raw_connection(self.engine) as raw:
                read = {(row["topic"], row["partition"]): row["next_offset"] for row in await raw.fetch(_READ)}
            records = ((letter, letter.record) for letter in letters)
            await super().send([each for each, at in records if at.offset >= read.get((at.topic, at.partition), 0)])


class Rebuilder:
    """Does the rebuilds and the drops that were asked for, one at a time."""

    def __init__(self, database_url: str, bootstrap: str, rules: Rules, erasures: Erasures) -> None:
        self.database_url, self.bootstrap = database_url, bootstrap
        self.rules, self.erasures = rules, erasures

    async def work(self, engine: AsyncEngine, stop: asyncio.Event) -> bool:
        """Do what was asked for next, if anything is and nobody else is at it; returns whether there was."""
        async with raw_connection(engine) as raw:
            if not await raw.fetchval(_ALONE):
                return False
            try:
                asked = await raw.fetchrow(_NEXT)
                if asked is not None:
                    await self._do(raw, asked["number"], asked["state"], stop)
                return asked is not None
            finally:
                await raw.execute(_NOT_ALONE)

    async def _do(self, raw: Connection, number: int, state: str, stop: asyncio.Event) -> None:
        if state == "dropping":
            return await _drop(raw, number)
        if state == "requested":
            await _make(raw, number)
        try:
            await self._build(raw, number, stop)
        except* (PositionGoneError, PoisonedError) as errors:
            log.exception("rebuild failed")
            await raw.execute(_FAILED, number, str(errors.exceptions[0]))

    async def _build(self, raw: Connection, number: int, stop: asyncio.Event) -> None:
        engine = open_engine(self.database_url, search_path=search_path(number), application="scoring-rebuild")
        letters = UntoldLetters(engine, self.bootstrap, dead_letters("scoring").name)
        consumer = Consumer(
            engine,
            self.bootstrap,
            group=f"scoring-rebuild-{number}",
            topics=[topic.name for topic in FACT_TOPICS],
            handle=Intake(number, self.erasures, BUILDING),
            judge=not_ahead,
            dead_letters=letters,
        )
        done = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(consumer.run(done))
                group.create_task(self._promote(raw, engine, number, stop, done))
        finally:
            await letters.close()
            await engine.dispose()

    async def _promote(
        self, raw: Connection, engine: AsyncEngine, number: int, stop: asyncio.Event, done: asyncio.Event
    ) -> None:
        """Wait for the facts, evaluate everybody, move the pointer; then, or when given up, set `done`."""
        try:
            if await self._filled(raw, engine, number, stop):
                await self._evaluated(raw, engine, number, stop)
        finally:
            done.set()

    async def _filled(self, raw: Connection, engine: AsyncEngine, number: int, stop: asyncio.Event) -> bool:
        async with raw_connection(engine) as reading:
            waiting = asyncio.ensure_future(caught_up(reading))
            while not (await _given_up(raw, number, stop) or waiting.done()):
                await asyncio.wait({waiting}, timeout=LOOK_S)
            waiting.cancel()
            await asyncio.wait({waiting})
        if waiting.cancelled():
            return False
        await waiting
        async with raw_transaction(engine) as writing:
            if await writing.fetchval(_STATE, number, "evaluating", "filling"):
                await writing.execute(_FILLED, number)
                await self.erasures.catch_up(writing)
        return True

    async def _evaluated(self, raw: Connection, engine: AsyncEngine, number: int, stop: asyncio.Event) -> None:
        evaluator, begun = Evaluator(engine, number, self.rules), await raw.fetchval("select clock_timestamp()")
        while not await _given_up(raw, number, stop):
            evaluated = await evaluator.evaluate_some()
            # While events keep coming somebody always waits: only who did when we began is waited for.
            waits = await raw.fetchval(_MARKED_BEFORE.format(schema=schema_name(number)), begun)
            if not waits and await _move(raw, number, self.rules.told_move):
                log.info("generation %s is live", number)
            elif not evaluated:
                await asyncio.sleep(LOOK_S)


async def waits(connection: Connection) -> bool:
    """Whether something is asked for, and nobody is at it."""
    if not await connection.fetchval(_ALONE):
        return False
    try:
        return await connection.fetchrow(_NEXT) is not None
    finally:
        await connection.execute(_NOT_ALONE)


async def _make(raw: Connection, number: int) -> None:
    async with raw.transaction():
        if await raw.fetchval(_STATE, number, "filling", "requested"):
            for statement in statements(number):
                await raw.execute(statement)


async def _drop(raw: Connection, number: int) -> None:
    async with raw.transaction():
        await raw.execute(f"drop schema if exists {schema_name(number)} cascade")
        await raw.execute(_STATE, number, "dropped", "dropping")


async def _move(raw: Connection, number: int, told_move: float) -> bool:
    try:
        async with raw.transaction():
            return await pointer.move(raw, number, told_move)
    except LockNotAvailableError:
        return False


async def _given_up(raw: Connection, number: int, stop: asyncio.Event) -> bool:
    return stop.is_set() or not await raw.fetchval(_BUILDING, number)
