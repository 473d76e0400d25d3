"""What a store's rating looks like to who asks for it."""

from datetime import datetime

from pydantic import BaseModel

from shared.web.cursors import Page

Score = float | None
"""0–100, null where nothing is known."""


class Frequency(BaseModel):
    """Complaints per 10,000, with a 95 % interval: Wilson's, or Poisson's where they are more than what they are of."""

    value: float
    interval: tuple[float, float]


class Complaints(BaseModel):
    """Complaints of the window; one taken back counts only where we had failed before.

    `shrunk`: per 10,000 transactions, drawn to the rate of all stores as far as the store's own evidence is thin; one
    complaint more or less than that rate would bring changes nothing.
    """

    count: int
    per_10000_transactions: Frequency | None
    per_10000_visits: Frequency | None
    shrunk: float | None
    score: Score


class Share(BaseModel):
    """`count` of `n`; `share` 0–1 with a 95 % interval (Wilson), and `shrunk` to the share of all stores."""

    n: int
    count: int
    share: float | None
    interval: tuple[float, float] | None
    shrunk: float | None
    score: Score


class Rating(BaseModel):
    """A store as of a close, over the window before it.

    `satisfaction`: surveys with a CSAT of 4 or 5; `retention`: of the customers whose main store it was and who were
    active when the last period began, those who bought in it. `score`: the weighted mean of the known parts,
    `rating`: A–E; both null without a transaction, with the `reason`. `coverage`: the share of the weights that parts
    with evidence of the store's own carry; what the others say is the average of all.
    """

    store_id: str
    as_of: datetime
    format: str | None
    region: str | None
    transactions: int
    visits: int
    complaints: Complaints
    satisfaction: Share
    retention: Share
    score: Score
    rating: str | None
    coverage: float
    reason: str


class BaseRate(BaseModel):
    """The rate of all stores; `weight`: as how much of one's own it counts, null where there is none."""

    rate: float | None
    weight: float | None


class Base(BaseModel):
    """What stores are seen beside: complaints per 10,000 transactions; shares."""

    complaints: BaseRate
    satisfaction: BaseRate
    retention: BaseRate


class RatingPage(Page[Rating]):
    """Stores with their ratings, as of one close."""

    as_of: datetime
    base: Base
