"""Requests and answers about volume-price agreements."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from services.loyalty.agreements.domain import Step, misordered
from services.loyalty.fields import Place, refuse
from shared.money import DECIMALS, fits_currency
from shared.web.fields import (
    Amount,
    Code,
    Currency,
    Flag,
    Id,
    Instant,
    NewEntity,
    Number,
    OccurredAt,
    Request,
    Shown,
    View,
)


def _shortest(value: Decimal) -> Decimal:
    return value.normalize()  # ten pieces are ten pieces, however many zeros follow


Quantity = Annotated[Number, Field(gt=0), AfterValidator(_shortest)]
Share = Annotated[Number, Field(gt=0, le=1), AfterValidator(_shortest)]


class StepTold(Request):
    """What is paid from `min_quantity` in one bill on: a share less than the list price, or a price for each unit."""

    min_quantity: Quantity
    discount_share: Share | None = None
    unit_price: Annotated[Amount, AfterValidator(_shortest)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.discount_share is None) == (self.unit_price is None):
            raise ValueError("a step tells a share off or a price")
        return self


class NewAgreement(NewEntity):
    """A lower price for a larger volume of one category or of one product, agreed with a customer.

    Volume is the quantity within one bill. `valid_until`: exclusive, left out for no end. `occurred_at`: when it was
    agreed, now where nothing is told.
    """

    customer_id: Id
    category: Code | None = None
    product_id: Id | None = None
    currency: Currency
    steps: Annotated[list[StepTold], Field(min_length=1, max_length=20)]
    valid_from: Instant
    valid_until: Instant | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False

    @model_validator(mode="after")
    def _holds(self) -> Self:
        refuse(*self._faults())
        return self

    def _faults(self) -> Iterator[tuple[Place, str]]:
        if (self.category is None) == (self.product_id is None):
            yield ("category",), "an agreement is about a category or about a product"
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            yield ("valid_until",), "it ends after it began"
        for number, step in enumerate(self.steps):
            if step.unit_price is not None and not fits_currency(step.unit_price, self.currency):
                yield ("steps", number, "unit_price"), f"{self.currency} has {DECIMALS[self.currency]} decimals"
        if fault := misordered([Step(**dict(step)) for step in self.steps]):
            yield ("steps",), fault


class Ending(Request):
    """The agreement ends; now, where no moment is told."""

    occurred_at: OccurredAt | None = None


class StepView(View):
    """What is paid from a quantity on."""

    min_quantity: Shown
    discount_share: Shown | None
    unit_price: Shown | None


class AgreementView(View):
    """An agreement. `ended_at`: when it was ended before `valid_until`, null where it was not."""

    id: str
    customer_id: str
    category: str | None
    product_id: str | None
    currency: str
    steps: list[StepView]
    valid_from: datetime
    valid_until: datetime | None
    ended_at: datetime | None
    occurred_at: datetime
    simulated: bool
    created_at: datetime
    version: int


class UseView(View):
    """One line of a purchase that the agreement made cheaper, by `saved` against the list price."""

    purchase_id: str
    line: int
    customer_id: str
    store_id: str | None
    occurred_at: datetime
    currency: str
    quantity: Shown
    saved: Shown


class TotalView(View):
    """What an agreement was used for. `uses`: lines of purchases; `saved`: in the agreement's currency."""

    uses: int
    quantity: Shown
    saved: Shown
    currency: str
