"""Answers about what the members of a segment are like."""

from pydantic import BaseModel, Field

from services.scoring.segment_results.models import Answer, Share


class Spread(BaseModel):
    """Of the `n` customers of whom it is known."""

    n: int
    mean: float
    quartiles: tuple[float, float, float]


class MoneySpread(BaseModel):
    """Of the `n` customers of whom it is known, in whole cents."""

    n: int
    mean: str
    quartiles: tuple[str, str, str]


class Category(BaseModel):
    """`share`: of the customers, those who bought in it."""

    category: str
    customers: int
    share: float


class Portrait(BaseModel):
    """What a group is like. `share`: of the base; `clv` and `spend`: by currency; `purchases`, `spend`, `categories`
    (at most ten) and `promotions` (accepted of delivered) of the window; what is known of nobody is null or absent.
    """

    customers: int
    share: float | None
    index: Spread | None
    cs: dict[str, Spread]
    bonds: dict[str, Spread]
    p_alive: Spread | None
    clv: dict[str, MoneySpread]
    purchases: Spread | None
    spend: dict[str, MoneySpread]
    categories: list[Category]
    phases: dict[str, int]
    at_risk: Share
    promotions: Share


class Parts(BaseModel):
    """0–100 each, null where not known: `size` 100·share of the base; `growth` members now/(now + before);
    `contribution` their mean percentile; `response` like growth, their accepted share beside the base's; `safety`
    100·(1 − share at risk).
    """

    size: float | None
    growth: float | None
    contribution: float | None
    response: float | None
    safety: float | None


class Attractiveness(BaseModel):
    """The mean of the parts that are known; null of an empty segment."""

    index: float | None = Field(description="0–100")
    parts: Parts


class Profile(Answer, Portrait):
    """The members as of the close, `before` how many there were when the last period began, and what has changed since.

    Beside them `best`: the best customers by value, null where nobody's is known; and `base`: everybody.
    """

    before: int | None = None
    entered: int | None = None
    left: int | None = None
    attractiveness: Attractiveness | None = None
    best: Portrait | None
    base: Portrait
