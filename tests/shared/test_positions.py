"""A stored offset that the topic no longer has: the consumer stops and says which partition, and skips nothing."""

import asyncio
import logging
import uuid
from collections.abc import Sequence
from functools import partial

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.consumer import PositionGoneError
from shared.kafka import make_producer
from shared.received import Received
from tests.shared.taking import Ground, publish, take
from tests.support.waiting import eventually, running


async def a_topic(bootstrap: str, records: int, deleted: int) -> str:
    """A new topic of one partition, with so many records, of which the first were deleted."""
    name = f"gone-{uuid.uuid4().hex}"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(name, 1, 1)])
    async with make_producer(bootstrap, name) as producer:
        for _ in range(records):
            await producer.send_and_wait(name, b"{}")
    if deleted:
        await admin.delete_records({TopicPartition(name, 0): RecordsToDelete(before_offset=deleted)})
    await admin.close()
    return name


@pytest.mark.parametrize(("stored", "deleted"), [(2, 3), (9, 0)], ids=["before-the-start", "behind-the-end"])
async def test_W02_a_position_that_is_gone_is_named(
    here: Ground, caplog: pytest.LogCaptureFixture, stored: int, deleted: int
) -> None:
    topic = await a_topic(here.bootstrap, 5, deleted)
    async with here.engine.begin() as connection:
        await connection.execute(text("insert into offsets values (:t, 0, :n, :n)"), {"t": topic, "n": stored})
    consumer = here.consumer(f"gone-{uuid.uuid4().hex}", topics=[topic])
    with caplog.at_level(logging.ERROR, "shared.consumer"), pytest.raises(PositionGoneError, match=f"{topic}/0"):
        await asyncio.wait_for(consumer.run(asyncio.Event()), 30)
    [line] = [record.getMessage() for record in caplog.records if record.name == "shared.consumer"]
    assert f"{topic}/0 has no {stored}" in line
    assert f"{topic}/0 has no {stored}" in (await consumer.check() or "")
    [row] = await here.fetch(f"select next_offset from offsets where topic = '{topic}'")  # noqa: S608
    assert row["next_offset"] == stored


async def test_W02_a_rebalance_while_a_batch_is_stored_is_no_fault(here: Ground) -> None:
    """The batch counts; there are no positions to tell the broker just then."""
    consumer = here.consumer(f"amid-{uuid.uuid4().hex}")

    async def amid(connection: AsyncConnection, batch: Sequence[Received]) -> None:
        await take(connection, batch)
        consumer.on_partitions_revoked(())

    async def taken() -> bool:
        return await here.taken() == {"one", "two"}

    consumer.handle = amid
    async with running(consumer.run):
        await publish(here.bootstrap, ["one"])
        await publish(here.bootstrap, ["two"])
        await eventually(taken)


async def test_W01_members_that_want_each_others_rows_lose_nothing(here: Ground) -> None:
    """Each batch locks its own row and then the other's; the database lets one give way, which does its batch anew."""
    async with here.engine.begin() as connection:
        await connection.execute(text("insert into taken values ('a', 'a'), ('b', 'b')"))
    met, attempts = asyncio.Barrier(2), []

    async def crossing(order: str, connection: AsyncConnection, _: Sequence[Received]) -> None:
        attempts.append(order)
        for number, name in enumerate(order):
            await connection.execute(text("select from taken where id = :id for update"), {"id": name})
            if not number and len(attempts) <= 2:
                await met.wait()

    members = [here.consumer(f"crossing-{order}") for order in ("ab", "ba")]
    for member, order in zip(members, ("ab", "ba"), strict=True):
        member.handle = partial(crossing, order)
    await asyncio.gather(*(member._store({}, []) for member in members))
    assert sorted(attempts) in (["ab", "ab", "ba"], ["ab", "ba", "ba"])
