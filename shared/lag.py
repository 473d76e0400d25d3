"""How far a consumer is behind: told in gauges, and in the table of its offsets for whoever asks the database."""

import math
from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import offsets
from shared.offsets import Move

EVENTS = Gauge("consumer_lag_events", "records that wait in the partitions of this member", ["group"])
SECONDS = Gauge("consumer_lag_seconds", "age of the oldest of them", ["group"])

Positions = Mapping[TopicPartition, int]


class Lag:
    """One member's lag; `events`: None while it is not known."""

    def __init__(self, engine: AsyncEngine, group: str) -> None:
        self.engine, self.group = engine, group
        self.events: int | None = None

    async def observe(self, consumer: AIOKafkaConsumer, positions: Positions, ends: Positions) -> Positions:
        """Note where the partitions end and how much waits; answers the positions, some of them further on.

        Offsets that hold no record (the marks of a producer's transactions) are passed, as the client has done:
        nothing waits there. Raises `FencedError`.
        """
        passed = await _passed(consumer, positions, ends)
        async with self.engine.begin() as connection:
            if passed:
                await offsets.move(connection, passed)
            seconds = await offsets.observe(connection, ends)
        reached = {**positions, **{tp: move.last for tp, move in passed.items()}}
        self.tell(sum(max(ends[tp] - at, 0) for tp, at in reached.items()), seconds)
        return reached

    def tell(self, events: int, seconds: float) -> None:
        """So many records wait, the oldest for so long."""
        self.events = events
        EVENTS.labels(self.group).set(events)
        SECONDS.labels(self.group).set(seconds)

    def forget(self) -> None:
        """Nobody knows: what was told last would look like rest."""
        self.events = None
        EVENTS.labels(self.group).set(math.nan)
        SECONDS.labels(self.group).set(math.nan)


async def _passed(consumer: AIOKafkaConsumer, positions: Positions, ends: Positions) -> dict[TopicPartition, Move]:
    waiting = [tp for tp, at in positions.items() if at < ends[tp]]
    reached = {tp: await consumer.position(tp) for tp in waiting}
    return {tp: Move(positions[tp], at) for tp, at in reached.items() if at > positions[tp]}
