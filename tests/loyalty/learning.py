"""Models trained on what a test planted, and the duty that trains them at a moment of the test's choice."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import async_sessionmaker

from services.loyalty.suggestions.due import train
from shared.database import open_engine
from shared.duties import ACTOR, Duty
from shared.outbox import Transaction
from tests.loyalty.bills import bill, line
from tests.support.client import Client

NOW = datetime.now(UTC).replace(microsecond=0)


def ago(days: float) -> str:
    """A moment so long before now, RFC 3339."""
    return (NOW - timedelta(days=days)).isoformat()


async def bought(client: Client, customer: str, *products: str, days: float = 10, **more: Any) -> dict[str, Any]:
    """A purchase of these products, written `category/product`."""
    lines = [line(product_id=each.partition("/")[2], category=each.partition("/")[0]) for each in products]
    made = await client.post("/v1/purchases", bill(customer_id=customer, occurred_at=ago(days), lines=lines) | more)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def planted(client: Client, baskets: Mapping[str, Sequence[str]]) -> None:
    """Four customers of each name, who each bought that basket."""
    for name, products in baskets.items():
        for number in range(4):
            await bought(client, f"{name}-{number}", *products)


async def look(client: Client, duty: Duty = train, now: datetime | None = None) -> int:
    """The clock looks until nothing is left to do; how much it did."""
    engine, done = open_engine(client.database_url), 0
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    try:
        while True:
            async with sessions.begin() as session:
                found = await duty(Transaction(session, "/crm/loyalty", now or datetime.now(UTC), ACTOR))
            if not found:
                return done
            done += found
    finally:
        await engine.dispose()


async def trained(client: Client, **asked: Any) -> dict[str, Any]:
    """A model of all that was bought before now, or before `as_of`."""
    made = await client.post("/v1/suggestion-models", asked)
    assert made.status_code == 201, made.text
    await look(client)
    found: dict[str, Any] = (await client.get(f"/v1/suggestion-models/{made.json()['id']}")).json()
    return found


async def proposals(client: Client, customer: str, query: str = "") -> list[dict[str, Any]]:
    """What would suit the customer."""
    answer = await client.get(f"/v1/customers/{customer}/suggestions{query}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found
