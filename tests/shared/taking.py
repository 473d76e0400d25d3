"""A consumer of one topic that keeps what it was given in a table, where a repeat is an error."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.consumer import Consumer
from shared.database import open_engine
from shared.dead_letters import DeadLetters
from shared.events.topics import PURCHASES
from shared.kafka import PRODUCER
from shared.received import Received
from tests.support.databases import fresh_database
from tests.support.told import purchase

TABLES = """
    create table if not exists offsets (
        topic text, partition int, next_offset bigint not null, end_offset bigint not null,
        reached timestamptz, observed_at timestamptz, primary key (topic, partition)
    );
    create table taken (id text primary key, subject text not null);
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """A database and a broker for consumers of `crm.purchases`."""

    database_url: str
    bootstrap: str
    engine: AsyncEngine

    def consumer(self, group: str, **more: Any) -> Consumer:
        """A member of a group; not running."""
        given: dict[str, Any] = {
            "topics": [PURCHASES.name],
            "handle": take,
            "judge": lambda _: None,
            "dead_letters": DeadLetters(self.bootstrap, "crm.scoring.dead-letters"),
        }
        return Consumer(self.engine, self.bootstrap, group=group, **given | more)

    async def fetch(self, query: str) -> list[asyncpg.Record]:
        """Rows of the database."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return await connection.fetch(query)
        finally:
            await connection.close()

    async def taken(self) -> set[str]:
        """The subjects of the events that were taken in."""
        return {row["subject"] for row in await self.fetch("select subject from taken")}

    async def behind(self) -> int:
        """How many offsets of the topic are not passed, by the broker's own word."""
        ends = await ends_of(self.bootstrap)
        rows = await self.fetch("select partition, next_offset from offsets")
        return sum(ends[TopicPartition(PURCHASES.name, row["partition"])] - row["next_offset"] for row in rows)


async def take(connection: AsyncConnection, batch: Sequence[Received]) -> None:
    """Keep a batch; an event that was kept before is an error."""
    rows = [{"id": each.event.id, "subject": each.event.subject} for each in batch]
    if rows:
        await connection.execute(text("insert into taken values (:id, :subject)"), rows)


@asynccontextmanager
async def ground(postgres_url: str, bootstrap: str) -> AsyncIterator[Ground]:
    """Consumers begin behind what other tests have left on the topic."""
    url = await fresh_database(postgres_url, "complaints")
    connection = await asyncpg.connect(url)
    await connection.execute(TABLES)
    rows = [(*partition, end) for partition, end in (await ends_of(bootstrap)).items()]
    await connection.executemany("insert into offsets values ($1, $2, $3, $3)", rows)
    await connection.close()
    engine = open_engine(url)
    yield Ground(url, bootstrap, engine)
    await engine.dispose()


async def ends_of(bootstrap: str) -> dict[TopicPartition, int]:
    """The ends of the topic's partitions."""
    partitions = [TopicPartition(PURCHASES.name, number) for number in range(PURCHASES.partitions)]
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as reader:
        ends: dict[TopicPartition, int] = await reader.end_offsets(partitions)
        return ends


async def publish(bootstrap: str, subjects: Sequence[str], time: datetime | None = None, **more: Any) -> None:
    """One purchase each, of many customers."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, **PRODUCER | more) as producer:
        for number, subject in enumerate(subjects):
            event = purchase(f"c{number % 50}", subject)
            await producer.send(PURCHASES.name, event.to_json(), key=event.partitionkey.encode())
        await producer.flush()
