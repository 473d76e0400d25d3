"""What a consumer tells of itself: how far it is behind, what it took in, what it could not."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from prometheus_client import REGISTRY
from sqlalchemy import text

from shared import offsets
from shared.consumer import Consumer
from shared.kafka import PRODUCER
from tests.shared.taking import Ground, publish
from tests.support.told import NOON, complaint, purchase
from tests.support.topics import publish as publish_records
from tests.support.waiting import eventually, running

TOPIC = "crm.purchases"
HERE = TopicPartition(TOPIC, 0)


def told(name: str, group: str, **labels: str) -> float | None:
    """A sample of the group's metrics."""
    return REGISTRY.get_sample_value(name, {"group": group, **labels})


async def settled(consumer: Consumer, group: str, count: int) -> None:
    """Until the group has looked at so many records and nothing waits."""

    async def look() -> bool:
        looked = [told("consumer_records_total", group, verdict=verdict) or 0 for verdict in ("taken", "dead-lettered")]
        return sum(looked) >= count and consumer.lag.events == 0

    await eventually(look)


async def test_W05_metrics_count_records_batches_and_reasons(here: Ground) -> None:
    group = f"counts-{uuid.uuid4().hex}"
    good = purchase("ann", "good")
    ahead = purchase("ann", "ahead", NOON + timedelta(days=400))
    records = [
        ("ann", good.to_json()),
        ("ann", b"not JSON"),
        ("ann", good.to_json().replace(b'"subject":"good",', b"")),
        ("ann", good.to_json().replace(b"completed", b"vanished")),
        ("eve", good.to_json()),
        ("ann", complaint("ann", "c1").to_json()),
        ("ann", ahead.to_json()),
    ]
    consumer = here.consumer(group, judge=lambda received: "ahead" if received.event.subject == "ahead" else None)
    async with running(consumer.run):
        await publish_records(here.bootstrap, TOPIC, records)
        await settled(consumer, group, len(records))
    await consumer.dead_letters.close()
    assert await here.taken() == {"good"}
    reasons = ("malformed", "unknown_type", "wrong_key", "wrong_topic", "judged")
    counted = [told("consumer_dead_letters_total", group, reason=reason) for reason in reasons]
    assert counted == [2, 1, 1, 1, 1]
    assert told("consumer_records_total", group, verdict="dead-lettered") == 6
    assert 1 <= (told("consumer_batches_total", group) or 0) <= len(records)


async def test_W05_lag_is_told_in_events_and_seconds_and_not_while_nobody_knows(here: Ground) -> None:
    group = f"lag-{uuid.uuid4().hex}"
    consumer = here.consumer(group)
    async with running(consumer.run):
        await publish(here.bootstrap, ["one", "two"])
        await settled(consumer, group, 2)
        assert (told("consumer_lag_events", group), told("consumer_lag_seconds", group)) == (0, 0)
    consumer.lag.forget()
    assert told("consumer_lag_events", group) != told("consumer_lag_events", group)  # not a number


async def test_W05_what_waits_in_a_long_quiet_partition_is_young(here: Ground) -> None:
    """The age is that of what waits, and not of what was taken in last."""
    long_ago = datetime.now(UTC) - timedelta(days=3)
    async with here.engine.begin() as connection:
        await connection.execute(text("update offsets set next_offset = 7, reached = :ago"), {"ago": long_ago})
        assert await offsets.observe(connection, {HERE: 7}) == 0
    async with here.engine.begin() as connection:
        assert 0 <= await offsets.observe(connection, {HERE: 8}) < 60


async def test_W05_what_waits_behind_an_old_record_is_as_old(here: Ground) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=3)
    async with here.engine.begin() as connection:
        await connection.execute(text("update offsets set next_offset = 7, reached = :ago"), {"ago": long_ago})
        age = await offsets.observe(connection, {HERE: 8})
    assert age == pytest.approx(3 * 86400, abs=60)


@pytest.mark.parametrize("commits", [True, False], ids=["committed", "aborted"])
async def test_W02_a_transactional_producers_marks_are_passed(here: Ground, commits: bool) -> None:
    """Another system's transactions leave offsets without records: nothing waits there, and no close may."""
    group = f"marks-{uuid.uuid4().hex}"
    consumer = here.consumer(group)
    event = purchase("ann", "in a transaction")

    async def nothing_waits() -> bool:
        return await here.behind() == 0

    async with running(consumer.run):
        await publish(here.bootstrap, ["before"])
        await settled(consumer, group, 1)
        async with AIOKafkaProducer(bootstrap_servers=here.bootstrap, transactional_id=group, **PRODUCER) as producer:
            await producer.begin_transaction()
            await producer.send_and_wait(TOPIC, event.to_json(), key=b"ann")
            await (producer.commit_transaction() if commits else producer.abort_transaction())
        assert not await nothing_waits()
        await eventually(nothing_waits)
        await settled(consumer, group, 1 + commits)
    assert await here.taken() == ({"before", "in a transaction"} if commits else {"before"})
