"""The baggage counter as a client sees it, and what the tests of bags look at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx

from services.customers.baggage.closing import close_forgotten
from shared.database import open_engine
from shared.duties import Clock, Duty
from tests.support.client import Client

LEFT = datetime(2025, 1, 5, 10, tzinfo=UTC)
CANARY = "whispered-at-the-counter"  # a code in its form, so that it would fit into any field of an event
WHOLE: dict[str, Any] = {
    "id": "b1",
    "customer_id": "asha",
    "store_id": "330",
    "accepted": True,
    "description": CANARY,
    "perishable": False,
    "occurred_at": "2025-01-05T10:00:00Z",
    "simulated": True,
}
CLAIM = {"name": "Asha Rao", "address": "12 Mint Street", "description": "a red bag with a broken zip"}
PROOF = {"authenticated_by": "emp-7", "verdict": True}
BODIES: dict[str, dict[str, Any]] = {
    "return": {},
    "report-lost": CLAIM,
    "authenticate": PROOF,
    "inspect": {"address_found": False, "perishable": None},
    "contact-owner": {"by": "emp-9", "how": "by telephone"},
    "discard-perishables": {"by": "emp-9"},
    "tag": {"tag": "T-17"},
    "retain": {},
    "dispose": {"by": "emp-9", "how": "given to charity"},
}
"""By step, a body that is well-formed."""
LIST = "/v1/baggage"


def at(**span: float) -> str:
    """A moment so long after the bag was left."""
    return (LEFT + timedelta(**span)).isoformat().replace("+00:00", "Z")


async def deposit(customers: Client, **changes: Any) -> str:
    """A bag that was not there before; its token."""
    answer = await customers.post(LIST, WHOLE | changes)
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


async def shown(customers: Client, key: str = "b1") -> dict[str, Any]:
    """A bag as it stands."""
    answer = await customers.get(f"{LIST}/{key}")
    assert answer.status_code == 200, answer.text
    bag: dict[str, Any] = answer.json()
    return bag


async def step(customers: Client, key: str, verb: str, match: str | None = "*", **changes: Any) -> httpx.Response:
    """A step, of whatever version the bag is unless another is given."""
    return await customers.post(f"{LIST}/{key}/{verb}", BODIES[verb] | changes, match=match)


async def walk(customers: Client, *verbs: str, key: str = "b1", **changes: Any) -> dict[str, Any]:
    """Steps that must succeed, one after the other; the bag after the last."""
    for verb in verbs:
        if verb == "close-of-day":
            closed = await close(customers)
            assert closed.status_code == 200, closed.text
            continue
        taken = {name: value for name, value in changes.items() if name == "occurred_at" or name in BODIES[verb]}
        answer = await step(customers, key, verb, **taken)
        assert answer.status_code == 200, f"{verb}: {answer.text}"
    return await shown(customers, key)


async def close(customers: Client, **changes: Any) -> httpx.Response:
    """The store closes its counter."""
    return await customers.post(f"{LIST}/close-of-day", {"store_id": "330"} | changes)


async def said(customers: Client, key: str = "b1") -> list[dict[str, Any]]:
    """Every step of a bag, the newest first."""
    items: list[dict[str, Any]] = (await customers.get(f"{LIST}/{key}/history")).json()["items"]
    return items


async def all_of(customers: Client, key: str = "b1") -> tuple[object, ...]:
    """What a refused step leaves as it is: the row, its history, the outbox."""
    return await shown(customers, key), await said(customers, key), await customers.outbox()


def rule(answer: httpx.Response) -> str:
    """The rule that refused a step."""
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:elevenfold:problem:wrong-state"), answer.text
    detail: str = answer.json()["detail"]
    return detail


@asynccontextmanager
async def watched(customers: Client, duty: Duty = close_forgotten) -> AsyncIterator[Clock]:
    """A clock that ends the counters' days, or does another duty."""
    engine = open_engine(customers.database_url)
    try:
        yield Clock(engine, "/crm/customers", [duty])
    finally:
        await engine.dispose()


async def dump(customers: Client, *without: str) -> str:
    """Everything in the service's database; bytes as hexadecimal digits."""
    connection = await asyncpg.connect(customers.database_url)
    try:
        named = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        tables = {row["tablename"] for row in named} - set(without)
        rows = [await connection.fetch(f"select t::text as row from {table} t") for table in sorted(tables)]  # noqa: S608
    finally:
        await connection.close()
    return "\n".join(row["row"] for found in rows for row in found)
