"""Reading and writing topics in tests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from shared.events import TOPICS
from shared.kafka import PRODUCER


class Tail:
    """What is appended to a topic from now on."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.records: list[ConsumerRecord] = []

    async def until(self, enough: Callable[[list[ConsumerRecord]], bool], seconds: float = 20) -> list[ConsumerRecord]:
        """Every record so far, once they are `enough`; fails the test after `seconds`."""
        async with asyncio.timeout(seconds):
            while not enough(self.records):
                for found in (await self._consumer.getmany(timeout_ms=100)).values():
                    self.records.extend(found)
        return self.records

    async def of(self, key: str, count: int, seconds: float = 20) -> list[ConsumerRecord]:
        """The first `count` or more records of a key."""

        def mine(records: list[ConsumerRecord]) -> list[ConsumerRecord]:
            return [record for record in records if record.key == key.encode()]

        return mine(await self.until(lambda records: len(mine(records)) >= count, seconds))


@asynccontextmanager
async def tail(bootstrap: str, topic: str) -> AsyncIterator[Tail]:
    """Follow a topic from its present end."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    [declared] = [known for known in TOPICS if known.name == topic]
    partitions = [TopicPartition(topic, p) for p in range(declared.partitions)]
    consumer.assign(partitions)
    for partition, end in (await consumer.end_offsets(partitions)).items():
        consumer.seek(partition, end)
    try:
        yield Tail(consumer)
    finally:
        await consumer.stop()


async def publish(bootstrap: str, topic: str, records: list[tuple[str, bytes]]) -> None:
    """Append records (key, value), as any other system may."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, **PRODUCER) as producer:
        for key, value in records:
            await producer.send(topic, value, key=key.encode())
        await producer.flush()
