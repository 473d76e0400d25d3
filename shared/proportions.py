"""How sure a share is: score intervals of one share, and of the difference of two."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

Z95 = NormalDist().inv_cdf(0.975)
"""The normal quantile of two-sided intervals at 95 %."""
_DIGITS = 4


class Interval(NamedTuple):
    """From `low` to `high`, both included."""

    low: float
    high: float

    def to_json(self) -> list[float]:
        """`[low, high]`, to as many digits as are shown; never minus zero, so that equal numbers are equal texts."""
        return [round(bound, _DIGITS) + 0.0 for bound in self]


def wilson(count: float, n: float, z: float) -> Interval:
    """The score interval of `count` of `n`, within 0–1 (Wilson 1927); `z`: the normal quantile, 1.96 for 95 %.

    Raises `ValueError` where `count` is not of `n`, or `n` is nothing.
    """
    share, square = share_of(count, n), z * z
    middle = 2 * count + square
    reach = z * sqrt(square + 4 * count * (1 - share))
    width = 2 * (n + square)
    return Interval(max(0.0, (middle - reach) / width), min(1.0, (middle + reach) / width))


def newcombe(count: int, n: int, other_count: int, other_n: int, z: float) -> Interval:
    """The hybrid score interval of `count/n − other_count/other_n` (Newcombe 1998, method 10); raises as `wilson`."""
    share, other = share_of(count, n), share_of(other_count, other_n)
    one, two = wilson(count, n, z), wilson(other_count, other_n, z)
    difference = share - other
    return Interval(
        difference - sqrt((share - one.low) ** 2 + (two.high - other) ** 2),
        difference + sqrt((one.high - share) ** 2 + (other - two.low) ** 2),
    )


def share_of(count: float, n: float) -> float:
    """`count` of `n`, 0–1; raises `ValueError` where it is no share."""
    if not 0 <= count <= n or n == 0:
        raise ValueError(f"{count} of {n} is no share")
    return count / n
