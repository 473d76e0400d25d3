"""Visits as a client tells them, and what the tests of visits look at."""

from datetime import UTC, datetime
from typing import Any

from shared.events import Event
from tests.support.client import Client

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
