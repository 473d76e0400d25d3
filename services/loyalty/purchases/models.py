"""Requests and answers about purchases."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, StrictInt, model_validator
from pydantic.dataclasses import dataclass

from services.loyalty.fields import Decimals, Place, Planned, refuse
from services.loyalty.purchases.domain import Receipt, in_currency
from shared.events.purchases import DiscountKind
from shared.money import DECIMALS
from shared.web.fields import Code, Currency, Flag, Id, OccurredAt, Request, Shown, View


# An import holds ten thousand of these at a time: with slots they cost the garbage collector a third of what models do.
@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class NewLine:
    """One line of a bill; amounts are for the whole line: `list_amount` before discounts, `paid_amount` after.

    `tier`: the tier of the programme whose price was paid. `level`: how high the product stands in price and quality.
    """

    product_id: Id
    category: Code
    format: Code | None = None
    quantity: Decimals
    list_amount: Decimals
    paid_amount: Decimals
    cost_amount: Decimals | None = None
    discount_kind: DiscountKind | None = None
    tier: Code | None = None
    level: Annotated[StrictInt, Field(ge=0, le=1000)] | None = None
    tailored: Flag = False
    tailorable: Flag = False
    due_at: Planned | None = None
    delivered_at: OccurredAt | None = None


Lines = Annotated[list[NewLine], Field(min_length=1, max_length=500)]


class NewPurchase(Request):
    """A bill that was paid; its customer may be told by a card. With neither it counts for the store alone.

    `ordered_at`: when it was asked for, where that was before it was paid.
    """

    id: Id | None = None
    customer_id: Id | None = None
    card_id: Id | None = None
    store_id: Id
    channel: Code | None = None
    till: Id | None = None
    receipt_number: Id | None = None
    ordered_at: OccurredAt | None = None
    occurred_at: OccurredAt
    currency: Currency
    campaign_id: Id | None = None
    integration_id: Id | None = None
    served_by: Id | None = None
    simulated: Flag = False
    lines: Lines

    @model_validator(mode="after")
    def _holds(self) -> Self:
        refuse(*self._faults())
        return self

    def _faults(self) -> Iterator[tuple[Place, str]]:
        if self.ordered_at is not None and self.ordered_at > self.occurred_at:
            yield ("ordered_at",), "after it was paid"
        yield from inexact(self.lines, self.currency)

    @property
    def receipt(self) -> Receipt | None:
        """The till's receipt, where there is one."""
        return Receipt(self.store_id, self.till or "", self.receipt_number) if self.receipt_number else None


def inexact(lines: Iterable[NewLine], currency: str) -> Iterator[tuple[Place, str]]:
    """Every amount of these lines that has more decimals than its currency."""
    for number, line in enumerate(lines):
        if in_currency(line.list_amount, currency) is None:
            yield ("lines", number, "list_amount"), too_fine(currency)
        if in_currency(line.paid_amount, currency) is None:
            yield ("lines", number, "paid_amount"), too_fine(currency)
        if line.cost_amount is not None and in_currency(line.cost_amount, currency) is None:
            yield ("lines", number, "cost_amount"), too_fine(currency)


def too_fine(currency: str) -> str:
    """Says that an amount has too many decimals."""
    return f"{currency} has {DECIMALS[currency]} decimals"


class LineView(View):
    """One line of a bill."""

    line: int
    product_id: str
    category: str
    format: str | None
    quantity: Shown
    list_amount: Shown
    paid_amount: Shown
    cost_amount: Shown | None
    discount_kind: DiscountKind | None
    tier: str | None
    level: int | None
    tailored: bool
    tailorable: bool
    due_at: datetime | None
    delivered_at: datetime | None


class PurchaseView(View):
    """A purchase with its lines, as they were corrected.

    `corrected_to`: the purchase that took its place, where the bill was somebody else's; this one has no lines then.
    `corrects`: on that one, the purchase whose place it took.
    """

    id: str
    customer_id: str | None
    card_id: str | None
    store_id: str
    channel: str | None
    till: str | None
    receipt_number: str | None
    ordered_at: datetime | None
    occurred_at: datetime
    currency: str
    campaign_id: str | None
    integration_id: str | None
    served_by: str | None
    simulated: bool
    corrects: str | None
    corrected_to: str | None
    lines: list[LineView]
    created_at: datetime
    version: int
