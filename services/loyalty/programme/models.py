"""Requests and answers about the programme."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Annotated

from pydantic import Field, StrictInt, field_validator

from shared.web.fields import Code, Currency, Instant, NewEntity, Number, Request, Shown, View

Days = Annotated[StrictInt, Field(ge=0, le=36_500)]
Points = Annotated[StrictInt, Field(ge=0, le=1_000_000)]
Rate = Annotated[Number, Field(gt=0, le=1000)]


class TierTold(Request):
    """A tier: from which net spend on one is of it, and by what it multiplies points."""

    code: Code
    threshold: Number
    multiplier: Annotated[Number, Field(ge=1, le=100)]


class NewProgramme(NewEntity):
    """The rules of a currency's points from a moment on, past or future.

    `points_per_unit`: for one unit of the currency; `point_value`: what a point is worth in it. `expiry_days`: from
    when points became available, null for never.
    """

    valid_from: Instant
    currency: Currency
    points_per_unit: Rate
    point_value: Rate
    pending_days: Days = 14
    expiry_days: Annotated[StrictInt, Field(ge=1, le=36_500)] | None = 365
    referral_points: Points = 0
    tiers: Annotated[tuple[TierTold, ...], Field(max_length=20)] = ()
    qualification_days: Annotated[StrictInt, Field(ge=1, le=3_660)] = 365
    grace_days: Days = 90

    @field_validator("tiers")
    @classmethod
    def _ascending(cls, value: Sequence[TierTold]) -> Sequence[TierTold]:
        if any(later.threshold <= earlier.threshold for earlier, later in pairwise(value)):
            raise ValueError("each tier's threshold is higher than that of the one before it")
        if len({tier.code for tier in value}) < len(value):
            raise ValueError("each tier has a code of its own")
        return value


class TierView(View):
    """A tier."""

    code: str
    threshold: Shown
    multiplier: Shown


class ProgrammeView(View):
    """One version of the programme."""

    id: str
    valid_from: datetime
    currency: str
    points_per_unit: Shown
    point_value: Shown
    pending_days: int
    expiry_days: int | None
    referral_points: int
    tiers: list[TierView]
    qualification_days: int
    grace_days: int
    created_at: datetime
    version: int
