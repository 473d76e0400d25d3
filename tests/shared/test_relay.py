"""The relay on the real broker and database: order, late commits, standing by, an absent broker."""

import asyncio
import uuid
from datetime import UTC, datetime

import asyncpg

from deploy.local.infrastructure import Addresses
from shared.events import decode
from shared.events.customers import ExitStated
from shared.outbox import make_event, outbox_row
from shared.relay import Relay
from tests.support.databases import fresh_database
from tests.support.topics import tail
from tests.support.waiting import running

TOPIC = "crm.customers"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
INSERT = "insert into outbox (id, aggregatetype, aggregateid, type, payload) values ($1, $2, $3, $4, $5)"


async def put(connection: "asyncpg.Connection[asyncpg.Record]", customer: str, subject: str) -> None:
    """Record one event in the connection's transaction."""
    told = ExitStated(reason="price")
    event = make_event(told, source="/crm/customers", key=customer, subject=subject, time=NOW, recorded=NOW)
    row = outbox_row(event)
    await connection.execute(INSERT, row["id"], row["topic"], row["key"], row["type"], row["payload"])


async def test_W02_a_lower_seq_that_commits_later_is_delivered(infrastructure: Addresses) -> None:
    url = await fresh_database(infrastructure.postgres_url, "customers")
    slow, quick = await asyncpg.connect(url), await asyncpg.connect(url)
    customer = f"late-{uuid.uuid4().hex}"
    relay = Relay(url, infrastructure.kafka_bootstrap, "relay-late")
    async with tail(infrastructure.kafka_bootstrap, TOPIC) as topic, running(relay.run):
        late = slow.transaction()
        await late.start()
        await put(slow, customer, "first")
        await put(quick, customer + "-other", "second")
        await asyncio.sleep(0.5)  # time enough to publish the second, were its predecessor not waited for
        assert not [r for r in topic.records if r.key == customer.encode()]
        await late.commit()
        await put(quick, customer, "third")
        found = await topic.of(customer, 2)
        assert [decode(record.value).subject for record in found] == ["first", "third"]
        await topic.of(customer + "-other", 1)
    assert await quick.fetchval("select count(*) from outbox") == 0
    await slow.close()
    await quick.close()


async def test_W02_a_customers_events_keep_their_order(infrastructure: Addresses) -> None:
    url = await fresh_database(infrastructure.postgres_url, "customers")
    connection = await asyncpg.connect(url)
    customer = f"order-{uuid.uuid4().hex}"
    relay = Relay(url, infrastructure.kafka_bootstrap, "relay-order", window=7)
    async with tail(infrastructure.kafka_bootstrap, TOPIC) as topic, running(relay.run):
        for number in range(100):
            await put(connection, customer, str(number))
        found = await topic.of(customer, 100)
    assert [decode(record.value).subject for record in found] == [str(number) for number in range(100)]
    assert dict(found[0].headers)["content-type"].startswith(b"application/cloudevents+json")
    await connection.close()


async def test_W02_a_second_relay_stands_by_and_takes_over(infrastructure: Addresses) -> None:
    url = await fresh_database(infrastructure.postgres_url, "customers")
    connection = await asyncpg.connect(url)
    customer = f"standby-{uuid.uuid4().hex}"
    first = Relay(url, infrastructure.kafka_bootstrap, "relay-first")
    second = Relay(url, infrastructure.kafka_bootstrap, "relay-second")
    async with tail(infrastructure.kafka_bootstrap, TOPIC) as topic, running(first.run, second.run):
        await put(connection, customer, "1")
        await topic.of(customer, 1)
        leading = "select pid from pg_locks where locktype = 'advisory' and granted and database = \
            (select oid from pg_database where datname = current_database())"
        [leader] = await connection.fetch(leading)
        await connection.execute("select pg_terminate_backend($1)", leader["pid"])
        await put(connection, customer, "2")
        found = await topic.of(customer, 2)
        assert list(dict.fromkeys(decode(record.value).subject for record in found)) == ["1", "2"]
    await connection.close()


async def test_W02_what_the_broker_did_not_acknowledge_stays(infrastructure: Addresses) -> None:
    url = await fresh_database(infrastructure.postgres_url, "customers")
    connection = await asyncpg.connect(url)
    await put(connection, "nobody", "1")
    relay = Relay(url, "127.0.0.1:1", "relay-astray")
    stop = asyncio.Event()
    task = asyncio.ensure_future(relay.run(stop))
    await asyncio.sleep(1)
    assert await relay.check() is not None
    assert await connection.fetchval("select count(*) from outbox") == 1
    stop.set()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await connection.close()
