"""Requests and answers about quotes."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from services.loyalty.agreements.domain import Wanted
from services.loyalty.agreements.models import Quantity
from services.loyalty.fields import Place, refuse
from shared.money import DECIMALS, fits_currency
from shared.web.fields import Amount, Code, Currency, Id, NewEntity, OccurredAt, Request, Shown, View


class LineTold(Request):
    """What the customer would buy; `list_amount` is for the whole line."""

    product_id: Id
    category: Code
    quantity: Quantity
    list_amount: Amount


class NewQuote(NewEntity):
    """What would this bill come to? `occurred_at`: at the prices of which moment; now, where nothing is told."""

    customer_id: Id
    store_id: Id | None = None
    currency: Currency
    occurred_at: OccurredAt | None = None
    lines: Annotated[list[LineTold], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _holds(self) -> Self:
        refuse(*self._faults())
        return self

    def _faults(self) -> Iterator[tuple[Place, str]]:
        for number, line in enumerate(self.lines):
            if not fits_currency(line.list_amount, self.currency):
                yield ("lines", number, "list_amount"), f"{self.currency} has {DECIMALS[self.currency]} decimals"

    @property
    def wanted(self) -> list[Wanted]:
        """The lines, exact in the currency."""
        decimals = DECIMALS[self.currency]
        return [
            Wanted(line.product_id, line.category, line.quantity, round(line.list_amount, decimals))
            for line in self.lines
        ]


class QuotedLineView(View):
    """A line and what is paid for it. `agreement_id`: whose price that is, null for the list price."""

    line: int
    product_id: str
    category: str
    quantity: Shown
    list_amount: Shown
    paid_amount: Shown
    agreement_id: str | None
    saved: Shown


class QuoteView(View):
    """What the customer was told; a quote never changes."""

    id: str
    customer_id: str
    store_id: str | None
    currency: str
    occurred_at: datetime
    lines: list[QuotedLineView]
    created_at: datetime
    version: int
