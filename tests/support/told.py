"""Events as other systems would tell them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.events import Event, Payload
from shared.events.complaints import ComplaintOpened
from shared.events.purchases import PurchaseCompleted, PurchasedLine
from shared.outbox import make_event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEFORE = ("1900-01-01T00:00:00+10:00", "0001-01-01T00:00:00+14:00")
"""Times that are told with a year of their own zone: in UTC the year is 1899, or none at all."""


def told(payload: Payload, customer: str, subject: str, time: datetime = NOON, **more: Any) -> Event:
    """An event that was taken when it happened."""
    given: dict[str, Any] = {"source": "/crm/test", "recorded": time} | more
    return make_event(payload, key=customer, subject=subject, time=time, **given)


def purchase(customer: str, subject: str, time: datetime = NOON, paid: str = "10.00", **more: Any) -> Event:
    """A purchase of one line of groceries."""
    money = {"amount": paid, "currency": "USD"}
    line = {"product_id": "1", "category": "GROCERY", "quantity": "1", "list_amount": money, "paid_amount": money}
    payload = PurchaseCompleted(lines=(PurchasedLine.model_validate(line),))
    return told(payload, customer, subject, time, **more)


def complaint(customer: str, subject: str, time: datetime = NOON, **more: Any) -> Event:
    """A complaint about service that is due within a day and five."""
    due = {"due_acknowledge": time + timedelta(days=1), "due_resolve": time + timedelta(days=5)}
    opened = ComplaintOpened(category="service", severity="normal", **due)
    return told(opened, customer, subject, time, **more)
