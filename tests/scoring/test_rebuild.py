"""Rebuilds (S17): the scores thrown away and made again from the topics, with no gap for readers."""

import asyncio
import json
import os
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from services.scoring.evaluation.evaluator import Evaluator
from services.scoring.generations import pointer
from services.scoring.generations.following import Follower
from services.scoring.generations.schema import READERS_PATH, statements
from services.scoring.metrics.rules import DEFAULT_RULES
from services.scoring.rebuilds.minding import Minder
from services.scoring.rebuilds.worker import Rebuilder, UntoldLetters
from services.scoring.web import build
from shared.consumer import Consumer
from shared.database import open_engine, raw_connection, raw_transaction
from shared.dead_letters import DeadLetter, DeadLetters
from shared.events import FACT_TOPICS, Event, decode
from shared.events.customers import CustomerErased, CustomerMerged
from shared.offsets import FencedError
from shared.received import not_ahead
from shared.web.health import Check
from tests.scoring.conftest import received
from tests.support.client import ERASURE_KEY, Client, client_of
from tests.support.scoring import ERASURES, intake
from tests.support.told import NOON, purchase, told
from tests.support.topics import publish, tail
from tests.support.waiting import eventually, running

AS_OF = "2026-03-20T00:00:00Z"
DAY = timedelta(days=1)
Run = Callable[[asyncio.Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Stack:
    """Scoring's application, and its workers following the pointer."""

    client: Client
    bootstrap: str
    reading: AsyncEngine

    async def put(self, *events: Event) -> None:
        """Append events to their topics."""
        for event in events:
            await publish(self.bootstrap, event.data.TOPIC.name, [(event.partitionkey, event.to_json())])

    async def card(self, customer: str) -> dict[str, Any] | None:
        """The customer's card of a fixed date, None while nothing is known."""
        answer = await self.client.get(f"/v1/customers/{customer}/scorecard?as_of={AS_OF}")
        assert answer.status_code in (200, 404), answer.text
        card: dict[str, Any] = answer.json()
        return card if answer.status_code == 200 else None

    async def fetch(self, query: str, *values: object) -> list[Any]:
        """Rows, as readers see them."""
        async with raw_connection(self.reading) as raw:
            return await raw.fetch(query, *values)

    async def rebuild(self) -> int:
        """Ask for a rebuild; its number."""
        asked = await self.client.post("/v1/rebuild")
        assert asked.status_code == 201, asked.text
        number: int = asked.json()["number"]
        return number

    async def state(self, number: int, wanted: str) -> dict[str, Any]:
        """The generation once it is in that state."""

        async def look() -> dict[str, Any] | None:
            found: dict[str, Any] = (await self.client.get(f"/v1/generations/{number}")).json()
            return found if found["state"] == wanted else None

        found: dict[str, Any] = await eventually(look, 60)
        return found

    async def rebuilding(self, stop: asyncio.Event) -> None:
        """Does what is asked of generations, in this process."""
        engine = open_engine(self.client.database_url, search_path="app")
        worker = Rebuilder(self.client.database_url, self.bootstrap, DEFAULT_RULES, ERASURES)
        try:
            while not stop.is_set():
                if not await worker.work(engine, stop):
                    await asyncio.sleep(0.05)
        finally:
            await engine.dispose()


@asynccontextmanager
async def stack_on(infrastructure: Addresses, issuer: Issuer) -> AsyncIterator[Stack]:
    """The stack on a fresh database; it has read the topics from their start."""
    async with client_of("scoring", build, infrastructure.postgres_url, issuer) as client:
        url, bootstrap = client.database_url, infrastructure.kafka_bootstrap
        letters, group = DeadLetters(bootstrap, "crm.scoring.dead-letters"), f"rebuild-{uuid.uuid4().hex}"

        def consuming(engine: AsyncEngine, generation: int) -> tuple[Run, Check]:
            topics = [topic.name for topic in FACT_TOPICS]
            handle = intake(generation)
            consumer = Consumer(
                engine, bootstrap, group=group, topics=topics, handle=handle, judge=not_ahead, dead_letters=letters
            )
            return consumer.run, consumer.check

        def evaluating(engine: AsyncEngine, generation: int) -> tuple[Run, Check]:
            evaluator = Evaluator(engine, generation, DEFAULT_RULES)
            return evaluator.run, evaluator.check

        reading = open_engine(url, search_path=READERS_PATH)
        async with running(Follower(url, "c", consuming).run, Follower(url, "e", evaluating).run):
            yield Stack(client, bootstrap, reading)
        await letters.close()
        await reading.dispose()


@pytest.fixture
async def stack(infrastructure: Addresses, issuer: Issuer) -> AsyncIterator[Stack]:
    """The stack; nobody rebuilds yet."""
    async with stack_on(infrastructure, issuer) as found:
        yield found


@pytest.fixture
def names() -> list[str]:
    """Five customers of this test alone."""
    return [f"{uuid.uuid4().hex[:8]}-{number}" for number in range(5)]


async def known(stack: Stack, names: list[str]) -> None:
    """Each buys twice, and has a card."""
    await stack.put(*(purchase(name, f"p-{name}-{n}", NOON + n * DAY) for name in names for n in range(2)))

    async def told_of_all() -> bool:
        query = "select customer_id from app.published where phase = 'retention'"
        return set(names) <= {row["customer_id"] for row in await stack.fetch(query)}

    await eventually(told_of_all, 60)


async def test_S17_a_rebuild_under_live_events_gives_the_same_scores_and_no_gap(stack: Stack, names: list[str]) -> None:
    await known(stack, names)
    before = [await stack.card(name) for name in names]
    await stack.fetch("delete from app.outbox")
    busy, read, failed = f"busy-{names[0]}", 0, []

    async def live_events(stop: asyncio.Event) -> None:
        for number in range(10_000):
            if stop.is_set():
                return
            await stack.put(purchase(busy, f"live-{busy}-{number}", NOON))
            await asyncio.sleep(0.02)

    async def readers(stop: asyncio.Event) -> None:
        nonlocal read
        while not stop.is_set():
            answer = await stack.client.get(f"/v1/customers/{names[0]}/scorecard")
            read += 1
            if answer.status_code != 200:
                failed.append(answer.text)

    async with running(stack.rebuilding, live_events, readers):
        number = await stack.rebuild()
        made = await stack.state(number, "live")
        await asyncio.sleep(1)
    assert (failed, read > 10) == ([], True)
    assert made["filled_at"] < made["live_at"]
    assert [await stack.card(name) for name in names] == before
    changed = await stack.fetch("select aggregateid from app.outbox")
    assert not set(names) & {row["aggregateid"] for row in changed}
    assert (await stack.state(1, "retired"))["retired_at"] == made["live_at"]


async def test_S17_what_went_on_meanwhile_is_in_the_new_generation(stack: Stack, names: list[str]) -> None:
    """The live consumer goes on in the new generation where the rebuild's own left it."""
    await known(stack, names)
    async with running(stack.rebuilding):
        await stack.state(await stack.rebuild(), "live")
    await stack.put(purchase(names[0], f"after-{names[0]}", NOON + 2 * DAY))

    async def arrived() -> bool:
        return bool(await stack.fetch("select from facts where subject = $1", f"after-{names[0]}"))

    await eventually(arrived)
    facts = await stack.fetch("select count(*) from facts where customer_id = $1", names[0])
    assert facts[0]["count"] == 3


async def test_S17_only_differences_from_what_was_published_go_out(stack: Stack, names: list[str]) -> None:
    await known(stack, names)
    await stack.fetch("delete from app.outbox")
    await stack.fetch("update app.published set phase = 'extension' where customer_id = $1", names[2])
    await stack.fetch("update app.published set index_value = 50 where customer_id = $1", names[3])
    async with running(stack.rebuilding):
        await stack.state(await stack.rebuild(), "live")
        await eventually(lambda: stack.fetch("select from app.outbox where aggregateid = $1", names[2]))
        await eventually(lambda: stack.fetch("select from app.outbox where aggregateid = $1", names[3]))
    events = [decode(row["payload"].encode()) for row in await stack.fetch("select payload from app.outbox")]
    assert {event.partitionkey for event in events} == {names[2], names[3]}
    assert {event.data.backfill for event in events} == {False}  # type: ignore[attr-defined]


@asynccontextmanager
async def worker_of_its_own(stack: Stack) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process that does what is asked of generations; killed at the end."""
    given = {"DATABASE_URL": stack.client.database_url, "KAFKA_BOOTSTRAP": stack.bootstrap, "ERASURE_KEY": ERASURE_KEY}
    command = (sys.executable, "-m", "services.scoring.main", "generations")
    process = await asyncio.create_subprocess_exec(*command, env=os.environ | given)
    try:
        yield process
    finally:
        process.kill()
        await process.wait()


async def test_S17_a_rebuild_goes_on_where_its_worker_died(stack: Stack, names: list[str]) -> None:
    await known(stack, names)
    number = await stack.rebuild()
    async with worker_of_its_own(stack) as worker:
        await stack.state(number, "filling")
        assert worker.returncode is None
    assert (await stack.client.get(f"/v1/generations/{number}")).json()["state"] != "live"
    async with running(stack.rebuilding):
        await stack.state(number, "live")
    assert await stack.card(names[0]) is not None


async def test_S17_an_erased_customer_stays_erased(stack: Stack, names: list[str]) -> None:
    await known(stack, names)
    await stack.put(told(CustomerErased(erasure_id=names[0]), names[0], names[0], NOON + 5 * DAY))

    async def gone() -> bool:
        return (await stack.client.get(f"/v1/customers/{names[0]}/scorecard")).status_code == 410

    await eventually(gone)
    async with running(stack.rebuilding):
        await stack.state(await stack.rebuild(), "live")
    assert await stack.fetch("select from facts where customer_id = $1", names[0]) == []
    assert await gone()
    answers = await stack.fetch("select from app.outbox where aggregateid = $1", f"erasure:{names[0]}")
    assert len(answers) == 1


async def test_S17_a_generation_is_dropped_on_request_but_never_the_live_one(stack: Stack, names: list[str]) -> None:
    await known(stack, names)
    assert (await stack.client.call("DELETE", "/v1/generations/1")).status_code == 409
    assert (await stack.client.call("DELETE", "/v1/generations/7")).status_code == 404
    async with running(stack.rebuilding):
        await stack.state(await stack.rebuild(), "live")
        dropping = await stack.client.call("DELETE", "/v1/generations/1")
        assert (dropping.status_code, dropping.json()["state"]) == (200, "dropping")
        await stack.state(1, "dropped")
    assert await stack.fetch("select from pg_namespace where nspname = 'gen_1'") == []
    assert await stack.card(names[0]) is not None


async def test_S17_one_rebuild_at_a_time_and_it_may_be_given_up(stack: Stack) -> None:
    number = await stack.rebuild()
    again = await stack.client.post("/v1/rebuild")
    assert (again.status_code, again.json()["number"]) == (200, number)
    assert (await stack.client.call("DELETE", f"/v1/generations/{number}")).status_code == 200
    async with running(stack.rebuilding):
        await stack.state(number, "dropped")
    listed = (await stack.client.get("/v1/generations")).json()["items"]
    assert [(each["number"], each["state"]) for each in listed] == [(number, "dropped"), (1, "live")]


async def test_S17_it_goes_live_when_everybody_has_a_card(stack: Stack) -> None:
    """More than one batch of customers, an alias among them, who never has a card."""
    run = uuid.uuid4().hex[:8]
    bought = [purchase(f"{run}-{n}", f"p-{run}-{n}") for n in range(230)]
    alias = told(CustomerMerged(into=f"{run}-0", at=NOON), f"{run}-1", f"{run}-1", NOON)
    for events in (bought, [alias]):
        topic = events[0].data.TOPIC.name
        await publish(stack.bootstrap, topic, [(event.partitionkey, event.to_json()) for event in events])

    async def carded() -> bool:
        rows = await stack.fetch("select count(*) from cards where customer_id like $1", f"{run}-%")
        return bool(rows[0]["count"] == 229)

    await eventually(carded, 60)
    async with running(stack.rebuilding):
        await stack.state(await stack.rebuild(), "live")
        assert await carded()


async def test_S17_a_bad_record_that_only_the_rebuild_has_read_is_dead_lettered(stack: Stack) -> None:
    [live] = await stack.fetch("select next_offset from offsets where topic = 'crm.visits' and partition = 0") or [None]
    read = 0 if live is None else live["next_offset"]

    def letter(offset: int) -> DeadLetter:
        record = ConsumerRecord("crm.visits", 0, offset, 0, 0, b"k", b"bad", None, 1, 3, ())
        return DeadLetter(record, f"bad-{run}", "malformed")

    run = uuid.uuid4().hex
    letters = UntoldLetters(stack.reading, stack.bootstrap, "crm.scoring.dead-letters")
    async with tail(stack.bootstrap, "crm.scoring.dead-letters") as told_of:
        await letters.send([letter(read - 1), letter(read)])
        found = await told_of.until(lambda records: any(_says(record, run) for record in records))
    offsets = [dict(record.headers)["dead-letter-offset"] for record in found if _says(record, run)]
    assert offsets == [str(read).encode()]
    await letters.close()


def _says(record: ConsumerRecord, run: str) -> bool:
    return run.encode() in dict(record.headers)["dead-letter-error"]


async def test_S17_only_administrators_rebuild(stack: Stack) -> None:
    bearer = stack.client.issuer.token(scopes=["scoring:read", "scoring:write"])
    assert (await stack.client.post("/v1/rebuild", bearer=bearer)).status_code == 403


async def test_S17_a_consumer_of_a_retired_generation_is_fenced(stack: Stack) -> None:
    engine = open_engine(stack.client.database_url, search_path="gen_1,app")
    await stack.fetch("update app.generations set state = 'retired'")
    async with engine.begin() as connection:
        await connection.exec_driver_sql("select")
        with pytest.raises(FencedError):
            await intake(1)(connection, received([purchase("ann", "p1")]))
    await stack.fetch("update app.generations set state = 'live'")
    await engine.dispose()


async def test_S17_the_pointer_does_not_move_to_one_that_is_behind(stack: Stack, names: list[str]) -> None:
    await known(stack, names)
    await stack.fetch("insert into app.generations (number, state, created_at) values (2, 'evaluating', now())")
    for statement in statements(2):
        await stack.fetch(statement)
    async with raw_transaction(stack.reading) as raw:
        assert not await pointer.move(raw, 2, 1.0)
    rows = await stack.fetch("select number from app.generations where state = 'live'")
    assert [row["number"] for row in rows] == [1]
    assert json.loads((await stack.client.get("/v1/status")).text)["generation"] == 1


async def test_S17_the_evaluator_starts_a_process_and_takes_it_along_when_it_ends(
    infrastructure: Addresses, issuer: Issuer, tmp_path: Path
) -> None:
    async with client_of("scoring", build, infrastructure.postgres_url, issuer) as client:
        script = f"trap 'touch {tmp_path}/ended; exit 1' TERM; touch {tmp_path}/begun; while true; do sleep 0.05; done"

        async def marks() -> list[str]:
            return sorted(path.name for path in tmp_path.iterdir())  # noqa: ASYNC240

        async with running(Minder(client.database_url, ["bash", "-c", script]).run):
            await asyncio.sleep(0.3)
            assert await marks() == []  # nothing is asked for
            assert (await client.post("/v1/rebuild")).status_code == 201
            await eventually(marks)
        assert await marks() == ["begun", "ended"]
