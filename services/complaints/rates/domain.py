"""Rates of complaints, with the interval that their evidence allows."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

PER = 10_000
Z = NormalDist().inv_cdf(0.975)
"""Of two-sided intervals at 95 %."""


class Frequency(NamedTuple):
    """Events per 10,000 of what they are of, between these two with a confidence of 95 %."""

    value: float
    low: float
    high: float


def frequency(events: int, exposed: int) -> Frequency | None:
    """How frequent it was; None where there was nothing that it could have happened to."""
    if not exposed:
        return None
    low, high = wilson(events, exposed)
    return Frequency(PER * events / exposed, PER * low, PER * high)


def wilson(events: int, exposed: int) -> tuple[float, float]:
    """The 95 % score interval of a share, 0–1 (Wilson 1927); `exposed` > 0.

    More events than exposures are no share: then that of a Poisson rate, which is its like.
    """
    if events > exposed:
        reach = Z * sqrt(events + Z * Z / 4)
        return (events + Z * Z / 2 - reach) / exposed, (events + Z * Z / 2 + reach) / exposed
    share = events / exposed
    middle, scale = share + Z * Z / (2 * exposed), 1 + Z * Z / exposed
    reach = Z * sqrt(share * (1 - share) / exposed + Z * Z / (4 * exposed * exposed))
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)
