"""Proportions: how sure a share is, and whether one differs from another."""

from dataclasses import dataclass
from math import erfc, sqrt
from typing import Any, NamedTuple

from services.scoring.metrics.distribution import rounded
from shared.proportions import share_of, wilson


class Comparison(NamedTuple):
    """Of a share with another: `z` positive where it is greater; `p_value` one-sided."""

    z: float
    p_value: float


def greater(count: int, n: int, other_count: int, other_n: int) -> Comparison:
    """Whether `count/n` is greater than `other_count/other_n`: the one-sided two-proportion z-test, pooled.

    Whether it is less is the same test the other way round. Two shares of nothing, or of all, do not differ: z = 0.
    Raises as `wilson`.
    """
    difference = share_of(count, n) - share_of(other_count, other_n)
    pooled = (count + other_count) / (n + other_n)
    error = sqrt(pooled * (1 - pooled) * (1 / n + 1 / other_n))
    z = difference / error if error > 0 else 0.0
    return Comparison(z, erfc(z / sqrt(2)) / 2)


def told_share(count: int, n: int, z: float) -> dict[str, Any]:
    """`{n, count, share, interval}` of a share; the last two null where it is a share of nothing."""
    known = n > 0
    return {
        "n": n,
        "count": count,
        "share": rounded(count / n) if known else None,
        "interval": wilson(count, n, z).to_json() if known else None,
    }


@dataclass(slots=True)
class Pooled:
    """A share of what customers had several of: so many (`count`) of so many (`n`), and how unlike the customers are.

    `counts`, `products`, `squares`: Σc², Σc·n and Σn² over the `customers` that had any.
    """

    customers: int = 0
    count: int = 0
    n: int = 0
    counts: int = 0
    products: int = 0
    squares: int = 0

    def add(self, count: int, n: int) -> None:
        """One more customer, with all of theirs; who had none says nothing."""
        self.customers += n > 0
        self.count, self.n = self.count + count, self.n + n
        self.counts, self.products, self.squares = (
            self.counts + count * count, self.products + count * n, self.squares + n * n,
        )  # fmt: skip

    @property
    def design_effect(self) -> float:
        """How many times the variance is that of as many independent answers, at least 1 (Kish 1965, of a ratio).

        Linearized over the customers. Where all answered alike, or there is one, nothing tells them apart: then each
        customer's count as one.
        """
        share = share_of(self.count, self.n)
        if self.customers < 2 or share in (0, 1):
            return self.squares / self.n
        residuals = self.counts - 2 * share * self.products + share * share * self.squares
        between = residuals * self.customers / (self.customers - 1)
        return max(1.0, between * (self.n - 1) / (self.n * self.n * share * (1 - share)))

    def to_json(self, z: float) -> dict[str, Any]:
        """As `told_share`, with the `customers`; the interval is Wilson's of `n`/`design_effect` answers."""
        told = {"customers": self.customers, **told_share(self.count, self.n, z), "design_effect": None}
        if self.n:
            effect = self.design_effect
            told["interval"] = wilson(self.count / effect, self.n / effect, z).to_json()
            told["design_effect"] = rounded(effect)
        return told
