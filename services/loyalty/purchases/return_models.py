"""Requests and answers about returns."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Self

import orjson
from pydantic import Field, StrictInt, model_validator

from services.loyalty.fields import Decimals, Fault, refuse, repeated
from services.loyalty.purchases.domain import shortest, utc_text
from shared.events.purchases import ReturnReason
from shared.web.fields import Flag, Id, OccurredAt, Request, Shown, View


class ReturnedQuantity(Request):
    """How much of a line came back (lines count from 1), and what was refunded for it."""

    line: Annotated[StrictInt, Field(ge=1, le=500)]
    quantity: Decimals
    refund_amount: Decimals


class NewReturn(Request):
    """Goods of one purchase came back."""

    id: Id | None = None
    occurred_at: OccurredAt
    reason: ReturnReason
    simulated: Flag = False
    lines: Annotated[list[ReturnedQuantity], Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def _holds(self) -> Self:
        refuse(*self._faults())
        return self

    def _faults(self) -> Iterator[Fault]:
        yield from repeated(told.line for told in self.lines)
        for number, told in enumerate(self.lines):
            if shortest(told.quantity) == "0":
                yield ("lines", number, "quantity"), "nothing came back"

    def content(self, purchase_id: str) -> bytes:
        """A digest of what was said, the id apart: the same return told twice has the same."""
        lines = [(line.line, shortest(line.quantity), shortest(line.refund_amount)) for line in self.lines]
        told = (purchase_id, utc_text(self.occurred_at), self.reason, self.simulated, lines)
        return hashlib.sha256(orjson.dumps(told)).digest()


class ReturnedLineView(View):
    """What came back of one line; `whole`: nothing of it is left."""

    line: int
    quantity: Shown
    list_amount: Shown
    paid_amount: Shown
    cost_amount: Shown | None
    refund_amount: Shown
    whole: bool


class ReturnView(View):
    """A return. `exchanged_for`: the purchase that took the place of the goods, where they were exchanged."""

    id: str
    purchase_id: str
    occurred_at: datetime
    reason: ReturnReason
    exchanged_for: str | None
    simulated: bool
    lines: list[ReturnedLineView]
    created_at: datetime
    version: int
