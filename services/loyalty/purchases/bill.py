"""A purchase as it is stored and compared: made once from the request, cheaply, for imports of millions.

Values are in one spelling each (amounts with the currency's decimals, times in UTC), so that the same
purchase told twice in other spellings has the same content.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from uuid_utils import uuid7

from services.loyalty.cards.domain import Holder, refusal
from services.loyalty.purchases.domain import Receipt, in_currency, shortest, utc_text
from services.loyalty.purchases.models import NewLine, NewPurchase

Text = str | None
Line = tuple[int, str, str, Text, str, Text, Text, Text, Text, bool, bool, Text, Text, Text, int | None]
"""A line in the order of `LINE_COLUMNS`; numbers and times as text."""

Head = tuple[str | bool | None, ...]
"""The values of `HEAD_COLUMNS`; times as text."""

HEAD_COLUMNS = (
    "customer_id",
    "card_id",
    "store_id",
    "channel",
    "till",
    "receipt_number",
    "occurred_at",
    "currency",
    "campaign_id",
    "integration_id",
    "served_by",
    "simulated",
    "ordered_at",
)
LINE_COLUMNS = (
    "line",
    "product_id",
    "category",
    "format",
    "quantity",
    "list_amount",
    "paid_amount",
    "cost_amount",
    "discount_kind",
    "tailored",
    "tailorable",
    "due_at",
    "delivered_at",
    "tier",
    "level",
)


@dataclass(frozen=True, slots=True)
class Bill:
    """A purchase ready to be stored.

    `refused`: why its card forbids to store it; one that is stored already is still told apart by its content.
    """

    id: str
    told: NewPurchase
    receipt: Receipt | None
    head: Head
    lines: list[Line]
    content: bytes
    refused: str | None = None

    @classmethod
    def of(cls, told: NewPurchase, holders: Mapping[str, Holder]) -> "Bill":
        """The bill of a request; without an id of the client's it gets one of ours.

        `holders`: whose the known cards are, by card. Told by card alone, or by card and customer, it is the
        same bill; told without the card it is another one.
        """
        told, refused = (told, None) if told.card_id is None else _by_card(told, holders.get(told.card_id))
        head = (
            told.customer_id,
            told.card_id,
            told.store_id,
            told.channel,
            told.till,
            told.receipt_number,
            utc_text(told.occurred_at),
            told.currency,
            told.campaign_id,
            told.integration_id,
            told.served_by,
            told.simulated,
            None if told.ordered_at is None else utc_text(told.ordered_at),
        )
        lines = [_line(number, line, told.currency) for number, line in enumerate(told.lines, 1)]
        content = hashlib.sha256(orjson.dumps((_known_head(head), list(map(_identity, lines))))).digest()
        return cls(told.id or str(uuid7()), told, told.receipt, head, lines, content, refused)

    @property
    def key(self) -> str:
        """The event's key: the customer, or the store for an anonymous sale."""
        return self.told.customer_id or f"store:{self.told.store_id}"

    @property
    def occurred_at(self) -> str:
        """When it was paid, as text."""
        return str(self.head[6])


def _by_card(told: NewPurchase, holder: Holder | None) -> tuple[NewPurchase, str | None]:
    """The purchase with its card's customer where it tells none, and why the card forbids to store it."""
    refused = refusal(holder, told.customer_id, told.occurred_at)
    if holder is not None and told.customer_id is None:
        told = told.model_copy(update={"customer_id": holder.customer_id})
    return told, refused


def _line(number: int, line: NewLine, currency: str) -> Line:
    return (
        number,
        line.product_id,
        line.category,
        line.format,
        shortest(line.quantity),
        in_currency(line.list_amount, currency),
        in_currency(line.paid_amount, currency),
        None if line.cost_amount is None else in_currency(line.cost_amount, currency),
        line.discount_kind,
        line.tailored,
        line.tailorable,
        None if line.due_at is None else utc_text(line.due_at),
        None if line.delivered_at is None else utc_text(line.delivered_at),
        line.tier,
        line.level,
    )


def _known_head(head: Head) -> Head:
    """What tells a head apart; without an order's time as it was before heads had any."""
    return head[:-1] if head[-1] is None else head


def _identity(line: Line) -> tuple[object, ...]:
    """What tells a line apart; without level and tier as it was before lines had any, so that old bills are known."""
    if line[-1] is not None:
        return line
    return line[:-2] if line[-2] is None else line[:-1]
