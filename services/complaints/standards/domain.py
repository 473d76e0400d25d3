"""A service standard, and what the clock is to tell of a case that is held to it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from services.complaints.calendars.domain import Hours

Name = Literal["acknowledge", "resolve"]
Kind = Literal["warning", "breach", "escalation"]

NAMES: tuple[Name, ...] = ("acknowledge", "resolve")
KINDS: tuple[Kind, ...] = ("warning", "breach", "escalation")
"""In the order in which they are told of one moment."""

MICROSECOND = timedelta(microseconds=1)


class Level(BaseModel):
    """To whom a case goes when it is still not resolved this long `after` the breach."""

    model_config = ConfigDict(frozen=True)

    after: timedelta
    to: str


class Standard(BaseModel):
    """How soon a case is to be answered, counted in the store's business time or `around_the_clock`.

    `version`: 0 for the default. `warn_at`: the share of a span after which the clock warns, None for never.
    A case keeps its standard as the JSON of this, so that it is judged the same whatever is changed later.
    """

    model_config = ConfigDict(frozen=True)

    version: int = 0
    acknowledge: timedelta
    resolve: timedelta
    around_the_clock: bool
    warn_at: Decimal | None = None
    escalations: tuple[Level, ...] = ()

    def span(self, name: Name) -> timedelta:
        """The time to each of the two answers."""
        return self.acknowledge if name == "acknowledge" else self.resolve


class Due(NamedTuple):
    """The last instants at which a case's two standards are still met."""

    acknowledge: datetime
    resolve: datetime


class Planned(NamedTuple):
    """Something to tell of a case at `at`, unless a step makes it needless. `level`, `to`: of an escalation."""

    standard: Name
    kind: Kind
    at: datetime
    level: int = 0
    to: str | None = None


def due(standard: Standard, hours: Hours, start: datetime) -> Due:
    """When a case that begins at `start` is due; raises `NeverOpenError`."""
    return Due(hours.add(start, standard.acknowledge), hours.add(start, standard.resolve))


def plan(standard: Standard, hours: Hours, start: datetime, names: Sequence[Name] = NAMES) -> Iterator[Planned]:
    """What is to be told when the standards of these names begin at `start`; raises `NeverOpenError`."""
    for name in names:
        span = standard.span(name)
        if standard.warn_at is not None:
            yield Planned(name, "warning", hours.add(start, _share(span, standard.warn_at)))
        breach = hours.add(start, span)
        yield Planned(name, "breach", breach)
        if name == "resolve":
            for number, level in enumerate(standard.escalations, 1):
                yield Planned(name, "escalation", hours.add(breach, level.after), number, level.to)


def _share(span: timedelta, share: Decimal) -> timedelta:
    return int(span // MICROSECOND * share) * MICROSECOND
