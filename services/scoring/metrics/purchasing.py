"""What is expected of one customer under a value model: pure scalar formulas, fast enough for everybody's card.

A customer is (x, t_x, t): repeat purchase days, the time from the first to the last of all purchase days, and the
time from the first to the last day observed; times in the model's units. Sources: Fader, Hardie & Lee 2005 (BG/NBD);
Batislam, Denizel & Filiztekin 2007 (MBG/NBD: one may leave after the first purchase too); Fader & Hardie 2013
(Gamma-Gamma). `modified`: by MBG/NBD, else BG/NBD. A fitted law's parameters are positive, a spending's q above 1.

BG/NBD and MBG/NBD expect the same of a customer who is alive, but for how often they were seen not to leave, n:
the mean of (1 − e^(−λ·p·h))/p where λ is Gamma(r + x, α + t) and p is Beta(a, b + n). The papers write it with the
hypergeometric function, which is lost to cancellation where a is near 1 and to overflow where x is large. Here the
mean over λ is in closed form and that over p by Gauss–Jacobi quadrature, which has neither trouble.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh_tridiagonal

from services.scoring.metrics.value_model import Law, Spending

_MOST_NODES = 512
_YEAR = 365.0
_LARGEST = 700.0
"""The largest exponent whose exponential is a float."""


Units = tuple[NDArray[np.float64], NDArray[np.float64]]
"""The ends of units of time, and what a purchase in each is worth at the beginning of them all."""


class _Leaving(NamedTuple):
    """A quadrature over the probability of leaving: its nodes, and the weight of each divided by the node."""

    nodes: NDArray[np.float64]
    shares: NDArray[np.float64]


def p_alive(law: Law, x: int, t_x: float, t: float, *, modified: bool = True) -> float:
    """The probability that the customer has not left; by BG/NBD it is 1 for one purchase day."""
    if not modified and x == 0:
        return 1.0
    odds = law.a / (law.b + x - (0 if modified else 1))
    left = math.log(odds) + (law.r + x) * (math.log(law.alpha + t) - math.log(law.alpha + t_x))
    return math.exp(-left) / (1 + math.exp(-left)) if left > 0 else 1 / (1 + math.exp(left))


def alive_until(law: Law, x: int, t_x: float, threshold: float) -> float:
    """The time since the first purchase after which P(alive) is below `threshold` if nothing is bought; by MBG/NBD.

    At least `t_x`; infinite where it is beyond any number.
    """
    odds = math.log(1 / threshold - 1) + math.log((law.b + x) / law.a)
    exponent = odds / (law.r + x) + math.log(law.alpha + t_x)
    return math.inf if exponent > _LARGEST else max(math.exp(exponent) - law.alpha, t_x)


def expected_purchases(law: Law, x: int, t_x: float, t: float, horizon: float, *, modified: bool = True) -> float:
    """Purchase days expected in the `horizon` after `t`."""
    ends = np.array([horizon])
    return p_alive(law, x, t_x, t, modified=modified) * float(while_alive(law, x, t, ends, modified=modified)[0])


def discounted_purchases(
    law: Law,
    x: int,
    t_x: float,
    t: float,
    horizon: float,
    *,
    unit_days: float,
    yearly_discount: float,
    modified: bool = True,
) -> float:
    """Purchase days expected in the `horizon` after `t`, each worth what it is worth at `t`.

    Those of a unit of time are discounted from the middle of it; the last unit may be a part of one.
    """
    return outlook(law, x, t_x, t, units(horizon, unit_days, yearly_discount), modified=modified)[1]


def outlook(law: Law, x: int, t_x: float, t: float, ahead: Units, *, modified: bool = True) -> tuple[float, float]:
    """Purchase days expected in these units of time after `t`: how many, and discounted. One quadrature for both."""
    ends, factors = ahead
    expected = while_alive(law, x, t, ends, modified=modified)
    alive, whole = p_alive(law, x, t_x, t, modified=modified), float(expected[-1])
    expected[1:] -= expected[:-1].copy()
    return alive * whole, alive * float(expected @ factors)


def new_customer(law: Law, t: float, *, modified: bool = True) -> float:
    """Repeat purchase days expected of anybody in the time `t` after their first purchase."""
    return expected_purchases(law, 0, 0.0, 0.0, t, modified=modified)


def expected_spend(spending: Spending, x: int, mean: float) -> float:
    """The spend expected on a purchase day of a customer with `x` repeat days of this `mean`; x = 0: of anybody."""
    return spending.p * (spending.v + x * mean) / (spending.p * x + spending.q - 1)


def while_alive(law: Law, x: int, t: float, ends: NDArray[np.float64], *, modified: bool) -> NDArray[np.float64]:
    """Purchase days expected up to each of the `ends` after `t`, of a customer alive at `t`."""
    spans = ends / (law.alpha + t)
    leaving = _leaving(law.a, law.b + x + (1 if modified else 0), _nodes(float(spans[-1])))
    bought = -np.expm1(-(law.r + x) * np.log1p(np.multiply.outer(spans, leaving.nodes)))
    return np.asarray(bought @ leaving.shares)


def _nodes(span: float) -> int:
    """How many nodes eight true digits take, as a power of two.

    The integrand has a singularity at p = −1/span, so the error falls as e^(−4·nodes/√span). Beyond a span of about
    9,840 (a horizon of 52 units after less than 0.0053 of them) the most nodes are too few, and the expectation is told
    too low: at r = 0.5, α = 10⁻⁴, a = 0.9, b = 1.6, x = t = 0, alive, and a horizon of 52, 46.879 for 47.849.
    """
    return min(1 << math.ceil(math.log2(16 + 5 * math.sqrt(span))), _MOST_NODES)


@lru_cache(maxsize=4096)
def _leaving(a: float, b: float, size: int) -> _Leaving:
    """The Gauss–Jacobi quadrature of Beta(a, b), from the recurrence of its polynomials (Golub & Welsch 1969)."""
    k = np.arange(1, size, dtype=np.float64)
    s = a + b + 2 * k
    diagonal = np.concatenate(([a / (a + b)], (1 + (a - b) * (a + b - 2) / ((s - 2) * s)) / 2))
    squares = np.empty(size - 1)
    squares[0] = a * b / ((a + b) ** 2 * (a + b + 1))
    k, s = k[1:], s[1:]
    squares[1:] = k * (k + a - 1) * (k + b - 1) * (k + a + b - 2) / ((s - 2) ** 2 * (s - 1) * (s - 3))
    values, vectors = eigh_tridiagonal(diagonal, np.sqrt(squares))
    nodes = np.maximum(values, 1e-30).astype(np.float64)
    return _Leaving(nodes, vectors[0] ** 2 / nodes)


@lru_cache(maxsize=64)
def units(horizon: float, unit_days: float, yearly_discount: float) -> Units:
    """The ends of the units of time up to `horizon`, and what a purchase in each is worth at its beginning."""
    ends = np.append(np.arange(1.0, math.ceil(horizon)), horizon)
    middles = (ends + np.concatenate(([0.0], ends[:-1]))) / 2
    return ends, (1 + yearly_discount) ** (-middles * unit_days / _YEAR)
