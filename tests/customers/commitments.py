"""Promises as a client tells them, and what the tests of promises look at."""

import asyncio
from datetime import datetime
from typing import Any

import httpx

from services.customers.commitments.commands import miss_due
from shared.database import open_engine
from shared.duties import Clock
from shared.events import Event
from tests.support.client import Client

MADE, DUE, BETWEEN, AFTER = (f"2026-01-{day:02}T10:00:00Z" for day in (5, 10, 7, 12))
NEVER = "2199-01-01T00:00:00Z"
SECRET = "call-back-about-the-ring"
WHOLE: dict[str, Any] = {
    "id": "p1",
    "what": SECRET,
    "due_at": DUE,
    "occurred_at": MADE,
    "link": "r1",
    "made_by": "e7",
    "simulated": True,
}
PATH = "/v1/customers/asha/commitments"


async def known(customers: Client, *names: str) -> None:
    """These customers are there."""
    for name in names or ("asha",):
        assert (await customers.put(f"/v1/customers/{name}", {"kind": "individual"})).status_code == 201


async def promise(customers: Client, path: str = PATH, **changes: Any) -> dict[str, Any]:
    """A promise that was not there before."""
    answer = await customers.post(path, WHOLE | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def meet(
    customers: Client, at: str | None, match: str | None = '"1"', path: str = f"{PATH}/p1"
) -> httpx.Response:
    """The answer when a promise is told to be met."""
    return await customers.post(f"{path}/meet", {} if at is None else {"occurred_at": at}, match=match)


async def look(customers: Client, clocks: int = 1) -> int:
    """So many clocks look, at once; how many duties they did."""
    engine = open_engine(customers.database_url)
    try:
        return sum(await asyncio.gather(*(Clock(engine, "/crm/customers", [miss_due]).look() for _ in range(clocks))))
    finally:
        await engine.dispose()


async def told(customers: Client) -> list[Event]:
    """The events of promises."""
    return [event for event in await customers.outbox() if ".commitment." in event.type]


async def outcomes(customers: Client) -> list[tuple[str, str]]:
    """What happened to promises, as verb and time, in the order of its telling."""
    return [(event.type.split(".")[2], shown(event.time)) for event in await told(customers)]


async def verbs(customers: Client, path: str = f"{PATH}/p1") -> list[str]:
    """What the promise's history tells, the oldest first."""
    return [change["what"] for change in (await customers.get(f"{path}/history")).json()["items"]][::-1]


def shown(time: datetime) -> str:
    """A time as answers show it."""
    return time.isoformat().replace("+00:00", "Z")


async def listed(customers: Client, query: str = "", path: str = PATH, **options: Any) -> list[str]:
    """The ids in a list."""
    answer = await customers.get(f"{path}{query}", **options)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]
