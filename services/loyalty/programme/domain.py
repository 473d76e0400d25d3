"""The rules of a loyalty programme: what is earned, for how long, and what a tier takes."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


class TierRule(NamedTuple):
    """A tier. `threshold`: net spend in the qualification period from which one is of it; `multiplier`: of points."""

    code: str
    threshold: Decimal
    multiplier: Decimal


class Programme(NamedTuple):
    """One version of the programme, in force from `valid_from` until the next one's.

    `points_per_unit`: points for one unit of `currency` paid, before the tier's multiplier; `point_value`: what a point
    is worth in it. `pending_days`: how long a purchase can come back, and its points can't be spent; `expiry_days`:
    from then until they are lost, None for never. `referral_points`: for who brings a friend. `tiers`: ascending;
    `qualification_days`: over which spend is counted; `grace_days`: how long a tier is kept that is no longer earned.
    """

    id: str
    valid_from: datetime
    currency: str
    points_per_unit: Decimal
    point_value: Decimal
    pending_days: int
    expiry_days: int | None
    referral_points: int
    tiers: tuple[TierRule, ...]
    qualification_days: int
    grace_days: int
