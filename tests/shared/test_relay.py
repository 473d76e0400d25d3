"""The relay on the real broker and database: order, late commits, standing by, an absent broker."""

import asyncio
import uuid
from datetime import UTC, datetime

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from deploy.local.infrastructure import Addresses
from shared.events import decode
from shared.events.customers import ExitStated
from shared.outbox import make_event, outbox_row
from shared.relay import Relay
from tests.support.databases import fresh_database
from tests.support.topics import Tail, tail
from tests.support.waiting import eventually, running

TOPIC = "crm.customers"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
INSERT = "insert into outbox (id, aggregatetype, aggregateid, type, payload) values ($1, $2, $3, $4, $5)"


async def put(connection: "asyncpg.Connection[asyncpg.Record]", customer: str, subject: str) -> None:
    """Record one event in the connection's transaction."""
    told = ExitStated(reason="price")
    event = make_event(told, source="/crm/customers", key=customer, subject=subject, time=NOW, recorded=NOW)
    row = outbox_row(event)
    await connection.execute(INSERT, row["id"], row["topic"], row["key"], row["type"], row["payload"])


async def delivered_within(topic: Tail, customer: str, seconds: float) -> list[str]:
    """Read the topic for as long, come what may: the subjects told of keys that begin with `customer`."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    found = await topic.until(lambda _: loop.time() > until)
    return [decode(record.value).subject for record in found if record.key.startswith(customer.encode())]


async def test_W02_a_lower_seq_that_commits_later_is_delivered(infrastructure: Addresses) -> None:
    url = await fresh_database(infrastructure.postgres_url, "customers")
    slow, quick = await asyncpg.connect(url), await asyncpg.connect(url)
    customer = f"late-{uuid.uuid4().hex}"
    relay = Relay(url, infrastructure.kafka_bootstrap, "relay-late")
    async with tail(infrastructure.kafka_bootstrap, TOPIC) as topic, running(relay.run):
        await put(quick, customer + "-before", "zeroth")
        await topic.of(customer + "-before", 1)  # the relay leads: from here on it publishes at once
        late = slow.transaction()
        await late.start()
        await put(slow, customer, "first")
        await put(quick, customer + "-other", "second")
        assert await delivered_within(topic, customer, 0.7) == ["zeroth"]
        await late.commit()
        await put(quick, customer, "third")
        found = await topic.of(customer, 2)
        assert [decode(record.value).subject for record in found] == ["first", "third"]
        await topic.of(customer + "-other", 1)
    assert await quick.fetchval("select count(*) from outbox") == 0
    await slow.close()
    await quick.close()


async def test_W02_the_order_is_of_recording_and_not_of_beginning(infrastructure: Addresses) -> None:
    """A transaction that began (took its xid) first but recorded last is told last."""
    url = await fresh_database(infrastructure.postgres_url, "customers")
    early, quick = await asyncpg.connect(url), await asyncpg.connect(url)
    customer = f"began-{uuid.uuid4().hex}"
    relay = Relay(url, infrastructure.kafka_bootstrap, "relay-began")
    async with tail(infrastructure.kafka_bootstrap, TOPIC) as topic, running(relay.run):
        async with early.transaction():
            await early.fetchval("select pg_current_xact_id()")
            await put(quick, customer, "recorded first")
            await put(early, customer, "recorded last")
        found = await topic.of(customer, 2)
    assert [decode(record.value).subject for record in found] == ["recorded first", "recorded last"]
    await early.close()
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


@pytest.mark.parametrize("refused", [True, False], ids=["refused", "unanswered"])
async def test_W02_a_row_outlives_a_failed_acknowledgement(
    infrastructure: Addresses, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    """The first record is handed to the client but never acknowledged: its row stays until the second attempt."""
    url = await fresh_database(infrastructure.postgres_url, "customers")
    connection = await asyncpg.connect(url)
    customer = f"unacknowledged-{uuid.uuid4().hex}"
    send, attempts, again = AIOKafkaProducer.send, [0], asyncio.Event()

    async def fails_once(self: AIOKafkaProducer, *args: object, **more: object) -> object:
        attempts[0] += 1
        if attempts[0] > 1:
            await again.wait()
            return await send(self, *args, **more)
        acknowledgement = asyncio.get_running_loop().create_future()
        if refused:
            acknowledgement.set_exception(KafkaError("refused"))
        return acknowledgement

    async def twice() -> bool:
        return attempts[0] > 1

    monkeypatch.setattr(AIOKafkaProducer, "send", fails_once)
    monkeypatch.setattr("shared.relay.SEND_DEADLINE_S", 2.0)
    relay = Relay(url, infrastructure.kafka_bootstrap, "relay-unacknowledged")
    async with tail(infrastructure.kafka_bootstrap, TOPIC) as topic, running(relay.run):
        await put(connection, customer, "1")
        await eventually(twice, 10)
        assert await connection.fetchval("select count(*) from outbox") == 1
        again.set()
        assert len(await topic.of(customer, 1)) == 1
    assert await connection.fetchval("select count(*) from outbox") == 0
    await connection.close()
