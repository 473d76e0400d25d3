"""Answers about segments: what all of them share, and profit and effectiveness.

Money: decimal strings; shares: 0–1, with their 95 % interval, null where of nothing.
"""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from services.scoring.findings.store import Finding

Interval = tuple[float, float]


class Answer(BaseModel):
    """`segment`: its id, `all` or `best`; `segment_version`: of the segment that the close looked at, null of the
    latter two; `as_of`, `revision`: of what the close found; `reason`: why it is not told what members did, or how many
    they were, where it is not.
    """

    segment: str
    segment_version: int | None = Field(default=None, validation_alias="version")
    as_of: datetime
    revision: int
    reason: str | None = None

    @classmethod
    def of(cls, found: Finding, segment: str, *told: dict[str, Any]) -> Self:
        """The answer of these parts of a finding."""
        parts: dict[str, Any] = {"segment": segment, "as_of": found.as_of, "revision": found.revision}
        for part in told:
            parts |= part
        return cls.model_validate(parts)


class Share(BaseModel):
    """`count` of `n`."""

    n: int
    count: int
    share: float | None
    interval: Interval | None


class Pooled(Share):
    """`count` of `n`, of which the `customers` may each have had several; the interval is of `n`/`design_effect`."""

    customers: int
    design_effect: float | None


class Stretch(BaseModel):
    """A period; `ends` is exclusive."""

    starts: datetime
    ends: datetime


class Sales(BaseModel):
    """Purchases, and their cost beside the goods: visits, complaints, remedies, gestures, acquisition; and of one."""

    purchases: int
    cost: str
    cost_of_sale: str | None


class Book(BaseModel):
    """One period in one currency.

    `profitable_customers`: whose contribution is above nothing; `cost`: goods and service; `left_out`: revenue whose
    cost nobody knows, and which is nowhere else; `new_customers`: who bought first in the period, at the cost of them
    and of those who were not won yet. `contribution` is null where no cost of anything that was bought is known.
    """

    customers: int
    buyers: int
    profitable_customers: int
    purchases: int
    revenue: str
    goods: str
    visits: str
    complaints: str
    remedies: str
    gestures: str
    acquisition: str
    points: str
    discounts: str
    cost: str
    contribution: str | None
    left_out: str
    assumed_margins: bool
    existing_customers: Sales
    new_customers: Sales


class Books(BaseModel):
    """`change`: of the contribution; `relationship_spending`: discounts, points spent and gestures of the last period;
    `change_of_all`: of everybody's contribution, as a share of what it was; `return_on_spending`: for each unit spent,
    what changed beyond that; null where nothing was spent, and of everybody.
    """

    now: Book
    before: Book
    change: str | None
    change_of_all: float | None
    relationship_spending: str
    return_on_spending: float | None
    caution: str


class Profit(Answer):
    """What those who were members at the start of the last period brought in it, and in the one before.

    `currencies`: by main currency of the customers; amounts of two currencies are never added.
    """

    now: Stretch
    before: Stretch
    customers: int | None
    currencies: dict[str, Books]


class Money(BaseModel):
    """One period in one currency, in short."""

    customers: int
    profitable_customers: int
    revenue: str
    cost: str
    contribution: str | None


class Conduct(BaseModel):
    """One period. `retention`: who bought, of those active at its start; `satisfaction`: answers of 4 and 5 of 1–5;
    `standards`: cases that kept both service standards; `tailored`: of what could have been; `cross_sell`: purchases
    with a category new to the customer; `up_sell`: those a level up, of those that could show it.
    """

    retention: Pooled
    satisfaction: Pooled
    standards: Pooled
    tailored: Pooled
    cross_sell: Pooled
    up_sell: Pooled
    money: dict[str, Money]


class Side(Conduct):
    """One side of the comparison, with its period."""

    period: Stretch


class Effectiveness(Answer):
    """The same customers before and after the start of the last period. What changed did so beside what we did, which
    is not to say by it: only a control group tells that.
    """

    customers: int | None
    now: Side
    before: Side
