"""Referrals that the tests make, what their friends buy, and the clock at a moment of the test's choice."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.loyalty.referrals.due import reward
from services.loyalty.workers import working
from shared.events import Event
from shared.events.customers import CustomerMerged
from shared.events.loyalty import PointsEarned
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.looking import look_with
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import told

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BROUGHT: dict[str, Any] = {
    "id": "r1",
    "customer_id": "asha",
    "friend_id": "ben",
    "occurred_at": NOON.isoformat(),
}
PROGRAMME = {
    "id": "p1",
    "valid_from": "2016-01-01T00:00:00Z",
    "currency": "USD",
    "points_per_unit": "1",
    "point_value": "0.01",
    "pending_days": 14,
    "referral_points": 500,
}


def day(number: float) -> datetime:
    """So many days after the referral."""
    return NOON + timedelta(days=number)


async def brought(client: Client, **changes: Any) -> dict[str, Any]:
    """A referral that must be made."""
    answer = await client.post("/v1/referrals", BROUGHT | changes)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def stands(client: Client, referral: str = "r1") -> dict[str, Any]:
    """The referral as it is read."""
    found: dict[str, Any] = (await client.get(f"/v1/referrals/{referral}")).json()
    return found


async def heard(client: Client, *events: Event) -> None:
    """The worker takes these in."""
    await handled(client, working(WORKER_SETTINGS), *events)


async def merge(client: Client, customer: str, into: str) -> None:
    """They turned out to be one customer."""
    await heard(client, told(CustomerMerged(into=into, at=NOON), customer, customer))


async def look(client: Client, now: datetime) -> int:
    """The clock looks at that moment, until nothing is left to do; how many referrals it saw to."""
    return await look_with(reward, client, "/crm/loyalty", now)


async def rewards(client: Client) -> list[tuple[str, int, datetime]]:
    """Who earned how many points for a referral, and when."""
    return [
        (event.partitionkey, event.data.points, event.time)
        for event in await client.outbox()
        if isinstance(event.data, PointsEarned) and event.data.reason == "referral"
    ]
