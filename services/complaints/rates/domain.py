"""Rates of complaints, with the interval that their evidence allows."""

from math import sqrt
from statistics import NormalDist

PER = 10_000
Z = NormalDist().inv_cdf(0.975)
"""Of two-sided intervals at 95 %."""


def wilson(events: int, exposed: int) -> tuple[float, float]:
    """The 95 % interval of a share, 0–1 (Wilson 1927); `exposed` > 0.

    More events than exposures are no share: then the score interval of a Poisson rate, which is its like.
    """
    if events > exposed:
        middle, reach, scale = events + Z * Z / 2, Z * sqrt(events + Z * Z / 4), exposed
        return (middle - reach) / scale, (middle + reach) / scale
    share = events / exposed
    middle, scale = share + Z * Z / (2 * exposed), 1 + Z * Z / exposed
    reach = Z * sqrt(share * (1 - share) / exposed + Z * Z / (4 * exposed * exposed))
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)
