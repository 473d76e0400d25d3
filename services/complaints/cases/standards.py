"""Service standards: how soon a complaint is to be acknowledged and resolved, by its severity."""

from datetime import datetime, timedelta
from typing import Annotated, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.events.complaints import Severity

Span = Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=3650))]


class Due(NamedTuple):
    """The last instants at which a case's two standards are still met."""

    acknowledge: datetime
    resolve: datetime


class Standard(BaseModel):
    """Time from the opening to each of the two answers, in wall-clock time: nights and holidays count."""

    model_config = ConfigDict(frozen=True)

    acknowledge: Span
    resolve: Span

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.resolve < self.acknowledge:
            raise ValueError("a case is acknowledged before it is resolved, or with it")
        return self


def _standard(hours: int, days: int) -> Standard:
    return Standard(acknowledge=timedelta(hours=hours), resolve=timedelta(days=days))


class Standards(BaseModel):
    """The standard of each severity."""

    model_config = ConfigDict(frozen=True)

    low: Standard = _standard(hours=48, days=10)
    normal: Standard = _standard(hours=24, days=5)
    high: Standard = _standard(hours=4, days=2)
    critical: Standard = _standard(hours=1, days=1)

    def due(self, severity: Severity, opened_at: datetime) -> Due:
        """When a case of this severity, opened then, is due."""
        of_severity: dict[Severity, Standard] = {
            "low": self.low,
            "normal": self.normal,
            "high": self.high,
            "critical": self.critical,
        }
        standard = of_severity[severity]
        return Due(opened_at + standard.acknowledge, opened_at + standard.resolve)
