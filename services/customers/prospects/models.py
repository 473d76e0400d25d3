"""Requests and answers about prospects."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from services.customers.prospects.domain import Buyer, Outcome, Verdict
from shared.events.customers import Stage
from shared.money import DECIMALS, fits_currency
from shared.web.fields import Amount, Code, Currency, Flag, Id, NewEntity, OccurredAt, Request, Shown, Text, View

Supply = Literal["scarce", "balanced", "ample"]
Demand = Literal["low", "normal", "high"]
Factor = Literal["buying_type", "product", "kind", "environment", "lifestyle"]


class StepCost(Request):
    """What a step cost us."""

    currency: Currency  # before the amount, whose check needs it
    amount: Amount

    @field_validator("amount")
    @classmethod
    def _exact(cls, amount: Decimal, info: ValidationInfo) -> Decimal:
        if "currency" not in info.data:
            return amount  # refused already
        currency = info.data["currency"]
        if not fits_currency(amount, currency):
            raise ValueError(f"more decimals than {currency} has")
        return round(amount, DECIMALS[currency])


class NewProspect(NewEntity):
    """A customer enquires: about what, where they come from, and how supply and demand stood. `cost`: of this step.

    A prospect's id is the customer's; `id` may say it again. The moment is now where none is told.
    """

    customer_id: Id
    store_id: Id | None = None
    product_id: Id | None = None
    source: Code | None = None
    supply: Supply | None = None
    demand: Demand | None = None
    cost: StepCost | None = None
    occurred_at: OccurredAt | None = None
    simulated: Flag = False

    @field_validator("customer_id")
    @classmethod
    def _same(cls, customer_id: str, info: ValidationInfo) -> str:
        if info.data.get("id") not in {None, customer_id}:
            raise ValueError("a prospect's id is the customer's")
        return customer_id


class Qualification(Request):
    """Whether the prospect is worth the effort; the moment is now where none is told."""

    verdict: Verdict
    reason: Text | None = None
    occurred_at: OccurredAt | None = None


class StageStep(Request):
    """To which stage the prospect moves; a step backwards needs a reason. The moment is now where none is told."""

    stage: Stage
    reason: Text | None = None
    cost: StepCost | None = None
    occurred_at: OccurredAt | None = None


class Closing(Request):
    """How the acquisition ended; the moment is now where none is told."""

    outcome: Outcome
    reason: Text | None = None
    occurred_at: OccurredAt | None = None


class CostView(View):
    """An amount of money."""

    amount: Shown
    currency: str


class ProspectView(View):
    """A customer's newest acquisition. `id`: the customer's; `number`: of the acquisition, from 1.

    `buying_type`: as the profile tells it now. `furthest`: the furthest stage it came to; `moved_at`: when it came to
    its stage. `cost`: of all its steps, null while none told one. `bought_at`: of the purchase that brought it to
    exchange.
    """

    id: str
    customer_id: str
    number: int
    store_id: str | None
    product_id: str | None
    source: str | None
    supply: Supply | None
    demand: Demand | None
    buying_type: Buyer | None
    stage: Stage
    furthest: Stage
    stalled: bool
    verdict: Verdict | None
    outcome: Outcome | None
    cost: CostView | None
    occurred_at: datetime
    moved_at: datetime
    bought_at: datetime | None
    closed_at: datetime | None
    simulated: bool
    created_at: datetime
    version: int


class Rate(View):
    """`count` of `n`; `share` is null where n is 0."""

    n: int
    count: int
    share: float | None


class ConversionView(View):
    """Acquisitions that began in the period, of customers with this `value`; null: of whom it is not known.

    `furthest`: how many came to which stage and no further. `conversion`: those secured of those begun.
    """

    value: str | None
    begun: int
    furthest: dict[Stage, int]
    secured: int
    lost: int
    conversion: Annotated[Rate, Field(description="secured of begun")]
