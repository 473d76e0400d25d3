"""Clients of Apache Kafka, with every setting that decides about loss named here."""

from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

CONTENT_TYPE = ("content-type", b"application/cloudevents+json; charset=UTF-8")
SEND_DEADLINE_S = 30.0
"""An idempotent send blocks for as long as the broker is away; whoever sends sets this deadline."""

PRODUCER: dict[str, Any] = {
    "acks": "all",
    "enable_idempotence": True,
    "compression_type": "lz4",
    "linger_ms": 2,
    "max_batch_size": 262_144,
    "max_request_size": 8_388_608,
}

CONSUMER: dict[str, Any] = {
    "enable_auto_commit": False,  # offsets live in PostgreSQL; Kafka is told for its lag tools only
    "auto_offset_reset": "none",  # a position that is gone stops us: skipping would lose facts silently
    "partition_assignment_strategy": (RangePartitionAssignor,),  # the sticky one is broken (aiokafka 1175)
    "isolation_level": "read_committed",
    "fetch_max_wait_ms": 100,
    "max_partition_fetch_bytes": 4_194_304,
    "session_timeout_ms": 10_000,
}


def make_producer(bootstrap: str, client: str) -> AIOKafkaProducer:
    """An idempotent producer; not started."""
    return AIOKafkaProducer(bootstrap_servers=bootstrap, client_id=client, **PRODUCER)


def make_consumer(bootstrap: str, client: str, group: str) -> AIOKafkaConsumer:
    """A consumer of `group`; not subscribed, not started."""
    return AIOKafkaConsumer(bootstrap_servers=bootstrap, client_id=client, group_id=group, **CONSUMER)
