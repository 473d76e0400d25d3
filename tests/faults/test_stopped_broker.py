"""A broker that takes connections and answers nobody (SIGSTOP), then wakes: unready meanwhile, and nothing is lost."""

import asyncio
import os
import signal
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.blocking import blocking
from deploy.local.infrastructure import Addresses
from deploy.local.kafka import Broker, ensure_topics
from deploy.local.layout import Layout
from tests.shared.taking import ground, publish
from tests.support.waiting import eventually, running

STUCK_S = 3.0


@pytest.fixture
def broker() -> Iterator[tuple[str, int]]:
    """A broker of our own: where it listens, and its process."""
    with tempfile.TemporaryDirectory(prefix="elevenfold-", ignore_cleanup_errors=True) as folder:
        own = Broker(Layout(Path(folder)), lambda _: None)
        try:
            bootstrap = own.start()
            blocking(ensure_topics(bootstrap))
            assert own.child is not None
            yield bootstrap, own.child.process.pid
        finally:
            if own.child is not None:
                os.kill(own.child.process.pid, signal.SIGCONT)
            own.stop()


@pytest.mark.faults
async def test_W01_a_broker_that_hangs_is_waited_for(infrastructure: Addresses, broker: tuple[str, int]) -> None:
    bootstrap, pid = broker
    async with ground(infrastructure.postgres_url, bootstrap) as here:
        consumer = here.consumer(f"hung-{uuid.uuid4().hex}", stuck_s=STUCK_S)

        async def well() -> bool:
            return await consumer.check() is None

        async def stuck() -> bool:
            return "StuckError" in (await consumer.check() or "")

        async def taken() -> bool:
            return await here.taken() == {"before", "after"}

        async with running(consumer.run):
            await eventually(well)
            await publish(bootstrap, ["before"])
            os.kill(pid, signal.SIGSTOP)
            await eventually(stuck)
            await asyncio.sleep(STUCK_S)
            assert not await well()
            os.kill(pid, signal.SIGCONT)
            await publish(bootstrap, ["after"])
            await eventually(taken, 60)
            await eventually(well)
