"""Makes the broker's topics as declared, and asks whether the broker answers."""

import asyncio
from collections.abc import Iterable, Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from shared.events import TOPICS, Topic

ALREADY_EXISTS = 36


async def answers(bootstrap: str) -> bool:
    """Whether a client gets the list of topics within five seconds."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=4_000)
    try:
        async with asyncio.timeout(5):
            await admin.start()
            await admin.list_topics()
        return True
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await admin.close()


async def ensure_topics(bootstrap: str, topics: Iterable[Topic] = TOPICS, replication: int = 1) -> None:
    """Creates what is missing, adds partitions, sets retention and cleanup; `KafkaError` if refused.

    The same again changes nothing. Partitions are never taken away: Kafka cannot.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        wanted = list(topics)
        existing = await _create(admin, wanted, replication)
        await _add_partitions(admin, [topic for topic in wanted if topic.name in existing])
        await _configure(admin, [topic for topic in wanted if topic.name in existing])
    finally:
        await admin.close()


def configuration(topic: Topic) -> Mapping[str, str]:
    """The topic's settings in Kafka's words."""
    return {
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "retention.ms": str(topic.retention_ms),
    }


async def _create(admin: AIOKafkaAdminClient, topics: list[Topic], replication: int) -> set[str]:
    """Answers the names of those that were there before."""
    new = [
        NewTopic(topic.name, topic.partitions, replication, topic_configs=dict(configuration(topic)))
        for topic in topics
    ]
    response = await admin.create_topics(new)
    codes = {name: code for name, code, *_ in response.topic_errors}
    _refuse({name: code for name, code in codes.items() if code != ALREADY_EXISTS})
    return {name for name, code in codes.items() if code == ALREADY_EXISTS}


async def _add_partitions(admin: AIOKafkaAdminClient, topics: list[Topic]) -> None:
    described = await admin.describe_topics([topic.name for topic in topics]) if topics else []
    counts = {entry["topic"]: len(entry["partitions"]) for entry in described}
    grown = {t.name: NewPartitions(t.partitions) for t in topics if counts.get(t.name, t.partitions) < t.partitions}
    if grown:
        response = await admin.create_partitions(grown)
        _refuse({name: code for name, code, *_ in response.topic_errors})


async def _configure(admin: AIOKafkaAdminClient, topics: list[Topic]) -> None:
    resources = [
        ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=dict(configuration(topic))) for topic in topics
    ]
    for response in await admin.alter_configs(resources) if resources else []:
        _refuse({entry[3]: entry[0] for entry in response.resources})


def _refuse(codes: Mapping[str, int]) -> None:
    for name, code in codes.items():
        if code:
            raise for_code(code)(f"topic {name}")
