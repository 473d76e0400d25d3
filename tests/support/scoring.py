"""Scoring's workers on a database of their own."""

from collections.abc import Collection, Sequence

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import SecretStr

from services.scoring.facts.erasures import Erasures
from services.scoring.facts.intake import Intake
from services.scoring.generations.schema import FIRST, search_path
from shared.consumer import Consumer
from shared.database import open_engine
from shared.dead_letters import DeadLetters
from shared.events import FACT_TOPICS, Topic
from shared.received import not_ahead
from tests.support.client import ERASURE_KEY

ERASURES = Erasures(SecretStr(ERASURE_KEY))


def intake(generation: int = FIRST, serving: Collection[str] = ("live",)) -> Intake:
    """What takes batches in for a generation."""
    return Intake(generation, ERASURES, serving)


async def skip_to_end(
    database_url: str, bootstrap: str, schema: str = f"gen_{FIRST}", topics: Sequence[Topic] = FACT_TOPICS
) -> None:
    """Let a fresh database begin behind what other tests have left on the topics; `schema`: of its offsets."""
    reader = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await reader.start()
    partitions = [TopicPartition(topic.name, p) for topic in topics for p in range(topic.partitions)]
    ends = await reader.end_offsets(partitions)
    await reader.stop()
    connection = await asyncpg.connect(database_url)
    rows = [(tp.topic, tp.partition, end, end) for tp, end in ends.items()]
    columns = ["topic", "partition", "next_offset", "end_offset"]
    await connection.copy_records_to_table("offsets", schema_name=schema, records=rows, columns=columns)
    await connection.close()


def scoring_consumer(database_url: str, bootstrap: str, group: str) -> Consumer:
    """Scoring's consumer on a database of its own, in a group of its own."""
    return Consumer(
        open_engine(database_url, search_path=search_path(FIRST)),
        bootstrap,
        group=group,
        topics=[topic.name for topic in FACT_TOPICS],
        handle=intake(),
        judge=not_ahead,
        dead_letters=DeadLetters(bootstrap, "crm.scoring.dead-letters"),
    )
