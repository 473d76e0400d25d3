"""`crm.purchase.completed.v1` of a bill, as JSON straight from its values."""

from collections.abc import Mapping

import orjson
from uuid_utils import uuid7

from services.loyalty.purchases.bill import Bill, Line
from services.loyalty.purchases.domain import utc_text
from shared.events import schema_uri
from shared.events.purchases import PurchaseCompleted
from shared.outbox import Transaction

TOPIC, TYPE = PurchaseCompleted.TOPIC.name, PurchaseCompleted.TYPE
_SCHEMA = schema_uri(TYPE)


def outbox_row(tx: Transaction, bill: Bill) -> tuple[str, str, str, str, str]:
    """The bill's row in the outbox: id, topic, key, type, payload."""
    event_id = str(uuid7())
    return event_id, TOPIC, bill.key, TYPE, completed(tx, bill, event_id)


def completed(tx: Transaction, bill: Bill, event_id: str) -> str:
    """The event in JSON.

    The same as `tx.event(PurchaseCompleted(…)).to_json()`, which takes many times as long; a test holds
    one against the other.
    """
    told = bill.told
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": tx.source,
        "type": TYPE,
        "time": bill.occurred_at,
        "recordedtime": utc_text(tx.recorded),
        "subject": bill.id,
        "partitionkey": bill.key,
        "datacontenttype": "application/json",
        "dataschema": _SCHEMA,
        "traceparent": tx.traceparent,
        "storeid": told.store_id,
        "data": _set(
            {
                "ordered_at": bill.head[-1],
                "channel": told.channel,
                "card_id": told.card_id,
                "campaign_id": told.campaign_id,
                "integration_id": told.integration_id,
                "served_by": told.served_by,
                "lines": [_told_line(line, told.currency) for line in bill.lines],
            }
        ),
    }
    return orjson.dumps(_set(event)).decode()


def _told_line(line: Line, currency: str) -> dict[str, object]:
    _, product, category, _, quantity, listed, paid, cost, discount, tailored, tailorable, due, delivered, *rest = line
    tier, level = rest
    told: dict[str, object] = {"product_id": product, "category": category}
    if level is not None:
        told["level"] = level
    told["quantity"] = quantity
    told["list_amount"] = {"amount": listed, "currency": currency}
    told["paid_amount"] = {"amount": paid, "currency": currency}
    if cost is not None:
        told["cost_amount"] = {"amount": cost, "currency": currency}
    if discount is not None:
        told["discount_kind"] = discount
    if tier is not None:
        told["tier"] = tier
    told["tailored"], told["tailorable"] = tailored, tailorable
    if due is not None:
        told["due_at"] = due
    if delivered is not None:
        told["delivered_at"] = delivered
    told["available"] = True
    return told


def _set(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
