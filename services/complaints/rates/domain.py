"""Rates of complaints, with the interval that their evidence allows."""

from math import sqrt
from typing import NamedTuple

from shared.proportions import Z95, wilson

PER = 10_000


class Frequency(NamedTuple):
    """Events per 10,000 of what they are of, between these two with a confidence of 95 %."""

    value: float
    low: float
    high: float


def frequency(events: int, exposed: int) -> Frequency | None:
    """How frequent it was; None where there was nothing that it could have happened to."""
    if not exposed:
        return None
    low, high = interval(events, exposed)
    return Frequency(PER * events / exposed, PER * low, PER * high)


def interval(events: int, exposed: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson's), 0–1; `exposed` > 0.

    More events than exposures are no share: then that of a Poisson rate, which is its like.
    """
    if events > exposed:
        reach = Z95 * sqrt(events + Z95 * Z95 / 4)
        return (events + Z95 * Z95 / 2 - reach) / exposed, (events + Z95 * Z95 / 2 + reach) / exposed
    return wilson(events, exposed, Z95)
