"""Clients of Apache Kafka, with every setting that decides about loss named here."""

import asyncio
import logging
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

log = logging.getLogger(__name__)

CONTENT_TYPE = ("content-type", b"application/cloudevents+json; charset=UTF-8")
SEND_DEADLINE_S = 30.0
"""An idempotent send blocks for as long as the broker is away; whoever sends sets this deadline."""

STOP_S = 5.0
_left_behind: "set[asyncio.Task[None]]" = set()

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


def make_consumer(bootstrap: str, client: str, group: str | None) -> AIOKafkaConsumer:
    """A consumer of `group` (None: of nobody's, which is assigned its partitions); not subscribed, not started."""
    return AIOKafkaConsumer(bootstrap_servers=bootstrap, client_id=client, group_id=group, **CONSUMER)


async def leave(client: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    """Stop a client. It is left to end by itself when it does not within 5 s, or fails.

    While the broker is away, `stop()` was seen to hang (aiokafka 647, 773) and to swallow its cancellation, so that
    `wait_for` hangs with it.
    """
    stopping = asyncio.ensure_future(client.stop())
    _left_behind.add(stopping)
    stopping.add_done_callback(_forget)
    await asyncio.wait({stopping}, timeout=STOP_S)
    if stopping in _left_behind:
        log.warning("a client of the broker was left behind")


def _forget(stopped: "asyncio.Task[None]") -> None:
    _left_behind.discard(stopped)
    if not stopped.cancelled() and (error := stopped.exception()) is not None:
        log.warning("a client of the broker did not stop in order: %s", type(error).__name__)
