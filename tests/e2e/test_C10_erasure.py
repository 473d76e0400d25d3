"""C10, faults 30 and 31: who demands to be forgotten is, in every service, and does not come back.

Topics keep what was published for ever: ids, codes and numbers. The id of who was erased stays there, as a pseudonym
that leads nowhere any more; their words were never in it.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.infrastructure import Addresses
from services.customers.erasures.domain import SERVICES
from services.scoring.generations.schema import FIRST
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.rebuilds.worker import Rebuilder
from shared import clock
from shared.database import open_engine
from shared.events import TOPICS
from tests.e2e.life import live
from tests.e2e.test_rows import ago, bill
from tests.support.canaries import dump, found
from tests.support.client import Client
from tests.support.pipeline import Pipeline
from tests.support.scoring import ERASURES
from tests.support.told import purchase
from tests.support.topics import publish
from tests.support.waiting import eventually, running

WORD = f"kuckuck{uuid.uuid4().hex}"
CANARIES = (WORD, "4242771313", "4242 771 313", "1931-07-09")
"""The word that stands wherever words can, and what of a profile can not hold a word."""


def clients(crm: Pipeline) -> list[Client]:
    """The four services."""
    return [crm.customers, crm.complaints, crm.loyalty, crm.scoring]


async def dumps(crm: Pipeline) -> list[str]:
    """All text in each service's database."""
    return [await dump(client.database_url) for client in clients(crm)]


async def published(bootstrap: str) -> bytes:
    """Keys, headers and values of all records in all topics."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic.name, number) for topic in TOPICS for number in range(topic.partitions)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        text: list[bytes] = []
        while any([await consumer.position(each) < end for each, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    text += [record.key or b"", record.value or b"", repr(record.headers).encode()]
        return b"\n".join(text)
    finally:
        await consumer.stop()


async def folder(addresses: Addresses) -> Path | None:
    """Where the embedded servers keep their files; none where others were named."""
    connection = await asyncpg.connect(addresses.postgres_url)
    try:
        home = Path(await connection.fetchval("show data_directory")).parent
    finally:
        await connection.close()
    return home if (home / "kafka" / "log").is_dir() else None


def on_disk(home: Path) -> dict[str, bytes]:
    """The topics' segments and the servers' logs, as they lie there."""
    files = [*(home / "kafka" / "log").rglob("*.log"), *(home / "logs").glob("*")]
    return {str(path): path.read_bytes() for path in files}


async def rebuilt(crm: Pipeline, bootstrap: str) -> None:
    """The scores are thrown away, and made again from the topics."""
    asked = await crm.scoring.post("/v1/rebuild")
    engine = open_engine(crm.scoring.database_url, search_path="app")

    async def rebuilding(stop: asyncio.Event) -> None:
        worker = Rebuilder(crm.scoring.database_url, bootstrap, DEFAULT_RULES, ERASURES)
        while not stop.is_set():
            await worker.work(engine, stop)
            await asyncio.sleep(0.1)

    async def is_live() -> bool:
        state = (await crm.scoring.get(asked.headers["Location"])).json()["state"]
        assert state != "failed"
        return bool(state == "live")

    try:
        async with running(rebuilding):
            await eventually(is_live, 120)
    finally:
        await engine.dispose()


async def taken_in(crm: Pipeline) -> None:
    """Wait until every service has taken in all that is on the topics now."""
    now = clock.now()

    async def look() -> bool:
        return all([await _has_read(client, now) for client in clients(crm)])

    await eventually(quiet_of(crm), 60)
    await eventually(look, 60)


def quiet_of(crm: Pipeline) -> Callable[[], Awaitable[bool]]:
    """Whether everything that was recorded is published."""

    async def look() -> bool:
        return not any("outbox {" in text for text in await dumps(crm))

    return look


async def _has_read(client: Client, since: datetime) -> bool:
    schema = f"gen_{FIRST}" if "scoring" in client.database_url else "public"
    query = f"select bool_and(observed_at > $1 and next_offset >= end_offset) from {schema}.offsets"  # noqa: S608
    connection = await asyncpg.connect(client.database_url)
    try:
        return bool(await connection.fetchval(query, since))
    finally:
        await connection.close()


async def erased(crm: Pipeline, who: str) -> dict[str, Any]:
    """Demanded, and answered by all four services; the receipt."""
    demanded = await crm.customers.call("DELETE", f"/v1/customers/{who}/personal-data")
    assert demanded.status_code == 202, demanded.text

    async def look() -> dict[str, Any] | None:
        receipt: dict[str, Any] = (await crm.customers.get(demanded.headers["Location"])).json()
        return receipt if receipt["completed_at"] else None

    found: dict[str, Any] = await eventually(look, 60)
    return found


def left(texts: Sequence[str], who: str) -> list[str]:
    """What still tells of the person."""
    return [line for text in texts for line in [*found(text, who), *found_in(text)]]


def found_in(text: str) -> list[str]:
    """The lines with a canary."""
    return [line for line in text.split("\n") if any(canary in line for canary in CANARIES)]


@pytest.mark.timeout(600)  # it reads all topics from their start, on a machine that may do other things beside
async def test_C10_who_is_erased_is_forgotten_everywhere_and_does_not_come_back(
    empty: Pipeline, infrastructure: Addresses, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    who, tag = uuid.uuid4().hex, f"e{uuid.uuid4().hex[:12]}"
    await live(empty, who, WORD, tag)
    await empty.card_when(who, lambda card: card["phase"] in {"retention", "extension"})
    await taken_in(empty)
    before = await dumps(empty)
    assert all(found(text, who) for text in before), "the search finds whom it looks for"
    assert [bool(found_in(text)) for text in before] == [True, True, False, False]
    assert all(canary in before[0] for canary in CANARIES)

    receipt = await erased(empty, who)
    assert [each["service"] for each in receipt["services"] if each["completed_at"]] == list(SERVICES)
    await taken_in(empty)
    assert left(await dumps(empty), who) == []
    await _nothing_comes_back(empty, infrastructure, who, tag)
    await rebuilt(empty, infrastructure.kafka_bootstrap)
    assert left(await dumps(empty), who) == []
    assert (await empty.scoring.get(f"/v1/customers/{who}/scorecard")).status_code == 410

    topics = await published(infrastructure.kafka_bootstrap)
    assert who.encode() in topics, "the pseudonym stays, and shows that the search reads everything"
    assert [canary for canary in CANARIES if canary.encode() in topics] == []
    if home := await folder(infrastructure):
        files = on_disk(home)
        assert any(who.encode()[-24:] in text for text in files.values()), "the segments are there"
        assert [path for path, text in files.items() if any(canary.encode() in text for canary in CANARIES)] == []
    assert [canary for canary in CANARIES if canary in caplog.text] == []


async def _nothing_comes_back(crm: Pipeline, infrastructure: Addresses, who: str, tag: str) -> None:
    sale, case = bill(who, 1), {"customer_id": who, "store_id": "330", "category": "service", "severity": "normal"}
    asked = [
        await crm.customers.get(f"/v1/customers/{who}"),
        await crm.customers.put(f"/v1/customers/{who}", {"kind": "individual"}),
        await crm.customers.post("/v1/visits", {"customer_id": who, "channel": "web", "started_at": ago(days=1)}),
        await crm.complaints.post("/v1/complaints", case | {"occurred_at": ago(days=1), "text": WORD}),
        await crm.complaints.get(f"/v1/complaints/{tag}-case"),
        await crm.loyalty.post("/v1/purchases", sale),
        await crm.loyalty.post("/v1/cards", {"customer_id": who}),
        await crm.scoring.get(f"/v1/customers/{who}/scorecard"),
    ]
    assert [answer.status_code for answer in asked] == [410] * len(asked)
    [verdict, _] = await crm.loyalty.stream("/v1/imports/purchases", [sale])
    assert verdict["problem"]["type"] == "urn:elevenfold:problem:gone"
    late = purchase(who, f"{tag}-late", source="/another/till")
    await publish(infrastructure.kafka_bootstrap, "crm.purchases", [(who, late.to_json())])
    await taken_in(crm)
    assert left(await dumps(crm), who) == []
