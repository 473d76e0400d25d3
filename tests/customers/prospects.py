"""Prospects as a client tells them, and what the tests of prospects look at."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.customers.prospects.commands import first_use
from services.customers.workers import working
from shared import clock
from shared.database import open_engine
from shared.events import Event
from shared.events.customers import AcquisitionStageChanged
from shared.handling import handling
from shared.outbox import Transaction
from shared.received import Received
from shared.web.problems import WRONG_STATE
from tests.support.client import Client
from tests.support.pipeline import WORKER_SETTINGS

BEGUN = datetime(2026, 3, 1, 9, tzinfo=UTC)
PATH = "/v1/prospects/asha"
NEW: dict[str, Any] = {
    "customer_id": "asha",
    "store_id": "330",
    "product_id": "p-7",
    "source": "fair",
    "supply": "scarce",
    "demand": "high",
    "cost": {"amount": "12.50", "currency": "INR"},
    "occurred_at": "2026-03-01T09:00:00Z",
    "simulated": True,
}


def shown(moment: datetime) -> str:
    """As an answer writes it."""
    return moment.isoformat().replace("+00:00", "Z")


async def known(customers: Client, name: str = "asha", **profile: Any) -> None:
    """A customer who is known, rational unless another profile is given."""
    body = {"kind": "individual", "buying_type": "rational"} | profile
    answer = await customers.put(f"/v1/customers/{name}", body)
    assert answer.status_code == 201, answer.text


async def begun(customers: Client, name: str = "asha", profile: dict[str, Any] | None = None, **changes: Any) -> None:
    """A prospect at the enquiry."""
    await known(customers, name, **(profile or {}))
    answer = await customers.post("/v1/prospects", NEW | {"customer_id": name} | changes)
    assert answer.status_code == 201, answer.text


async def step(customers: Client, verb: str, name: str = "asha", **told: Any) -> dict[str, Any]:
    """A step in the version that there is; the prospect after it."""
    read = await customers.get(f"/v1/prospects/{name}")
    answer = await customers.post(f"/v1/prospects/{name}/{verb}", told, match=read.headers["ETag"])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(customers: Client, verb: str, rule: str, name: str = "asha", **told: Any) -> None:
    """A step that a rule refuses: the answer names the rule, and nothing is changed."""
    before = await everything(customers, name)
    answer = await customers.post(f"/v1/prospects/{name}/{verb}", told, match=f'"{before[0]["version"]}"')
    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, f"urn:elevenfold:problem:{WRONG_STATE.slug}"), answer.text
    assert rule in problem["detail"]
    assert await everything(customers, name) == before


async def everything(customers: Client, name: str = "asha") -> tuple[dict[str, Any], list[dict[str, Any]], list[Event]]:
    """The prospect, its history (the newest first) and all events told so far."""
    path = f"/v1/prospects/{name}"
    read, told = await customers.get(path), await customers.get(f"{path}/history")
    assert (read.status_code, told.status_code) == (200, 200)
    return read.json(), told.json()["items"], await customers.outbox()


async def stages(customers: Client, name: str = "asha") -> list[tuple[str, datetime]]:
    """The stages that were told to others, with their moments."""
    told = [event for event in await customers.outbox() if event.partitionkey == name]
    return [(event.data.stage, event.time) for event in told if isinstance(event.data, AcquisitionStageChanged)]


async def receive(customers: Client, *batches: Sequence[Event]) -> None:
    """What the worker does with these batches of events, as it is wired."""
    work = working(WORKER_SETTINGS)
    engine = open_engine(customers.database_url)
    try:
        for batch in batches:
            async with engine.begin() as connection:
                received = [Received(event, event.time, None) for event in batch]
                await handling("/crm/customers", work.handlers)(connection, received)
    finally:
        await engine.dispose()


async def used(customers: Client, at: datetime, name: str = "asha") -> None:
    """What a touchpoint of the kind first_use does."""
    engine = open_engine(customers.database_url)
    try:
        async with AsyncSession(engine) as session, session.begin():
            await first_use(Transaction(session, "/crm/customers", clock.now(), "desk-1"), name, at)
    finally:
        await engine.dispose()
