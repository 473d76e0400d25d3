"""Topic `crm.purchases`: what was bought, and what came back."""

from collections.abc import Iterable
from typing import Literal, Self, TypeVar

from pydantic import Field, model_validator

from shared.events.envelope import Payload, event
from shared.events.topics import PURCHASES
from shared.events.values import Code, Count, Id, Money, Quantity, Time, Value

DiscountKind = Literal["volume", "bundle", "price_lock", "coupon"]
P = TypeVar("P", bound=Payload)
ReturnReason = Literal["defective", "unwanted", "wrong_item", "late", "other"]


class PurchasedLine(Value):
    """One line of a bill; amounts are for the whole line."""

    product_id: Id | None = None
    category: Code
    level: Count | None = None
    quantity: Quantity
    list_amount: Money
    paid_amount: Money
    cost_amount: Money | None = None
    discount_kind: DiscountKind | None = None
    tier: Code | None = None
    tailored: bool = False
    tailorable: bool = False
    due_at: Time | None = None
    delivered_at: Time | None = None
    available: bool = True


def _in_one_currency(payload: P, lines: "Iterable[PurchasedLine | ReturnedLine]") -> P:
    amounts = [(line.list_amount, line.paid_amount, line.cost_amount) for line in lines]
    if len({amount.currency for line in amounts for amount in line if amount is not None}) > 1:
        raise ValueError("the lines of a purchase are in one currency")
    return payload


@event("crm.purchase.completed.v1", PURCHASES)
class PurchaseCompleted(Payload):
    """A bill was paid. Subject: the purchase. `ordered_at`: when it was asked for, where that was earlier."""

    ordered_at: Time | None = None
    channel: Code | None = None
    card_id: Id | None = None
    campaign_id: Id | None = None
    integration_id: Id | None = None
    served_by: Id | None = None
    lines: tuple[PurchasedLine, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        return _in_one_currency(self, self.lines)


class ReturnedLine(Value):
    """What came back of one line: its share of the line's amounts, whole when nothing is left of it."""

    line: int = Field(ge=1, le=1_000_000_000)
    category: Code
    quantity: Quantity
    list_amount: Money
    paid_amount: Money
    cost_amount: Money | None = None
    refund_amount: Money
    tailored: bool = False
    tailorable: bool = False
    whole: bool


@event("crm.purchase.returned.v1", PURCHASES)
class PurchaseReturned(Payload):
    """Goods came back. Subject: the return; it is netted from the purchase, at the purchase's time.

    `exchanged_for`: the purchase that took their place, where they were exchanged.
    """

    purchase_id: Id
    exchanged_for: Id | None = None
    purchased_at: Time
    reason: ReturnReason
    lines: tuple[ReturnedLine, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        return _in_one_currency(self, self.lines)


@event("crm.purchase.corrected.v1", PURCHASES)
class PurchaseCorrected(Payload):
    """A bill was wrong; these are its lines, in force from this event's time on. Subject: the purchase.

    The last correction wins. No lines: the bill was another customer's, who gets a purchase of their own.
    """

    purchased_at: Time
    reason: Code
    lines: tuple[PurchasedLine, ...]

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        return _in_one_currency(self, self.lines)


@event("crm.purchase.line_delivered.v1", PURCHASES)
class PurchaseLineDelivered(Payload):
    """A line that was ordered arrived, at this event's time. Subject: the purchase. `line` counts from 1."""

    line: int = Field(ge=1, le=1_000_000_000)
    due_at: Time | None = None
    in_full: bool


@event("crm.purchase.not_available.v1", PURCHASES)
class PurchaseNotAvailable(Payload):
    """The customer asked for something that was not to be had. Subject: the enquiry."""

    category: Code
    product_id: Id | None = None
    lines: int = Field(default=1, ge=1, le=1_000_000_000, description="lines asked for in vain")
