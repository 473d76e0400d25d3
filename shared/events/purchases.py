"""Topic `crm.purchases`: what was bought, and what came back."""

from typing import Literal, Self

from pydantic import Field, model_validator

from shared.events.envelope import Payload, event
from shared.events.topics import PURCHASES
from shared.events.values import Code, Count, Id, Money, Quantity, Time, Value

DiscountKind = Literal["volume", "bundle", "price_lock", "coupon"]
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


@event("crm.purchase.completed.v1", PURCHASES)
class PurchaseCompleted(Payload):
    """A bill was paid. Subject: the purchase."""

    channel: Code | None = None
    card_id: Id | None = None
    campaign_id: Id | None = None
    integration_id: Id | None = None
    served_by: Id | None = None
    lines: tuple[PurchasedLine, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_currency(self) -> Self:
        amounts = [(line.list_amount, line.paid_amount, line.cost_amount) for line in self.lines]
        if len({amount.currency for line in amounts for amount in line if amount is not None}) > 1:
            raise ValueError("the lines of a purchase are in one currency")
        return self


class ReturnedLine(Value):
    """What came back of one line: its share of the line's amounts, whole when nothing is left of it."""

    line: Count = Field(ge=1)
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
    """Goods came back. Subject: the return; it is netted from the purchase, at the purchase's time."""

    purchase_id: Id
    purchased_at: Time
    reason: ReturnReason
    lines: tuple[ReturnedLine, ...] = Field(min_length=1)
