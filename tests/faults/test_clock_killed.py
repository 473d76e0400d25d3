"""K02: two replicas of the worker killed (-9) in turn while cases fall due: all that is due is told exactly once."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from deploy.local.infrastructure import Addresses
from deploy.local.issuer import Issuer
from services.complaints.web import build
from shared.events import Event
from tests.complaints.cases import COMPLAINT
from tests.faults.test_kill import Process, processes
from tests.support.client import Client, client_of
from tests.support.waiting import eventually

CASES = 60
SECONDS = {
    "acknowledge_hours": "0.0005",
    "resolve_hours": "0.0012",
    "warn_at": "0.5",
    "around_the_clock": True,
    "escalations": [{"after_hours": "0.0003", "to": "store-manager"}, {"after_hours": "0.0006", "to": "region"}],
}
"""All of it within seven seconds of an opening."""
EACH = [
    ("warned", "acknowledge"),
    ("breached", "acknowledge"),
    ("warned", "resolve"),
    ("breached", "resolve"),
    ("escalated", 1),
    ("escalated", 2),
]


async def left_alone(client: Client, spread: float) -> list[str]:
    """Cases that nobody answers; they fall due over so many seconds, a little after they are opened."""
    await client.put("/v1/service-standards/service/high", SECONDS)
    found = []
    for number in range(CASES):
        opened_at = datetime.now(UTC) + timedelta(seconds=3 + spread * number / CASES)
        case = {"id": f"c-{number}", "severity": "high", "occurred_at": opened_at.isoformat()}
        answer = await client.post("/v1/complaints", COMPLAINT | case)
        assert answer.status_code == 201, answer.text
        found.append(answer.json()["id"])
    return found


async def untold(client: Client) -> int:
    """How much is due yet."""
    connection = await asyncpg.connect(client.database_url)
    found: int = await connection.fetchval("select count(*) from complaint_timers where fired_at is null")
    await connection.close()
    return found


def read(event: Event) -> tuple[str, Any]:
    """What was told, and of what."""
    about = event.data.model_dump()
    return event.type.split(".")[2], about.get("standard") or about.get("level")


def of_case(events: Sequence[Event], case: str) -> list[Event]:
    """What the clock told of a case."""
    return [event for event in events if event.subject == case and not event.type.endswith("opened.v1")]


@pytest.mark.parametrize("spread", [3.0, pytest.param(120.0, marks=[pytest.mark.faults, pytest.mark.timeout(300)])])
async def test_K02_clocks_killed_in_turn_tell_each_thing_once(
    infrastructure: Addresses, issuer: Issuer, spread: float
) -> None:
    chance, bootstrap = random.Random(7), infrastructure.kafka_bootstrap  # noqa: S311
    async with client_of("complaints", build, infrastructure.postgres_url, issuer) as client:
        cases = await left_alone(client, spread)
        replicas = [Process("complaints", "worker", client.database_url, bootstrap) for _ in range(2)]
        async with processes(*replicas):
            turn = 0
            while left := await untold(client):
                await _somebody_at_it(client, left)
                await asyncio.sleep(chance.uniform(0, 0.2))
                turn += 1
                await replicas[turn % 2].kill()
                await replicas[turn % 2].start()
            await asyncio.sleep(1.5)  # whatever is told twice would come now
        events = await client.outbox()
    for case in cases:
        told = of_case(events, case)
        assert [read(event) for event in told] == EACH
        assert [event.time for event in told] == sorted(event.time for event in told)


async def _somebody_at_it(client: Client, left: int) -> None:
    async def fewer() -> bool:
        return await untold(client) < left

    await eventually(fewer, 60)
