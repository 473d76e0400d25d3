"""What holds where nobody put a standard: how soon a complaint is to be answered, by its severity."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.complaints.standards.domain import Standard
from shared.events.complaints import Severity

Span = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=3650))]

WARN_AT = Decimal("0.75")
"""The share of a span after which the clock warns."""


class Spans(BaseModel):
    """Time from the opening to each of the two answers, in wall-clock time: nights and holidays count."""

    model_config = ConfigDict(frozen=True)

    acknowledge: Span
    resolve: Span

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.resolve < self.acknowledge:
            raise ValueError("a case is acknowledged before it is resolved, or with it")
        return self


def _spans(hours: int, days: int) -> Spans:
    return Spans(acknowledge=timedelta(hours=hours), resolve=timedelta(days=days))


class Standards(BaseModel):
    """The spans of each severity."""

    model_config = ConfigDict(frozen=True)

    low: Spans = _spans(hours=48, days=10)
    normal: Spans = _spans(hours=24, days=5)
    high: Spans = _spans(hours=4, days=2)
    critical: Spans = _spans(hours=1, days=1)

    def standard(self, severity: Severity) -> Standard:
        """The standard of a severity: around the clock, with a warning, and nobody to escalate to."""
        spans: Spans = getattr(self, severity)
        return Standard(acknowledge=spans.acknowledge, resolve=spans.resolve, around_the_clock=True, warn_at=WARN_AT)
