"""Requests and answers about service standards."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from services.complaints.standards.defaults import WARN_AT
from services.complaints.standards.domain import Level, Standard
from shared.events.complaints import Category, Severity
from shared.web.fields import Code, Flag, Number, Request, Shown, View

HOUR = timedelta(hours=1)


def _shortest(value: Decimal) -> Decimal:
    return value.normalize()  # 4.0 hours are 4: nothing changes


Span = Annotated[Number, Field(gt=0, le=2000), AfterValidator(_shortest)]
"""Hours, more than 0 and at most 2000."""
Share = Annotated[Number, Field(gt=0, lt=1), AfterValidator(_shortest)]


class EscalationTold(Request):
    """To whom a case goes when it is not resolved `after_hours` of business time after its breach."""

    after_hours: Span
    to: Code


class StandardTold(Request):
    """How soon cases of a category and severity are to be answered, in hours of the store's business time.

    `around_the_clock`: the hours are those of the wall clock; left out, of critical cases alone. `warn_at`: the share
    of either span after which the clock warns, null for never.
    """

    acknowledge_hours: Span
    resolve_hours: Span
    around_the_clock: Flag | None = None
    warn_at: Share | None = WARN_AT
    escalations: Annotated[tuple[EscalationTold, ...], Field(max_length=5)] = ()

    @field_validator("resolve_hours")
    @classmethod
    def _in_order(cls, value: Decimal, info: ValidationInfo) -> Decimal:
        if value < info.data.get("acknowledge_hours", 0):
            raise ValueError("a case is acknowledged before it is resolved, or with it")
        return value

    @field_validator("escalations")
    @classmethod
    def _later_and_later(cls, value: Sequence[EscalationTold]) -> Sequence[EscalationTold]:
        if any(later.after_hours <= earlier.after_hours for earlier, later in pairwise(value)):
            raise ValueError("each escalation is later than the one before it")
        return value

    def standard(self, severity: Severity, version: int) -> Standard:
        """The standard that is told."""
        always = severity == "critical" if self.around_the_clock is None else self.around_the_clock
        return Standard(
            version=version,
            acknowledge=_hours(self.acknowledge_hours),
            resolve=_hours(self.resolve_hours),
            around_the_clock=always,
            warn_at=self.warn_at,
            escalations=tuple(Level(after=_hours(each.after_hours), to=each.to) for each in self.escalations),
        )


def _hours(value: Decimal) -> timedelta:
    return timedelta(microseconds=int(value * (HOUR // timedelta(microseconds=1))))


class EscalationView(View):
    """To whom a case goes, and when."""

    after_hours: Shown
    to: str


class StandardView(View):
    """A standard, in the version that new cases are held to. `around_the_clock`: null for the rule of its severity."""

    category: Category
    severity: Severity
    acknowledge_hours: Shown
    resolve_hours: Shown
    around_the_clock: bool | None
    warn_at: Shown | None
    escalations: list[EscalationView]
    created_at: datetime
    version: int
