"""Visits as a client tells them, and what the tests of visits look at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from services.customers.stores.commands import keep
from services.customers.visits.commands import close_left_open
from shared import clock
from shared.database import open_engine
from shared.duties import Clock
from shared.erased import Erased
from shared.events import Event, Payload
from shared.events.reference import StoreOpened
from shared.outbox import Transaction
from tests.support.client import ERASURE_KEY, Client
from tests.support.told import told

START, END = "2026-01-05T10:00:00Z", "2026-01-05T10:30:00Z"
STARTED, ENDED = datetime(2026, 1, 5, 10, tzinfo=UTC), datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
SECRET = "whispered-by-the-till"  # a code in its form, so that it would fit into any field of an event
WHOLE: dict[str, Any] = {
    "id": "v1",
    "customer_id": "asha",
    "store_id": "330",
    "channel": "store",
    "started_at": START,
    "ended_at": END,
    "purpose": "browse",
    "welcomed_by": "e7",
    "seconds_to_welcome": 45,
    "served_by": "e9",
    "converted": True,
    "two_way": False,
    "outcome": "bought",
    "note": SECRET,
    "simulated": True,
}
BEGUN = {name: WHOLE[name] for name in ("id", "customer_id", "store_id", "channel", "started_at", "purpose", "note")}


def bound(customers: Client, *stores: str) -> str:
    """A token bound to these stores."""
    return customers.issuer.token(stores=stores)


async def begin(customers: Client, **changes: Any) -> None:
    """A visit that was not there before."""
    answer = await customers.post("/v1/visits", BEGUN | changes)
    assert answer.status_code == 201, answer.text


async def listed(customers: Client, query: str = "", **options: Any) -> list[str]:
    """The ids of the visits that a caller is shown."""
    return [visit["id"] for visit in (await customers.get(f"/v1/visits{query}", **options)).json()["items"]]


def kinds(events: list[Event]) -> list[str]:
    """The types of these events."""
    return [event.type for event in events]


async def history(customers: Client, path: str = "/v1/visits/v1") -> list[dict[str, Any]]:
    """All that is told of an entity, the newest first."""
    answer = await customers.get(f"{path}/history")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def at_noon(now: datetime) -> str:
    """A time zone in which it is about noon, so that no test runs over the end of a day."""
    return f"Etc/GMT{now.astimezone(UTC).hour - 12:+d}"


@asynccontextmanager
async def opened(customers: Client) -> AsyncIterator[AsyncSession]:
    """A session on the service's database, committed at the end."""
    engine = open_engine(customers.database_url)
    try:
        async with AsyncSession(engine) as session, session.begin():
            yield session
    finally:
        await engine.dispose()


async def keep_store(customers: Client, store: str, payload: Payload | str, time: datetime = STARTED) -> None:
    """What the worker does when a store is told of; a text is its time zone."""
    opening = StoreOpened(time_zone=payload) if isinstance(payload, str) else payload
    event = told(opening, f"store:{store}", store, time)
    async with opened(customers) as session:
        await keep(Transaction(session, "/crm/customers", clock.now(), "events"), [event])


async def erase(customers: Client, customer: str) -> None:
    """The customer is among those who demanded to be forgotten."""
    async with opened(customers) as session:
        await Erased(SecretStr(ERASURE_KEY)).remember(session, [customer], clock.now())


@asynccontextmanager
async def watched(customers: Client) -> AsyncIterator[Clock]:
    """A clock that ends visits."""
    engine = open_engine(customers.database_url)
    try:
        yield Clock(engine, "/crm/customers", [close_left_open])
    finally:
        await engine.dispose()
