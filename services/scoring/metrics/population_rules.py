"""The rules by which a close judges the whole population: value, rates, audit, stores, readiness, segments."""

from datetime import timedelta
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from services.scoring.metrics.rule import Rule


class ValueRules(Rule):
    """How purchase days become a value model, and the model a customer's value."""

    unit: timedelta = Field(default=timedelta(days=7), gt=timedelta(0), description="of time in the value model")
    horizon: timedelta = Field(default=timedelta(days=365), gt=timedelta(0), description="of the expected contribution")
    discount: float = Field(default=0.10, ge=0, description="a year")
    alive: float = Field(default=0.30, gt=0, lt=1, description="the probability alive below which one is at risk")
    least: int = Field(default=100, ge=2, description="customers who bought before a model is fitted")


class RateRules(Rule):
    """Of whom, and over which stretches, rates are told."""

    months: int = Field(default=12, ge=1, description="calendar months before the close that are told")
    confidence_z: float = Field(default=1.959964, gt=0, description="of intervals: the normal quantile of 95 %")


class AuditRules(Rule):
    """When a warning signal of the audit is raised."""

    best: float = Field(default=0.2, gt=0, le=1, description="the share of customers by value that are the best")
    least: int = Field(default=30, ge=1, description="customers in each period before a share is told")
    significance: float = Field(default=0.05, gt=0, lt=1, description="of the one-sided tests of all signals together")
    late: float = Field(default=1.5, gt=0, description="times the own median gap within which the best buy again")
    kept: float = Field(default=0.67, gt=0, le=1, description="of a period, in which one must not be late")
    periods: int = Field(default=4, ge=2, description="periods of which the trend is told; the last two are compared")
    steady: int = Field(default=6, ge=1, description="purchases of a category in a period, none in the next: abandoned")


class StoreRules(Rule):
    """How a store's rating is made."""

    weights: dict[str, float] = Field(default={"complaints": 0.4, "satisfaction": 0.3, "retention": 0.3})
    grades: dict[str, float] = Field(default={"A": 80.0, "B": 60.0, "C": 40.0, "D": 20.0, "E": 0.0})
    least_base: float = Field(
        default=5.0, gt=0, description="complaints, answers or customers that the rate of all counts as, at least"
    )
    most_base: float = Field(default=50.0, gt=0, description="the same at most")

    def grade(self, score: float) -> str:
        """The best grade that a score, 0–100, reaches."""
        return max((least, grade) for grade, least in self.grades.items() if least <= score)[1]

    @model_validator(mode="after")
    def _rates_every_store(self) -> Self:
        if self.weights.keys() != {"complaints", "satisfaction", "retention"} or min(self.weights.values()) < 0:
            raise ValueError("each part of a store's rating has a weight of at least 0")
        if min(self.grades.values(), default=1.0) > 0:
            raise ValueError("one grade begins at 0")
        if self.most_base < self.least_base:
            raise ValueError("the rate of all counts as no less at most than at least")
        return self


class ReadinessRules(Rule):
    """How ready we are, as far as events tell."""

    platform: float = Field(default=0.2, ge=0, le=1, description="the platform's weight beside the other three Ps")
    late: timedelta = Field(default=timedelta(days=1), description="after which a fact was recorded late")


class SegmentRules(Rule):
    """What is still a segment's rule, and how much of it is looked at."""

    nodes: int = Field(default=100, ge=1, description="conditions and groups in one rule")
    depth: int = Field(default=8, ge=1, description="groups within groups")
    most: int = Field(default=200, ge=1, description="segments")


class AroundRules(Rule):
    """When what many customers do speaks for why one of them leaves."""

    fall: Decimal = Field(default=Decimal("0.2"), gt=0, le=1, description="of a market's spend, from period to period")
    customers: int = Field(default=20, ge=1, description="who bought in a market before its spend is compared")
    left: int = Field(default=3, ge=1, description="customers who left a store in a period")
    times: float = Field(default=2.0, gt=0, description="the base's share of customers who left")


class PropensityRules(Rule):
    """From how many customers on it is told how often an offer is taken, and what it brings."""

    least: int = Field(default=30, ge=2, description="exposures, and customers on each side of a comparison")
