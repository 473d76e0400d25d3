"""Requests and answers about categories, products and stores."""

from datetime import date, datetime
from functools import cache
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StrictInt, StringConstraints, model_validator

from services.loyalty.fields import refuse
from shared.web.fields import Code, Day, Name, Number, Request, Shown, View

_zones = cache(available_timezones)


def _known_zone(value: str) -> str:
    if value not in _zones():
        raise ValueError("not a time zone of the IANA database")
    return value


TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]


Level = Annotated[StrictInt, Field(ge=0, le=1000)]
"""Of price and quality: the higher, the better."""


class CategoryTold(Request):
    """A category of products. `assumed_margin`: the share of a price that is margin where no cost is known, 0 to 1."""

    name: Name
    format: Code | None = None
    level: Level | None = None
    offered_from: Day
    offered_until: Day | None = None
    assumed_margin: Annotated[Number, Field(le=1)] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.offered_until is not None and self.offered_until <= self.offered_from:
            refuse((("offered_until",), "the day is not after offered_from"))
        return self


class ProductTold(Request):
    """A product. `level`: of price and quality within its category, so that there is a next one."""

    name: Name | None = None
    category: Code
    level: Level | None = None
    format: Code | None = None
    offered_from: Day | None = None
    offered_until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        begins, ends = self.offered_from, self.offered_until
        if begins is not None and ends is not None and ends <= begins:
            refuse((("offered_until",), "the day is not after offered_from"))
        return self


class StoreTold(Request):
    """A place where we sell."""

    name: Name | None = None
    format: Code | None = None
    region: Code | None = None
    time_zone: TimeZone
    opened_on: Day | None = None
    closed_on: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closed_on is not None and self.opened_on is not None and self.closed_on < self.opened_on:
            refuse((("closed_on",), "the day is before opened_on"))
        return self


class CategoryView(View):
    """A category."""

    id: str
    name: str
    format: str | None
    level: int | None
    offered_from: date
    offered_until: date | None
    assumed_margin: Shown | None
    created_at: datetime
    updated_at: datetime
    version: int


class ProductView(View):
    """A product."""

    id: str
    name: str | None
    category: str
    level: int | None
    format: str | None
    offered_from: date | None
    offered_until: date | None
    created_at: datetime
    updated_at: datetime
    version: int


class StoreView(View):
    """A store."""

    id: str
    name: str | None
    format: str | None
    region: str | None
    time_zone: str
    opened_on: date | None
    closed_on: date | None
    created_at: datetime
    updated_at: datetime
    version: int
