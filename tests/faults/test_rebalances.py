"""Members of a group come and go while records flow: each record is taken in once, and soon nothing waits."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from deploy.local.infrastructure import Addresses
from tests.shared.taking import ground, publish
from tests.support.waiting import eventually, running

CAUGHT_UP_S = 15.0


@asynccontextmanager
async def flowing(bootstrap: str, told: list[str]) -> AsyncIterator[None]:
    """Records are published all the while; `told` grows by their subjects."""

    async def flow(stop: asyncio.Event) -> None:
        while not stop.is_set():
            chunk = [str(len(told) + number) for number in range(100)]
            await publish(bootstrap, chunk)
            told.extend(chunk)

    async with running(flow):
        yield


@pytest.mark.parametrize(
    ("changes", "pause_s"), [(4, 1.5), pytest.param(60, 2.0, marks=[pytest.mark.faults, pytest.mark.timeout(400)])]
)
async def test_W02_members_join_and_leave(infrastructure: Addresses, changes: int, pause_s: float) -> None:
    group, told, chance = f"rebalance-{uuid.uuid4().hex}", list[str](), random.Random(8)  # noqa: S311
    async with ground(infrastructure.postgres_url, infrastructure.kafka_bootstrap) as here, AsyncExitStack() as members:
        await members.enter_async_context(running(here.consumer(group).run))
        async with flowing(here.bootstrap, told):
            for _ in range(changes // 2):
                async with running(here.consumer(group).run):
                    await asyncio.sleep(chance.uniform(0.5, 1.5) * pause_s)
                await asyncio.sleep(chance.uniform(0.5, 1.5) * pause_s)

        async def caught_up() -> bool:
            return await here.behind() == 0

        await eventually(caught_up, CAUGHT_UP_S)
        assert await here.taken() == set(told)
