"""Requests and answers about what was observed of competitors, and whose prices were asked for."""

from datetime import datetime
from typing import Self

from pydantic import model_validator

from services.loyalty.competitors.domain import Source, missing
from services.loyalty.fields import refuse
from shared.events.loyalty import ObservationKind
from shared.web.amounts import InCurrency
from shared.web.fields import Code, Currency, Flag, Id, NewEntity, OccurredAt, Shown, Text, View


class NewObservation(NewEntity):
    """A competitor had to do with a customer, or was seen by a store; one of both at least. The words stay here.

    `price`: theirs, for one piece.
    """

    customer_id: Id | None = None
    store_id: Id | None = None
    competitor_id: Id
    kind: ObservationKind
    category: Code | None = None
    product_id: Id | None = None
    currency: Currency | None = None
    price: InCurrency = None
    source: Source | None = None
    note: Text | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False

    @model_validator(mode="after")
    def _holds(self) -> Self:
        if self.customer_id is None and self.store_id is None:
            refuse((("customer_id",), "an observation is of a customer or of a store: name one of both"))
        told = self.model_dump()
        refuse(*(((name,), f"an observation of kind {self.kind} names it") for name in missing(self.kind, told)))
        return self


class ObservationView(View):
    """An observation. `note`: null too for who may not read of its store."""

    id: str
    customer_id: str | None
    store_id: str | None
    competitor_id: str
    kind: ObservationKind
    category: str | None
    product_id: str | None
    currency: str | None
    price: Shown | None
    source: Source | None
    note: str | None
    occurred_at: datetime
    simulated: bool
    created_at: datetime
    version: int


class KindView(View):
    """How often something was observed, and of how many customers, each counted once under whichever ids."""

    kind: ObservationKind
    observations: int
    customers: int


class NewPriceMatch(NewEntity):
    """A customer asked for a competitor's price of one piece, and got it or not. The words stay in this service."""

    customer_id: Id
    store_id: Id | None = None
    product_id: Id | None = None
    category: Code
    competitor_id: Id | None = None
    currency: Currency | None = None
    their_price: InCurrency = None
    granted: Flag
    reason: Text | None = None
    by: Id | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False


class PriceMatchView(View):
    """A request for a competitor's price. `reason`: null too for who may not read of its store."""

    id: str
    customer_id: str
    store_id: str | None
    product_id: str | None
    category: str
    competitor_id: str | None
    currency: str | None
    their_price: Shown | None
    granted: bool
    reason: str | None
    by: str | None
    occurred_at: datetime
    simulated: bool
    created_at: datetime
    version: int
