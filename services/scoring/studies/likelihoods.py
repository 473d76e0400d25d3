"""How likely a base's buying and spending are under a law, and the slope of it: what `fitting` climbs.

A likelihood is a function of the logarithms of the law's parameters: the mean over the customers of −log L, and its
gradient. Sources as in `metrics.purchasing`; the gradients are the derivatives of their likelihoods.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, digamma, expit, gammaln

from services.scoring.metrics.buying import Histories, Spends

Numbers = NDArray[np.float64]
Likelihood = Callable[[Numbers], tuple[float, Numbers]]


@dataclass(frozen=True, slots=True)
class Base:
    """Customers with equal (x, t_x, t) as one row: `count` of them, times in units of the model.

    `repeats`: the distinct x, `of_each` customers of each, so that gammas are worked out once; `place`: of a row's x.
    """

    x: Numbers
    t_x: Numbers
    t: Numbers
    count: Numbers
    repeats: Numbers
    of_each: Numbers
    place: NDArray[np.intp]

    @classmethod
    def of(cls, histories: Histories, unit_days: float) -> Self:
        """The base of these customers, at least one."""
        span = int(histories.t.max()) + 1
        keys, count = np.unique((histories.x * span + histories.t_x) * span + histories.t, return_counts=True)
        rest, t = np.divmod(keys, span)
        x, t_x = np.divmod(rest, span)
        repeats, place = np.unique(x, return_inverse=True)
        of_each = np.bincount(place, weights=count).astype(float)
        times = t_x / unit_days, t / unit_days
        return cls(x.astype(float), *times, count.astype(float), repeats.astype(float), of_each, place)

    @property
    def size(self) -> float:
        """N, the number of customers."""
        return float(self.of_each.sum())

    def over(self, values: Numbers) -> float:
        """The sum over the customers of their row's value."""
        return float(np.sum(self.count * values))

    def by_repeats(self, values: Numbers) -> Numbers:
        """The same, for each of `repeats`."""
        return np.asarray(np.bincount(self.place, weights=self.count * values), np.float64)


@dataclass(frozen=True, slots=True)
class Buying:
    """The likelihood of (r, α, a, b) under MBG/NBD (`modified`) or BG/NBD.

    log L is what all customers of equal x share – Γ(r + x)/Γ(r)·α^r·B(a, b + n)/B(a, b), n the times they were not
    seen to leave – with what their times add, (α + t)^−(r + x)·(1 + odds of having left).
    """

    base: Base
    modified: bool

    def __call__(self, logs: Numbers) -> tuple[float, Numbers]:
        """The mean of −log L at these logarithms, and its gradient."""
        r, alpha, a, b = np.exp(logs)
        base, shape, stayed = self.base, r + self.base.repeats, b + self.base.repeats + self.modified
        log_t, log_t_x = np.log(alpha + base.t), np.log(alpha + base.t_x)
        odds = self._first_odds(a, b)[base.place] + (r + base.x) * (log_t - log_t_x)
        shared = gammaln(shape) - gammaln(r) + r * logs[1] + betaln(a, stayed) - betaln(a, b)
        total = np.sum(base.of_each * shared) + base.over(np.logaddexp(0, odds) - (r + base.x) * log_t)
        left = expit(odds)
        slope = self._rate_slope(r, alpha, left, log_t - left * (log_t - log_t_x)) + self._leaving_slope(a, b, left)
        return -float(total) / base.size, -np.array(slope) * np.exp(logs) / base.size

    def _times(self) -> Numbers:
        """For each of `repeats`: how often one could have left; the last time they may have."""
        return self.base.repeats + self.modified

    def _first_odds(self, a: float, b: float) -> Numbers:
        """For each of `repeats`, the log odds of having left at the last purchase, at its moment; −∞: could not."""
        times = self._times()
        return np.where(times > 0, np.log(a / np.where(times > 0, b + times - 1, 1.0)), -np.inf)

    def _rate_slope(self, r: float, alpha: float, left: Numbers, log_time: Numbers) -> list[float]:
        """∂ log L/∂r and ∂ log L/∂α; `log_time`: the mean of log(α + time of buying)."""
        base = self.base
        rate = (1 - left) / (alpha + base.t) + left / (alpha + base.t_x)
        gammas = digamma(r + base.repeats) - digamma(r) + np.log(alpha)
        by_r = np.sum(base.of_each * gammas) - base.over(log_time)
        return [float(by_r), base.size * r / alpha - base.over((r + base.x) * rate)]

    def _leaving_slope(self, a: float, b: float, left: Numbers) -> list[float]:
        """∂ log L/∂a and ∂ log L/∂b."""
        times, left_by = self._times(), self.base.by_repeats(left)
        both = digamma(a + b) - digamma(a + b + times)
        by_b = self.base.of_each * (both + digamma(b + times) - digamma(b))
        # who could not leave has not: the 1 is never used
        before = left_by / np.where(times > 0, b + times - 1, 1.0)
        return [float(np.sum(self.base.of_each * both) + np.sum(left_by) / a), float(np.sum(by_b) - np.sum(before))]


@dataclass(frozen=True, slots=True)
class Paying:
    """The likelihood of (p, q, v) under the Gamma-Gamma law."""

    x: Numbers
    total: Numbers
    repeats: Numbers
    of_each: Numbers

    @classmethod
    def of(cls, spends: Spends) -> Self:
        """The likelihood of these repeat buyers' spending."""
        repeats, of_each = np.unique(spends.x, return_counts=True)
        return cls(spends.x.astype(float), spends.x * spends.mean, repeats.astype(float), of_each.astype(float))

    def __call__(self, logs: Numbers) -> tuple[float, Numbers]:
        """The mean of −log L at these logarithms, and its gradient."""
        p, q, v = np.exp(logs)
        shape, size = p * self.repeats, len(self.x)
        log_total, log_all = np.log(self.total), np.log(v + self.total)
        shared = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * logs[2]
        own = p * self.x * log_total - (p * self.x + q) * log_all - log_total + np.log(self.x)
        by_p = self.of_each * self.repeats * (digamma(shape + q) - digamma(shape))
        by_q = self.of_each * (digamma(shape + q) - digamma(q) + logs[2])
        slope = [
            np.sum(by_p) + np.sum(self.x * (log_total - log_all)),
            np.sum(by_q) - np.sum(log_all),
            size * q / v - np.sum((p * self.x + q) / (v + self.total)),
        ]
        return -float(np.sum(self.of_each * shared) + np.sum(own)) / size, -np.array(slope) * np.exp(logs) / size
