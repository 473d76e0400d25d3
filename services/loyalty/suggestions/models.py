"""Requests and answers about suggestions and the models that they are computed from."""

from datetime import datetime
from typing import Self

from pydantic import model_validator

from services.loyalty.fields import refuse
from services.loyalty.suggestions.domain import Kind, ModelState, State
from shared.web.fields import Code, Flag, Id, Instant, NewEntity, OccurredAt, Request, Text, View


class NewModel(NewEntity):
    """A model is to be trained on the purchases before `as_of`, a past moment: now where none is told."""

    as_of: Instant | None = None


class ModelView(View):
    """A model. `customers`: how many it was learned from; `products`: how many were bought by enough of them."""

    id: str
    as_of: datetime
    state: ModelState
    customers: int | None
    products: int | None
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    version: int


class NewSuggestion(NewEntity):
    """Something was put to a customer: a product, or a whole category."""

    customer_id: Id
    kind: Kind
    product_id: Id | None = None
    category: Code | None = None
    store_id: Id | None = None
    channel: Code | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if self.product_id is None and self.category is None:
            refuse((("product_id",), "say which product, or which category"))
        return self


class Answer(Request):
    """The customer took it, perhaps with a purchase, or declined it: why, in words that stay in this service."""

    accepted: Flag
    purchase_id: Id | None = None
    reason: Text | None = None
    occurred_at: OccurredAt | None = None

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if self.purchase_id is not None and not self.accepted:
            refuse((("purchase_id",), "what was declined was not bought"))
        return self


class SuggestionView(View):
    """A suggestion."""

    id: str
    customer_id: str
    kind: Kind
    product_id: str | None
    category: str | None
    store_id: str | None
    channel: str | None
    occurred_at: datetime
    state: State
    accepted: bool | None
    answered_at: datetime | None
    purchase_id: str | None
    reason: str | None
    simulated: bool
    created_at: datetime
    version: int


class UsedModel(View):
    """The model that suggestions were computed from."""

    id: str
    as_of: datetime


class Proposal(View):
    """What would suit a customer: a product, or a whole category where `product_id` is null.

    `score`: of a cross-sell the similarities to what they bought, summed; of an up-sell the share of customers who
    bought it. `because`: products that they bought (for a category: categories). `suggestion_id`: it was put to them
    of late, and they have not answered.
    """

    product_id: str | None
    category: str | None
    kind: Kind
    score: float
    reason: str
    because: list[str]
    suggestion_id: str | None


class Proposals(View):
    """What would suit a customer, the best first; `model` is null, and nothing proposed, until one was trained."""

    model: UsedModel | None
    items: list[Proposal]
