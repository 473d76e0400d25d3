"""Relay and consumer killed (-9) in mid-batch, again and again: the facts equal a plain model, row for row."""

import asyncio
import os
import random
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from services.customers.web import build
from services.scoring.generations.schema import FIRST, search_path
from tests.support.client import ERASURE_KEY, Client, client_of
from tests.support.databases import fresh_database
from tests.support.scoring import skip_to_end
from tests.support.waiting import eventually

START = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 400


class Process:
    """One service process that is killed and started again."""

    def __init__(self, service: str, role: str, database_url: str, bootstrap: str) -> None:
        self.command = [sys.executable, "-m", f"services.{service}.main", role]
        told = {"DATABASE_URL": database_url, "KAFKA_BOOTSTRAP": bootstrap, "ERASURE_KEY": ERASURE_KEY}
        self.environment = os.environ | told
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it; returns before it is ready."""
        quiet = asyncio.subprocess.DEVNULL
        self.process = await asyncio.create_subprocess_exec(*self.command, env=self.environment, stdout=quiet)

    async def kill(self) -> None:
        """SIGKILL: no chance to clean up."""
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
            await self.process.wait()


@asynccontextmanager
async def processes(*started: Process) -> AsyncIterator[None]:
    """Started, and gone at the end."""
    for process in started:
        await process.start()
    try:
        yield
    finally:
        for process in started:
            await process.kill()


def visits(run: str, batch: int) -> list[dict[str, str]]:
    """Visits of twenty customers, told with ids of their own."""
    return [
        {
            "id": f"{run}-{batch}-{number}",
            "customer_id": f"{run}-{number % 20}",
            "channel": "store",
            "started_at": (START + timedelta(minutes=batch * BATCH + number)).isoformat(),
        }
        for number in range(BATCH)
    ]


async def facts(database_url: str) -> list[tuple[str, str, datetime]]:
    """Customer, subject and time of every fact."""
    connection = await asyncpg.connect(database_url, server_settings={"search_path": search_path(FIRST)})
    rows = await connection.fetch("select customer_id, subject, time from facts order by 1, 2, 3")
    await connection.close()
    return [tuple(row) for row in rows]


async def trial(client: Client, addresses: Addresses, database_url: str, kills: int) -> None:
    """Feed visits while both processes are killed at random; in the end every visit is one fact."""
    run, chance = f"kill-{uuid.uuid4().hex[:8]}", random.Random(7)  # noqa: S311
    relay = Process("customers", "relay", client.database_url, addresses.kafka_bootstrap)
    consumer = Process("scoring", "consumer", database_url, addresses.kafka_bootstrap)
    told = []
    async with processes(relay, consumer):
        for batch in range(kills):
            told += visits(run, batch)
            await client.stream("/v1/imports/visits", visits(run, batch))
            await asyncio.sleep(chance.uniform(0.5, 5))
            for process in chance.sample([relay, consumer], chance.choice([1, 1, 2])):
                await process.kill()
                await process.start()

        async def complete() -> bool:
            return len(await facts(database_url)) >= len(told)

        await eventually(complete, 60)
        await asyncio.sleep(1)  # whatever is delivered twice would come now
    model = sorted((v["customer_id"], v["id"], datetime.fromisoformat(v["started_at"])) for v in told)
    assert await facts(database_url) == model


@pytest.mark.parametrize("kills", [4, pytest.param(50, marks=[pytest.mark.faults, pytest.mark.timeout(900)])])
async def test_W01_killed_at_random_moments_nothing_is_lost_or_counted_twice(
    infrastructure: Addresses, issuer: Issuer, kills: int
) -> None:
    database_url = await fresh_database(infrastructure.postgres_url, "scoring")
    await skip_to_end(database_url, infrastructure.kafka_bootstrap)
    async with client_of("customers", build, infrastructure.postgres_url, issuer) as client:
        await trial(client, infrastructure, database_url, kills)
