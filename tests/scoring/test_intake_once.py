"""Exactly once, batch by batch: what a zombie, a fault half-way or a flood of bad records leaves behind."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.local.infrastructure import Addresses
from services.scoring.generations.schema import FIRST, search_path
from shared.consumer import MANY_BAD, Consumer, PoisonedError
from shared.dead_letters import DeadLetter, DeadLetters
from shared.events import Event
from shared.offsets import FencedError
from shared.received import Received
from tests.support.databases import fresh_database
from tests.support.scoring import intake, scoring_consumer
from tests.support.told import purchase
from tests.support.topics import tail

HERE, BESIDE = TopicPartition("crm.purchases", 0), TopicPartition("crm.purchases", 1)
START = 10
BAD = b"not an event"


class Kept(DeadLetters):
    """Dead letters that go no further."""

    def __init__(self) -> None:
        super().__init__("nowhere", "nothing")
        self.letters: list[DeadLetter] = []

    async def send(self, letters: Sequence[DeadLetter]) -> None:
        """Keep them."""
        self.letters.extend(letters)


class Member:
    """A consumer that holds two partitions from `START` on, and is handed batches instead of polling."""

    def __init__(self, consumer: Consumer) -> None:
        self.consumer = consumer
        self.consumer._positions = {HERE: START, BESIDE: START}

    async def take(self, *values: Event | bytes, beside: Event | None = None) -> None:
        """Take in a batch that begins at `START`."""
        batches = {HERE: records(HERE, values)}
        if beside is not None:
            batches[BESIDE] = records(BESIDE, [beside])
        await self.consumer._take_in(batches)

    async def offsets(self) -> tuple[int, int]:
        """How far the two partitions are stored, from `START`."""
        async with self.consumer.engine.connect() as connection:
            found = await connection.execute(text("select next_offset from offsets order by partition"))
            here, beside = found.scalars().all()
        return here - START, beside - START

    async def facts(self) -> list[str]:
        """The subjects of the facts that are stored."""
        async with self.consumer.engine.connect() as connection:
            found = await connection.execute(text("select subject from facts order by subject"))
            return list(found.scalars().all())


def records(partition: TopicPartition, values: Sequence[Event | bytes]) -> list[ConsumerRecord]:
    """Values as the records of a partition, from `START` on."""
    return [
        ConsumerRecord(*partition, START + number, 1_800_000_000_000, 1, key, value, None, len(key), len(value), ())
        for number, (key, value) in enumerate(
            (b"ann", given) if isinstance(given, bytes) else (given.partitionkey.encode(), given.to_json())
            for given in values
        )
    ]


@pytest.fixture
async def database_url(infrastructure: Addresses) -> str:
    """Scoring's database with two partitions known."""
    url = await fresh_database(infrastructure.postgres_url, "scoring")
    connection = await asyncpg.connect(url, server_settings={"search_path": search_path(FIRST)})
    insert = "insert into offsets (topic, partition, next_offset, end_offset) values ($1, $2, $3, $3)"
    await connection.executemany(insert, [(*HERE, START), (*BESIDE, START)])
    await connection.close()
    return url


@pytest.fixture
async def member(infrastructure: Addresses, database_url: str) -> AsyncIterator[Member]:
    """A consumer that nothing runs."""
    consumer = scoring_consumer(database_url, infrastructure.kafka_bootstrap, "once")
    yield Member(consumer)
    await consumer.dead_letters.close()
    await consumer.engine.dispose()


async def test_W02_a_zombie_writes_nothing(member: Member, infrastructure: Addresses, database_url: str) -> None:
    """One of its partitions was moved by another member: neither partition's facts nor offsets are written."""
    another = Member(scoring_consumer(database_url, infrastructure.kafka_bootstrap, "once"))
    await another.take(purchase("ann", "taken by another"))
    await another.consumer.engine.dispose()
    with pytest.raises(FencedError):
        await member.take(purchase("ann", "zombie's"), purchase("ann", "too"), beside=purchase("ben", "beside"))
    assert await member.facts() == ["taken by another"]
    assert await member.offsets() == (1, 0)


async def test_W02_a_fault_while_storing_leaves_the_offset(member: Member) -> None:
    async def fails(connection: AsyncConnection, batch: Sequence[Received]) -> None:
        await intake()(connection, batch)
        raise OSError("the database went away")

    member.consumer.handle = fails
    with pytest.raises(OSError, match="went away"):
        await member.take(purchase("ann", "p1"), beside=purchase("ben", "p2"))
    assert (await member.offsets(), await member.facts()) == ((0, 0), [])
    member.consumer.handle = intake()
    await member.take(purchase("ann", "p1"), beside=purchase("ben", "p2"))
    assert (await member.offsets(), await member.facts()) == ((1, 1), ["p1", "p2"])


async def test_W02_a_dead_letter_that_is_not_acknowledged_holds_the_offset(
    member: Member, infrastructure: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(self: AIOKafkaProducer, *args: object, **more: object) -> "asyncio.Future[object]":
        acknowledgement: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        acknowledgement.set_exception(KafkaError("refused"))
        return acknowledgement

    good = purchase("ann", "good")
    async with tail(infrastructure.kafka_bootstrap, "crm.scoring.dead-letters") as letters:
        with monkeypatch.context() as patch:
            patch.setattr(AIOKafkaProducer, "send", refused)
            with pytest.raises(KafkaError):
                await member.take(good, BAD)
        assert (await member.offsets(), await member.facts()) == ((0, 0), [])
        await member.take(good, BAD)
        assert (await member.offsets(), await member.facts()) == ((2, 0), ["good"])
        [letter] = await letters.of("ann", 1)
    assert letter.value == BAD


@pytest.mark.parametrize("good", [0, MANY_BAD])
async def test_W02_a_flood_of_bad_records_moves_nothing(member: Member, good: int) -> None:
    kept = member.consumer.dead_letters = Kept()
    with pytest.raises(PoisonedError):
        await member.take(*(purchase("ann", f"p{n}") for n in range(good)), *[BAD] * (MANY_BAD + 1))
    assert (await member.offsets(), await member.facts(), kept.letters) == ((0, 0), [], [])


@pytest.mark.parametrize(("bad", "good"), [(MANY_BAD, 0), (MANY_BAD + 1, MANY_BAD + 1)])
async def test_W02_bad_records_short_of_a_flood_are_kept_apart(member: Member, bad: int, good: int) -> None:
    kept = member.consumer.dead_letters = Kept()
    await member.take(*(purchase("ann", f"p{n}") for n in range(good)), *[BAD] * bad)
    assert await member.offsets() == (bad + good, 0)
    assert (len(await member.facts()), len(kept.letters)) == (good, bad)
