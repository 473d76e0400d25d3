"""A consumer whose offsets live in PostgreSQL, in the transaction of what it made of the records.

Exactly once by arithmetic: a batch moves each partition's stored offset `from → to` and fails as a whole
when another member has moved one of them already (a zombie writes nothing), and offsets and rows commit
together (a crash repeats the batch or does not, never half). Needs a table
`offsets (topic, partition, next_offset, end_offset, reached, observed_at)`.
"""

import asyncio
import logging
from collections import Counter as Count
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import offsets
from shared.database import gave_way, is_unreachable
from shared.dead_letters import DeadLetter, LetterBox
from shared.kafka import leave, make_consumer
from shared.lag import Lag
from shared.offsets import FencedError, Move
from shared.received import Handler, Judge, Received, RefusedError, receive
from shared.watchdog import STUCK_S, StuckError, Watchdog

log = logging.getLogger(__name__)
CONSUMED = Counter("consumer_records", "records taken in", ["group", "verdict"])
BATCHES = Counter("consumer_batches", "batches stored", ["group"])
DEAD_LETTERS = Counter("consumer_dead_letters", "records that could not be taken in", ["group", "reason"])
REBUILT = Counter("consumer_rebuilt", "clients thrown away because they were stuck", ["group"])

POLL_MS, BACK_OFF_S, HEARTBEAT_S = 200, 1.0, 1.0
FAULTS = (KafkaError, FencedError, StuckError, OSError, TimeoutError)
ATTEMPTS = 4
MANY_BAD = 20
"""A window of more bad records than this, and mostly bad, is a fault of ours or a flood: stop and tell."""


class PositionGoneError(Exception):
    """The stored offset is no longer in the topic: facts would be skipped. Rebuild, or restore the topic."""


class PoisonedError(Exception):
    """Most of a window can't be decoded."""


TELLING = (StuckError, PositionGoneError)
"""Whose text is ours, and holds no data: it is told with the name."""


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc]
    """Feeds the records of `topics` to `handle`, batch by batch; `run` until told to stop."""

    def __init__(
        self,
        engine: AsyncEngine,
        bootstrap: str,
        *,
        group: str,
        topics: Sequence[str],
        handle: Handler,
        judge: Judge,
        dead_letters: LetterBox,
        window: int = 5000,
        stuck_s: float = STUCK_S,
    ) -> None:
        self.engine, self.bootstrap, self.group, self.topics = engine, bootstrap, group, topics
        self.handle, self.judge, self.dead_letters, self.window = handle, judge, dead_letters, window
        self.watchdog, self.lag = Watchdog(stuck_s), Lag(engine, group)
        self.fault: str | None = "starting"
        self._positions: dict[TopicPartition, int] = {}
        self._observed = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set. Faults of the broker or the database are waited out.

        A client that is stuck is thrown away for a new one: what it had read and not stored is read again.
        Raises `PositionGoneError` and `PoisonedError`: a person must decide.
        """
        while not stop.is_set():
            consumer = make_consumer(self.bootstrap, self.group, self.group)
            consumer.subscribe(list(self.topics), listener=self)
            try:
                async with self.watchdog.watching():
                    await consumer.start()
                    await self._consume(consumer, stop)
            except Exception as error:
                passes = isinstance(error, FAULTS) or is_unreachable(error) or gave_way(error)
                self._tell(error, passes)
                if not passes:
                    raise
                await asyncio.sleep(BACK_OFF_S)
            finally:
                await leave(consumer)
        self.lag.forget()

    async def check(self) -> str | None:
        """For readiness: what keeps the consumer from its work, or None."""
        return self.fault or self.watchdog.complaint()

    def _tell(self, error: Exception, passes: bool) -> None:
        self.fault, self._positions = type(error).__name__, {}
        if isinstance(error, TELLING):
            self.fault += f": {error}"
        REBUILT.labels(self.group).inc(isinstance(error, StuckError))
        self.lag.forget()
        if passes:
            log.warning("consumer waits: %s", self.fault)
        else:
            log.error("consumer stops: %s", self.fault)

    async def _consume(self, consumer: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self.watchdog.alive()
            if set(self._positions) != consumer.assignment():
                await self._take_positions(consumer)
            self.watchdog.alive()
            batches = await self._poll(consumer)
            self.watchdog.alive()
            if batches:
                await self._take_in(batches)
                await self._tell_kafka(consumer)
                self.watchdog.alive()
            await self._observe(consumer)
            if batches or self.lag.events == 0:
                self.fault = None  # not by an empty poll while records wait: that is how a stuck client looks

    async def _poll(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, list[ConsumerRecord]]:
        try:
            found = await consumer.getmany(timeout_ms=POLL_MS, max_records=self.window)
        except NoOffsetForPartitionError:
            self._positions = {}  # fetched before the first seek of a new assignment
            return {}
        except OffsetOutOfRangeError as error:
            gone = ", ".join(f"{tp.topic}/{tp.partition} has no {offset}" for tp, offset in error.args[0].items())
            raise PositionGoneError(gone) from error
        if any(partition not in self._positions for partition in found):
            self._positions = {}  # assigned while we waited: take positions first, read again
            return {}
        if sum(map(len, found.values())) >= self.window:
            self.watchdog.waiting_their_turn()
        return dict(found)

    async def _take_positions(self, consumer: AIOKafkaConsumer) -> None:
        assigned = sorted(consumer.assignment())
        if not assigned:
            self._positions = {}
            await asyncio.sleep(POLL_MS / 1000)
            return
        starts = await consumer.beginning_offsets(assigned)
        self.watchdog.storing()
        async with self.engine.begin() as connection:
            stored = await offsets.stored(connection, starts)
        if set(assigned) != consumer.assignment():
            self._positions = {}  # a rebalance came in between: the next round takes them anew
            return
        for partition in assigned:
            if stored[partition] < starts[partition]:
                name = f"{partition.topic}/{partition.partition}"
                raise PositionGoneError(f"{name} has no {stored[partition]}, it starts at {starts[partition]}")
            consumer.seek(partition, stored[partition])
        self._positions = {partition: stored[partition] for partition in assigned}

    async def _take_in(self, batches: Mapping[TopicPartition, list[ConsumerRecord]]) -> None:
        good, bad = self._sort([record for records in batches.values() for record in records])
        if len(bad) > MANY_BAD and len(bad) > len(good):
            raise PoisonedError(f"{len(bad)} of {len(good) + len(bad)} records: {bad[0].error}")
        await self.dead_letters.send(bad)
        positions = self._positions
        if any(tp not in positions for tp in batches):
            return  # a rebalance came in between: all of it is read again
        moves = {tp: _behind(positions[tp], records[-1]) for tp, records in batches.items()}
        self.watchdog.storing()
        await self._store(moves, good)
        positions.update({tp: move.last for tp, move in moves.items()})
        self._count(good, bad)

    async def _store(self, moves: Mapping[TopicPartition, Move], good: Sequence[Received]) -> None:
        """One transaction; done anew where it gave way to another: two members may want each other's rows."""
        for last in (False,) * (ATTEMPTS - 1) + (True,):
            try:
                async with self.engine.begin() as connection:
                    await offsets.move(connection, moves)
                    await self.handle(connection, good)
            except DBAPIError as error:
                if last or not gave_way(error):
                    raise
            else:
                return

    def _count(self, good: Sequence[Received], bad: Sequence[DeadLetter]) -> None:
        BATCHES.labels(self.group).inc()
        CONSUMED.labels(self.group, "taken").inc(len(good))
        CONSUMED.labels(self.group, "dead-lettered").inc(len(bad))
        for reason, count in Count(letter.reason for letter in bad).items():
            DEAD_LETTERS.labels(self.group, reason).inc(count)

    def _sort(self, records: Sequence[ConsumerRecord]) -> tuple[list[Received], list[DeadLetter]]:
        good, bad = [], []
        for record in records:
            try:
                good.append(receive(record, self.judge))
            except RefusedError as error:
                bad.append(DeadLetter(record, str(error), error.reason))
        return good, bad

    def on_partitions_revoked(self, revoked: object) -> None:
        """A rebalance began: what is fetched from here on is read from the stored positions anew."""
        self._positions = {}

    def on_partitions_assigned(self, assigned: object) -> None:
        """The same partitions may be given back: their positions in the client are gone all the same."""
        self._positions = {}

    async def _tell_kafka(self, consumer: AIOKafkaConsumer) -> None:
        if not self._positions:
            return  # a rebalance began while the batch was stored
        try:
            await consumer.commit(self._positions)
        except KafkaError as error:  # for lag tools only: the truth is in the database
            log.info("offsets not told to the broker: %s", type(error).__name__)

    async def _observe(self, consumer: AIOKafkaConsumer) -> None:
        now, positions = asyncio.get_running_loop().time(), self._positions
        if not consumer.assignment():
            self.lag.tell(0, 0.0)  # more members than partitions: nothing waits for us
        if now - self._observed < HEARTBEAT_S or not positions:
            return
        self._observed = now
        ends = await consumer.end_offsets(list(positions))
        if positions is not self._positions or set(positions) != consumer.assignment():
            return  # a rebalance came in between
        self.watchdog.storing()
        positions.update(await self.lag.observe(consumer, positions, ends))
        self.watchdog.look(positions, ends)


def _behind(first: int, record: ConsumerRecord) -> Move:
    return Move(first, record.offset + 1, datetime.fromtimestamp(record.timestamp / 1000, UTC))
