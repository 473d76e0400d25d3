"""Shrinkage: rates told side by side, each as far from the rate of all as its own evidence carries it.

Empirical Bayes by the method of moments (Marshall 1991): gamma-Poisson for events, beta-binomial for shares.
"""

from collections.abc import Sequence
from math import inf
from typing import NamedTuple

Counts = Sequence[tuple[int, int]]
"""Of each: how many, of how much."""


class Base(NamedTuple):
    """`rate` of all together, None of nothing; `weight`: of how much the rate counts beside one's own evidence.

    Infinite where they differ no more than chance makes them differ: then all have the rate of all.
    """

    rate: float | None
    weight: float

    def shrunk(self, count: int, n: int) -> float | None:
        """The rate of `count` in `n`, seen with the base; None where there is no base."""
        if self.rate is None or self.weight == inf:
            return self.rate
        return (count + self.weight * self.rate) / (n + self.weight)


def of_events(counts: Counts, least: float) -> Base:
    """Of events, of which one exposure may bring several; the base weighs at least `least` events."""
    rate = _rate(counts)
    if not rate:
        return Base(rate, inf)
    return Base(rate, max(least / rate, _weight(counts, rate, variance=rate)))


def of_shares(counts: Counts, least: float) -> Base:
    """Of shares; the base weighs at least `least` answers."""
    rate = _rate(counts)
    if rate is None:
        return Base(rate, inf)
    return Base(rate, max(least, _weight(counts, rate, variance=rate * (1 - rate))))


def _rate(counts: Counts) -> float | None:
    exposed = sum(n for _, n in counts)
    return sum(count for count, _ in counts) / exposed if exposed else None


def _weight(counts: Counts, rate: float, variance: float) -> float:
    """The variance of one exposure over that between rates, which is what the counts vary beyond chance.

    Marshall weighs the squares of the rates' deviations by n; here they weigh n², as the counts' own do: one event
    in hardly any exposure would else make all seem to differ.
    """
    beyond = sum((count - rate * n) ** 2 for count, n in counts) - variance * sum(n for _, n in counts)
    between = beyond / sum(n * n for _, n in counts)
    return variance / between if between > 0 else inf
