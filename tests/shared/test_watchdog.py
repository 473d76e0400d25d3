"""A consumer that is alive but stuck is given a new client; one that is idle or busy is left alone."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from prometheus_client import REGISTRY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.received import Received
from shared.watchdog import StuckError, Watchdog
from tests.shared.taking import Ground, publish, take
from tests.support.waiting import eventually, running

STUCK_S = 1.5
HERE, BESIDE = TopicPartition("t", 0), TopicPartition("t", 1)
Poll = Callable[..., Awaitable[object]]


async def hangs(*_: object, **__: object) -> object:
    """A poll that never ends."""
    return await asyncio.Event().wait()


async def finds_nothing(*_: object, **__: object) -> object:
    """A poll that ends in time and brings nothing, whatever waits."""
    await asyncio.sleep(0.1)
    return {}


def plant(monkeypatch: pytest.MonkeyPatch, poll: Poll) -> tuple[asyncio.Event, list[object]]:
    """Once the event is set, the client that polls next polls like this, and those that come after it are sound.

    The list holds the client that is sick, from its first such poll on.
    """
    sound, sick = AIOKafkaConsumer.getmany, asyncio.Event()
    patients: list[object] = []

    async def getmany(self: AIOKafkaConsumer, *args: object, **more: object) -> object:
        if sick.is_set() and not patients:
            patients.append(self)
        return await (poll() if self in patients else sound(self, *args, **more))

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", getmany)
    return sick, patients


def rebuilt(group: str) -> float:
    """How many clients of a group were thrown away."""
    return REGISTRY.get_sample_value("consumer_rebuilt_total", {"group": group}) or 0


@pytest.mark.parametrize(
    ("poll", "why"), [(hangs, "no answer for"), (finds_nothing, "stays at")], ids=["hangs", "finds-nothing"]
)
async def test_W02_a_stuck_client_is_thrown_away_and_nothing_is_lost(
    here: Ground, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, poll: Poll, why: str
) -> None:
    group, told = f"stuck-{uuid.uuid4().hex}", {f"{why}-{number}" for number in range(40)}
    sick, patients = plant(monkeypatch, poll)
    consumer = here.consumer(group, stuck_s=STUCK_S)

    async def well() -> bool:
        return await consumer.check() is None

    async def polls_badly() -> bool:
        return bool(patients)

    async def unready() -> bool:
        return "StuckError" in (await consumer.check() or "")

    async def all_taken() -> bool:
        return await here.taken() >= told

    with caplog.at_level(logging.WARNING, "shared.consumer"):
        async with running(consumer.run):
            await eventually(well)
            sick.set()
            await eventually(polls_badly)
            await publish(here.bootstrap, sorted(told))
            await eventually(unready)
            await eventually(all_taken)
            await eventually(well)
    assert rebuilt(group) == 1
    [line] = [record.getMessage() for record in caplog.records if "StuckError" in record.getMessage()]
    assert why in line


async def test_W02_a_client_that_stays_stuck_never_looks_ready(here: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new client is as sick as the one before: a poll that ends in time is no sign of health while records wait."""
    consumer = here.consumer(f"stays-{uuid.uuid4().hex}", stuck_s=STUCK_S)

    async def poll(self: object, *_: object, **__: object) -> object:
        return await finds_nothing()

    async def unready() -> bool:
        return "StuckError" in (await consumer.check() or "")

    await publish(here.bootstrap, ["waits"])
    monkeypatch.setattr(AIOKafkaConsumer, "getmany", poll)
    async with running(consumer.run):
        await eventually(unready)
        for _ in range(int(STUCK_S / 0.05)):
            assert await consumer.check() is not None
            await asyncio.sleep(0.05)


async def test_W02_an_idle_consumer_is_left_alone(here: Ground) -> None:
    group = f"idle-{uuid.uuid4().hex}"
    consumer = here.consumer(group, stuck_s=STUCK_S)
    async with running(consumer.run):
        await asyncio.sleep(STUCK_S * 3)
        assert await consumer.check() is None
    assert rebuilt(group) == 0


async def test_W02_a_slow_database_is_no_stuck_client(here: Ground) -> None:
    """A batch that takes longer than a call to the broker may is not begun again."""
    group, batches = f"slow-{uuid.uuid4().hex}", []

    async def slowly(connection: AsyncConnection, batch: Sequence[Received]) -> None:
        batches.append(len(batch))
        await asyncio.sleep(STUCK_S * 2)
        await take(connection, batch)

    async def taken() -> bool:
        return await here.taken() == {"one"}

    async with running(here.consumer(group, stuck_s=STUCK_S, handle=slowly).run):
        await publish(here.bootstrap, ["one"])
        await eventually(taken)
    assert (rebuilt(group), batches) == (0, [1])


async def test_W02_a_partition_waits_its_turn_while_windows_are_full() -> None:
    dog = Watchdog(0.05)
    for _ in range(4):
        dog.look({HERE: 5, BESIDE: 7}, {HERE: 9, BESIDE: 7})
        await asyncio.sleep(0.03)
        dog.waiting_their_turn()


async def test_W02_one_partition_of_many_may_be_stuck() -> None:
    dog = Watchdog(0.05)
    dog.look({HERE: 5, BESIDE: 7}, {HERE: 9, BESIDE: 8})
    await asyncio.sleep(0.06)
    with pytest.raises(StuckError, match="t/0 stays at 5, its end is 12"):
        dog.look({HERE: 5, BESIDE: 8}, {HERE: 12, BESIDE: 9})


async def test_W02_a_partition_that_comes_back_is_looked_at_anew() -> None:
    dog = Watchdog(0.05)
    dog.look({HERE: 5}, {HERE: 9})
    dog.look({BESIDE: 7}, {BESIDE: 7})
    await asyncio.sleep(0.06)
    dog.look({HERE: 5}, {HERE: 9})


async def test_W02_a_call_that_swallows_its_cancellation_is_found_all_the_same() -> None:
    dog = Watchdog(0.05)

    async def swallows() -> None:
        async with dog.watching():
            dog.alive()
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            dog.alive()

    with pytest.raises(StuckError):
        await swallows()
