"""Scoring's consumer on the real broker and database: once, in order, whatever the topics bring."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import text

from deploy.local.infrastructure import Addresses
from services.scoring.generations.schema import FIRST
from shared.consumer import Consumer, PositionGoneError
from shared.events import Event
from shared.kafka import make_consumer
from tests.support.databases import fresh_database
from tests.support.scoring import scoring_consumer, skip_to_end
from tests.support.told import NOON, purchase
from tests.support.topics import publish, tail
from tests.support.waiting import eventually, running

SCHEMA = f"gen_{FIRST}"


@dataclass(frozen=True, slots=True)
class Intake:
    """A consumer on a fresh database."""

    consumer: Consumer
    database_url: str
    bootstrap: str

    async def fetch(self, query: str) -> list[asyncpg.Record]:
        """Rows of the live generation."""
        connection = await asyncpg.connect(self.database_url, server_settings={"search_path": f"{SCHEMA},app"})
        try:
            return await connection.fetch(query)
        finally:
            await connection.close()

    async def facts(self, count: int) -> list[str]:
        """The subjects of the facts, once there are `count`."""

        async def look() -> list[str] | None:
            rows = await self.fetch("select subject from facts order by time, subject")
            return [row["subject"] for row in rows] if len(rows) >= count else None

        found: list[str] = await eventually(look)
        return found

    async def put(self, *events: Event) -> None:
        """Append events to their topics."""
        for event in events:
            await publish(self.bootstrap, event.data.TOPIC.name, [(event.partitionkey, event.to_json())])


@pytest.fixture
async def intake(infrastructure: Addresses) -> AsyncIterator[Intake]:
    """A consumer that begins behind what other tests have left; not running yet."""
    url = await fresh_database(infrastructure.postgres_url, "scoring")
    await skip_to_end(url, infrastructure.kafka_bootstrap)
    consumer = scoring_consumer(url, infrastructure.kafka_bootstrap, f"intake-{uuid.uuid4().hex}")
    yield Intake(consumer, url, infrastructure.kafka_bootstrap)
    await consumer.dead_letters.close()
    await consumer.engine.dispose()


async def test_W02_an_event_told_three_times_is_one_fact(intake: Intake) -> None:
    events = [purchase("ann", f"p{n}", NOON + timedelta(days=n)) for n in range(3)]
    async with running(intake.consumer.run):
        await intake.put(*events, *events)
        await intake.put(*events, purchase("ben", "last"))
        assert await intake.facts(4) == ["last", "p0", "p1", "p2"]
    marks = await intake.fetch("select customer_id, min(fact_time) as since from marks group by 1 order by 1")
    assert [(row["customer_id"], row["since"]) for row in marks] == [("ann", NOON), ("ben", NOON)]


async def test_W02_an_anonymous_sale_counts_for_the_store_alone(intake: Intake) -> None:
    async with running(intake.consumer.run):
        await intake.put(purchase("store:330", "p1", store="330"), purchase("ann", "p2"))
        assert await intake.facts(1) == ["p2"]
        await eventually(lambda: intake.fetch("select from store_facts"))
    [row] = await intake.fetch("select key, subject, store_id from store_facts")
    assert dict(row) == {"key": "store:330", "subject": "p1", "store_id": "330"}
    assert [row["customer_id"] for row in await intake.fetch("select customer_id from marks")] == ["ann"]


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda raw: raw[:-1], "not JSON"),
        (lambda raw: raw.replace(b"completed", b"vanished"), "unknown event type"),
        (lambda raw: raw.replace(b'"quantity":"1"', b'"quantity":NaN'), "not JSON"),
        (lambda raw: raw.replace(b'"subject":"bad",', b""), "/subject"),
        (lambda raw: raw.replace(b'"partitionkey":"ann"', b'"partitionkey":"eve"'), "partitionkey"),
        (lambda raw: raw.replace(b'"time":"2026', b'"time":"2036'), "ahead of its recorded time"),
    ],
)
async def test_W02_a_bad_record_is_kept_apart_with_its_origin(intake: Intake, spoil: object, error: str) -> None:
    assert callable(spoil)
    bad = spoil(purchase("ann", "bad").to_json())
    async with tail(intake.bootstrap, "crm.scoring.dead-letters") as letters, running(intake.consumer.run):
        await publish(intake.bootstrap, "crm.purchases", [("ann", bad)])
        await intake.put(purchase("ann", "good"))
        assert await intake.facts(1) == ["good"]
        [letter] = await letters.of("ann", 1)
    headers = dict(letter.headers)
    assert letter.value == bad
    assert error in headers["dead-letter-error"].decode()
    assert headers["dead-letter-topic"] == b"crm.purchases"
    assert int(headers["dead-letter-offset"]) >= 0


async def test_W02_another_members_write_fences_a_zombie(intake: Intake) -> None:
    """Another member has taken a record in: the consumer, which reads it too, is refused and goes on behind it."""
    async with running(intake.consumer.run):
        await intake.put(purchase("ann", "p1"))
        await intake.facts(1)
        async with intake.consumer.engine.begin() as connection:
            await connection.execute(text("update offsets set next_offset = next_offset + 1 where reached is not null"))
        await intake.put(purchase("ann", "not ours"))
        await intake.put(purchase("ann", "p2"))
        assert await intake.facts(2) == ["p1", "p2"]


async def test_W02_an_idle_consumer_reads_on_after_a_rebalance(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member of other topics joins and leaves: the same partitions are given back, nothing was committed yet."""
    consumer = intake.consumer
    assigned, given = [0], consumer.on_partitions_assigned

    def counted(partitions: object) -> None:
        assigned[0] += 1
        given(partitions)

    async def settled(times: int) -> bool:
        return assigned[0] >= times and await consumer.check() is None

    monkeypatch.setattr(consumer, "on_partitions_assigned", counted)
    async with running(consumer.run):
        await eventually(lambda: settled(1))
        other = make_consumer(intake.bootstrap, consumer.group, consumer.group)
        other.subscribe(["crm.scores"])
        await other.start()
        await eventually(lambda: settled(2))
        await other.stop()
        await eventually(lambda: settled(3))
        await intake.put(purchase("ann", "p1"))
        assert await intake.facts(1) == ["p1"]


async def test_W02_a_position_that_is_gone_stops_loudly(intake: Intake) -> None:
    async with intake.consumer.engine.begin() as connection:
        await connection.execute(text("update offsets set next_offset = -5"))
    with pytest.raises(PositionGoneError):
        await intake.consumer.run(asyncio.Event())


async def test_W02_a_failing_database_is_retried_and_nothing_is_dead_lettered(intake: Intake) -> None:
    """Every connection of the consumer is cut while it works: facts still arrive once."""
    cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() \
        and pid <> pg_backend_pid()"
    async with tail(intake.bootstrap, "crm.scoring.dead-letters") as letters, running(intake.consumer.run):
        for number in range(6):
            await intake.put(purchase("ann", f"p{number}"))
            await intake.fetch(cut)
        assert len(await intake.facts(6)) == 6
    assert letters.records == []
