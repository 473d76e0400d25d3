"""Cases that are held to a standard, and the clock that looks at them at a moment of the test's choice."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.complaints.standards.firing import fire
from shared.events import Event
from tests.complaints.cases import opened
from tests.support.client import Client
from tests.support.looking import look_with

HOUR = timedelta(hours=1)
HIGH = "/v1/service-standards/service/high"
STANDARD: dict[str, Any] = {
    "acknowledge_hours": "4",
    "resolve_hours": "8",
    "around_the_clock": True,
    "escalations": [{"after_hours": "2", "to": "store-manager"}, {"after_hours": "5", "to": "region"}],
}
TOLD = [
    (3, "warned", "acknowledge"),
    (4, "breached", "acknowledge"),
    (6, "warned", "resolve"),
    (8, "breached", "resolve"),
    (10, "escalated", 1),
    (13, "escalated", 2),
]
"""What the clock tells of a case that nobody answers: hours after its opening, what, of what."""


async def held(client: Client, **more: Any) -> dict[str, Any]:
    """A case of this minute that is held to the standard."""
    assert (await client.put(HIGH, STANDARD)).status_code in (200, 201)
    now = datetime.now(UTC).replace(microsecond=0)
    return await opened(client, **{"severity": "high", "occurred_at": now.isoformat()} | more)


def at(case: dict[str, Any], hours: float) -> datetime:
    """So long after the opening."""
    return datetime.fromisoformat(case["occurred_at"]) + hours * HOUR


async def look(client: Client, now: datetime) -> int:
    """The clock looks at that moment, until nothing is left to do; how much it did."""
    return await look_with(fire, client, "/crm/complaints", now)


async def told(client: Client, case: dict[str, Any]) -> list[tuple[float, str, str | int]]:
    """What was told of the case by the clock, as `TOLD` has it, in the order of its telling."""
    return _read([event for event in await client.outbox() if event.subject == case["id"]], case)


def _read(events: Sequence[Event], case: dict[str, Any]) -> list[tuple[float, str, str | int]]:
    found = []
    for event in events:
        what = event.type.split(".")[2]
        if what in {"warned", "breached", "escalated"}:
            about = event.data.model_dump()
            found.append(((event.time - at(case, 0)) / HOUR, what, about.get("standard") or about["level"]))
    return found
