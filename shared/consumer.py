"""A consumer whose offsets live in PostgreSQL, in the transaction of what it made of the records.

Exactly once by arithmetic: a batch moves each partition's stored offset `from → to` and fails as a whole
when another member has moved one of them already (a zombie writes nothing), and offsets and rows commit
together (a crash repeats the batch or does not, never half). Needs a table
`offsets (topic, partition, next_offset, end_offset, reached, observed_at)`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from prometheus_client import Counter, Gauge
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import offsets
from shared.database import is_unreachable
from shared.dead_letters import DeadLetter, DeadLetters
from shared.events import ContractError, Event, decode
from shared.kafka import make_consumer
from shared.offsets import FencedError

log = logging.getLogger(__name__)
CONSUMED = Counter("consumer_records", "records taken in", ["verdict"])
LAG = Gauge("consumer_lag_events", "records that wait in the topics of this member")

POLL_MS, BACK_OFF_S, HEARTBEAT_S, STUCK_S = 200, 1.0, 1.0, 30.0
MANY_BAD = 20
"""A window of more bad records than this, and mostly bad, is a fault of ours or a flood: stop and tell."""


class PositionGoneError(Exception):
    """The stored offset is no longer in the topic: facts would be skipped. Rebuild, or restore the topic."""


class PoisonedError(Exception):
    """Most of a window can't be decoded."""


@dataclass(frozen=True, slots=True)
class Received:
    """An event and the record it came in (`appended`: the broker's timestamp, UTC)."""

    event: Event
    appended: datetime
    record: ConsumerRecord


Handler = Callable[[AsyncConnection, Sequence[Received]], Awaitable[None]]
"""Stores a batch's events in the given transaction; must leave the same rows when called again."""

Judge = Callable[[Received], str | None]
"""Says why a well-formed event can't be taken in, or None."""


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
        dead_letters: DeadLetters,
        window: int = 5000,
    ) -> None:
        self.engine, self.bootstrap, self.group, self.topics = engine, bootstrap, group, topics
        self.handle, self.judge, self.dead_letters, self.window = handle, judge, dead_letters, window
        self.fault: str | None = "starting"
        self._positions: dict[TopicPartition, int] = {}
        self._beat = self._observed = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop` is set. Faults of the broker or the database are waited out.

        Raises `PositionGoneError` and `PoisonedError`: a person must decide.
        """
        while not stop.is_set():
            consumer = make_consumer(self.bootstrap, self.group, self.group)
            consumer.subscribe(list(self.topics), listener=self)
            try:
                await consumer.start()
                await self._consume(consumer, stop)
            except (KafkaError, FencedError, OSError, TimeoutError) as error:
                await self._back_off(error)
            except Exception as error:
                if not is_unreachable(error):
                    raise
                await self._back_off(error)
            finally:
                await _leave(consumer)

    async def check(self) -> str | None:
        """For readiness: what keeps the consumer from its work, or None."""
        idle = asyncio.get_running_loop().time() - self._beat
        return self.fault or (f"no progress for {idle:.0f} s" if idle > STUCK_S else None)

    async def _back_off(self, error: Exception) -> None:
        self.fault, self._positions = type(error).__name__, {}
        log.warning("consumer waits: %s", self.fault)
        await asyncio.sleep(BACK_OFF_S)

    async def _consume(self, consumer: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if set(self._positions) != consumer.assignment():
                await self._take_positions(consumer)
            batches = await self._poll(consumer)
            if batches:
                await self._take_in(batches)
                await self._tell_kafka(consumer)
            self._beat, self.fault = asyncio.get_running_loop().time(), None
            await self._observe(consumer)

    async def _poll(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, list[ConsumerRecord]]:
        try:
            found = await consumer.getmany(timeout_ms=POLL_MS, max_records=self.window)
        except NoOffsetForPartitionError:
            self._positions = {}  # fetched before the first seek of a new assignment
            return {}
        except OffsetOutOfRangeError as error:
            raise PositionGoneError(str(error)) from error
        if any(partition not in self._positions for partition in found):
            self._positions = {}  # assigned while we waited: take positions first, read again
            return {}
        return dict(found)

    async def _take_positions(self, consumer: AIOKafkaConsumer) -> None:
        assigned = sorted(consumer.assignment())
        if not assigned:
            self._positions = {}
            await asyncio.sleep(POLL_MS / 1000)
            return
        starts = await consumer.beginning_offsets(assigned)
        async with self.engine.begin() as connection:
            stored = await offsets.stored(connection, starts)
        for partition in assigned:
            if stored[partition] < starts[partition]:
                raise PositionGoneError(f"{partition} starts at {starts[partition]}, not {stored[partition]}")
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
        moves = {tp: (positions[tp], records[-1]) for tp, records in batches.items()}
        async with self.engine.begin() as connection:
            await offsets.move(connection, moves)
            await self.handle(connection, good)
        positions.update({tp: record.offset + 1 for tp, (_, record) in moves.items()})
        CONSUMED.labels("taken").inc(len(good))
        CONSUMED.labels("dead-lettered").inc(len(bad))

    def _sort(self, records: Sequence[ConsumerRecord]) -> tuple[list[Received], list[DeadLetter]]:
        good, bad = [], []
        for record in records:
            try:
                good.append(self._received(record))
            except ContractError as error:
                bad.append(DeadLetter(record, str(error)))
        return good, bad

    def _received(self, record: ConsumerRecord) -> Received:
        event = decode(record.value or b"")
        received = Received(event, datetime.fromtimestamp(record.timestamp / 1000, UTC), record)
        if (record.key or b"").decode(errors="replace") != event.partitionkey:
            raise ContractError("the record's key is not the event's partitionkey")
        if event.data.TOPIC.name != record.topic:
            raise ContractError(f"{event.type} belongs to {event.data.TOPIC.name}")
        if why := self.judge(received):
            raise ContractError(why)
        return received

    def on_partitions_revoked(self, revoked: object) -> None:
        """A rebalance began: what is fetched from here on is read from the stored positions anew."""
        self._positions = {}

    def on_partitions_assigned(self, assigned: object) -> None:
        """The same partitions may be given back: their positions in the client are gone all the same."""
        self._positions = {}

    async def _tell_kafka(self, consumer: AIOKafkaConsumer) -> None:
        try:
            await consumer.commit(self._positions)
        except KafkaError as error:  # for lag tools only: the truth is in the database
            log.info("offsets not told to the broker: %s", type(error).__name__)

    async def _observe(self, consumer: AIOKafkaConsumer) -> None:
        if self._beat - self._observed < HEARTBEAT_S or not self._positions:
            return
        self._observed = self._beat
        ends = await consumer.end_offsets(list(self._positions))
        LAG.set(sum(ends[tp] - position for tp, position in self._positions.items()))
        async with self.engine.begin() as connection:
            await offsets.observe(connection, ends)


async def _leave(consumer: AIOKafkaConsumer) -> None:
    try:  # stop() was seen to hang while the broker is away (aiokafka 647, 773)
        await asyncio.wait_for(consumer.stop(), 5)
    except (TimeoutError, KafkaError):
        log.warning("consumer left behind")
