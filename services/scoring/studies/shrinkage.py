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

    Infinite where there is nothing to see them beside. `least`: the least that it may weigh.
    """

    rate: float | None
    weight: float
    least: float

    def rests_on(self, n: int) -> bool:
        """Whether what is told of `n` rests on them at least as much as on the least weight of the rate of all."""
        return n >= self.least

    def shrunk(self, count: float, n: int) -> float | None:
        """The rate of `count` in `n`, seen with the base; None where there is no base."""
        if self.rate is None or self.weight == inf:
            return self.rate
        return (count + self.weight * self.rate) / (n + self.weight)


def of_events(counts: Counts, least: float, most: float) -> Base:
    """Of events, of which one exposure may bring several; the base weighs `least` to `most` events."""
    rate = _rate(counts)
    if not rate:
        return Base(rate, inf, inf)
    beyond, pairs = _beyond(counts, rate, variance=rate), sum(n * n for _, n in counts)
    return _within(rate, rate * pairs / beyond if beyond > 0 else inf, least / rate, most / rate)


def of_shares(counts: Counts, least: float, most: float) -> Base:
    """Of shares; the base weighs `least` to `most` answers."""
    rate = _rate(counts)
    if rate is None:
        return Base(rate, inf, inf)
    variance = rate * (1 - rate)
    beyond, pairs = _beyond(counts, rate, variance), sum(n * (n - 1) for _, n in counts)
    return _within(rate, variance * pairs / beyond - 1 if beyond > 0 else inf, least, most)


def _rate(counts: Counts) -> float | None:
    exposed = sum(n for _, n in counts)
    return sum(count for count, _ in counts) / exposed if exposed else None


def _within(rate: float, weight: float, least: float, most: float) -> Base:
    """Bounded above, so that much evidence shows even where all together differ no more than by chance."""
    return Base(rate, min(max(weight, least), most), least)


def _beyond(counts: Counts, rate: float, variance: float) -> float:
    """By how much the counts vary beyond chance: the variance between rates times n² (of shares: n(n − 1)), summed.

    Marshall weighs the squares of the rates' deviations by n; here they weigh n², as the counts' own do: one event
    in hardly any exposure would else make all seem to differ.
    """
    return sum((count - rate * n) ** 2 for count, n in counts) - variance * sum(n for _, n in counts)
