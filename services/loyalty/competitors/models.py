"""Requests and answers about competitors and their offers."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, StrictInt, model_validator

from services.loyalty.competitors.domain import Cheaper, Directness
from services.loyalty.fields import refuse
from shared.web.amounts import InCurrency
from shared.web.fields import Code, Currency, Day, Id, Name, Request, Shown, Text, View

Texts = Annotated[list[Text], Field(max_length=50)]


class CompetitorTold(Request):
    """A competitor: what they aim at, can do well and badly, how they answer to what we do.

    `programme`: the name of their loyalty programme, null where they have none.
    """

    name: Name
    directness: Directness
    objectives: Text | None = None
    strengths: Texts = []
    weaknesses: Texts = []
    reactions: Texts = []
    programme: Name | None = None


class OfferTold(Request):
    """What a competitor asks for one piece of a product, or of what is usual in a category; one of both.

    `level`: of quality, as our categories have it.
    """

    product_id: Id | None = None
    category: Code | None = None
    currency: Currency
    price: InCurrency
    seen_on: Day
    level: Annotated[StrictInt, Field(ge=0, le=1000)] | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if (self.product_id is None) == (self.category is None):
            refuse((("product_id",), "an offer is of a product or of a category: name one of both"))
        return self


class CompetitorView(View):
    """A competitor."""

    id: str
    name: str
    directness: Directness
    objectives: str | None
    strengths: list[str]
    weaknesses: list[str]
    reactions: list[str]
    programme: str | None
    created_at: datetime
    updated_at: datetime
    version: int


class OfferView(View):
    """An offer of a competitor's."""

    id: str
    competitor_id: str
    product_id: str | None
    category: str | None
    currency: str
    price: Shown
    seen_on: date
    level: int | None
    note: str | None
    created_at: datetime
    updated_at: datetime
    version: int


class ComparedView(View):
    """An offer beside ours. `ours`: the median of what was paid for one piece, null where we sold none in `n` lines.

    `difference`: (theirs - ours) / ours.
    """

    offer: OfferView
    ours: Shown | None
    n: int
    difference: Shown | None
    cheaper: Cheaper | None
