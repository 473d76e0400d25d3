"""Campaigns of these days, and what the loyalty service hears of consents, segments and merges."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.loyalty.workers import working
from shared.events import Event
from shared.events.customers import ConsentGranted, ConsentWithdrawn, CustomerMerged
from shared.events.scores import SegmentEntered, SegmentLeft
from tests.support.client import Client
from tests.support.handled import handled
from tests.support.pipeline import WORKER_SETTINGS
from tests.support.told import told

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
LONG_AGO = NOW - 400 * DAY


def granted(customer: str = "asha", at: datetime = LONG_AGO, channel: str = "mail", **more: Any) -> Event:
    """The customer agreed to marketing."""
    return told(ConsentGranted(purpose="marketing", channel=channel), customer, f"marketing:{channel}", at, **more)


def withdrawn(customer: str = "asha", at: datetime = NOW, channel: str = "mail", **more: Any) -> Event:
    """They no longer do."""
    return told(ConsentWithdrawn(purpose="marketing", channel=channel), customer, f"marketing:{channel}", at, **more)


def entered(customer: str, at: datetime = LONG_AGO) -> Event:
    """The customer is of the best."""
    return told(SegmentEntered(segment_id="best", version=1), customer, customer, at)


def left(customer: str, at: datetime = NOW) -> Event:
    """And no longer."""
    return told(SegmentLeft(segment_id="best", version=1), customer, customer, at)


def merged(customer: str, into: str) -> Event:
    """Both are the same customer."""
    return told(CustomerMerged(into=into, at=LONG_AGO), customer, customer, LONG_AGO)


async def heard(loyalty: Client, *events: Event) -> None:
    """The worker takes these in."""
    await handled(loyalty, working(WORKER_SETTINGS), *events)


async def planned(loyalty: Client, name: str = "new", **more: Any) -> str:
    """The path of a campaign of these months."""
    body = {"id": name, "name": "Just now", "kind": "personal", "control_share": "0"}
    body |= {"starts_on": f"{NOW - 60 * DAY:%Y-%m-%d}", "ends_on": f"{NOW + 60 * DAY:%Y-%m-%d}"}
    answer = await loyalty.post("/v1/campaigns", body | more)
    assert answer.status_code == 201, answer.text
    return f"/v1/campaigns/{name}"


async def sent(
    loyalty: Client, campaign: str, *customers: str, at: datetime = NOW, channel: str = "mail"
) -> dict[str, Any]:
    """What the service answers to deliveries."""
    entries = [{"customer_id": name, "delivered_at": at.isoformat(), "channel": channel} for name in customers]
    answer = await loyalty.post(f"{campaign}/deliveries", {"deliveries": entries})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def reasons(answer: dict[str, Any]) -> dict[str, str]:
    """Who was withheld, and why."""
    return {each["customer_id"]: each["reason"] for each in answer["withheld"]}
