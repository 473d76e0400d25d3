"""Answers about how offers were taken, and what they brought."""

from datetime import datetime

from pydantic import BaseModel

from services.scoring.segment_results.models import Answer, Interval, Pooled


class Count(BaseModel):
    """Consented deliveries and the answers that took the offer while it was valid.

    `customers`: whom they reached, each perhaps more than once, so that the interval is of `exposures`/`design_effect`;
    `open`: of the exposures, those that can still be answered; `held_back`: for control groups, no exposures; `share`
    is null below the least number of the rules.
    """

    exposures: int
    responses: int
    customers: int
    open: int
    held_back: int
    share: float | None
    interval: Interval | None
    design_effect: float | None


class Arm(BaseModel):
    """One side of a campaign. `buyers`: who bought anything while it was valid."""

    customers: int
    buyers: int
    share: float


class Spend(BaseModel):
    """Mean spend while the campaign was valid, in the currency of most of its customers, and its difference."""

    currency: str
    reached: str
    held_back: str
    difference: str
    interval: tuple[str, str]


class Lift(BaseModel):
    """Those reached beside those held back, whose time to buy is over; `relative`: null where the latter bought not."""

    reached: Arm
    held_back: Arm
    difference: float
    interval: Interval
    relative: float | None
    spend: Spend | None


class Campaign(Count):
    """One campaign. `lift`: null without a control group or with too small a one; `reason` tells which."""

    kind: str
    lift: Lift | None
    reason: str | None


class Reception(BaseModel):
    """Offers in all, by kind, by channel and by campaign; objectives closed, and reached, by strategy.

    `total`: null where nobody knows who was a member.
    """

    total: Count | None
    kinds: dict[str, Count]
    channels: dict[str, Count]
    campaigns: dict[str, Campaign]
    strategies: dict[str, Pooled]


class Propensity(Answer, Reception):
    """Offers that reached, since `since`, those who were members then; `base`: the same of everybody."""

    since: datetime
    base: Reception


class BasePropensity(Answer, Reception):
    """Offers to everybody whose validity reaches beyond `since`."""

    since: datetime
