"""Lift: what those whom a campaign reached did, beside those held back from it."""

from dataclasses import dataclass, field
from decimal import Decimal
from math import sqrt
from typing import Any, NamedTuple

from scipy.special import ndtr, stdtrit

from services.scoring.metrics.distribution import rounded
from services.scoring.metrics.metric import amount
from services.scoring.studies.exposures import Outcome
from shared.proportions import newcombe

_ZERO = Decimal(0)
_CENT = Decimal("0.01")


class Moments(NamedTuple):
    """Of amounts: how many, their sum and the sum of their squares; exact, so that the order does not matter."""

    n: int = 0
    total: Decimal = _ZERO
    squares: Decimal = _ZERO

    def plus(self, other: "Moments") -> "Moments":
        """Both together."""
        return Moments(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> Decimal:
        """Of at least one."""
        return self.total / self.n

    @property
    def variance(self) -> Decimal:
        """The sample variance, of at least two."""
        return max(_ZERO, (self.squares - self.total * self.total / self.n) / (self.n - 1))


@dataclass(slots=True)
class Arm:
    """One side of the comparison: customers, those of them who bought, and what they spent by main currency.

    Who never bought has no currency, and spent nothing in any.
    """

    customers: int = 0
    buyers: int = 0
    spent: dict[str | None, Moments] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """One more customer."""
        self.customers += 1
        self.buyers += outcome.bought
        one = Moments(1, outcome.spent, outcome.spent * outcome.spent)
        self.spent[outcome.currency] = self.spent.get(outcome.currency, Moments()).plus(one)

    def in_currency(self, currency: str) -> Moments:
        """What they spent in it: of those whose main currency it is, and of those who have none."""
        return self.spent.get(currency, Moments()).plus(self.spent.get(None, Moments()))


def lift(reached: Arm, held_back: Arm, z: float) -> dict[str, Any]:
    """What the campaign brought: differences with their intervals (Newcombe 1998; Welch 1947).

    Of at least two customers on each side; else `ZeroDivisionError` or `ValueError`. Amounts are summed exactly, their
    spread is judged in binary floating point. `relative`: None where nobody who was held back bought.
    """
    share, other = reached.buyers / reached.customers, held_back.buyers / held_back.customers
    interval = newcombe(reached.buyers, reached.customers, held_back.buyers, held_back.customers, z)
    return {
        "reached": _told(reached),
        "held_back": _told(held_back),
        "difference": rounded(share - other),
        "interval": interval.to_json(),
        "relative": rounded(share / other - 1) if other else None,
        "spend": _spend(reached, held_back, z),
    }


def _told(arm: Arm) -> dict[str, Any]:
    return {"customers": arm.customers, "buyers": arm.buyers, "share": rounded(arm.buyers / arm.customers)}


def _spend(reached: Arm, held_back: Arm, z: float) -> dict[str, Any] | None:
    """Mean spend in the currency of most customers; None where nobody has one, or too few to tell their spread."""
    currency = _currency(reached, held_back)
    if currency is None:
        return None
    one, two = reached.in_currency(currency), held_back.in_currency(currency)
    if min(one.n, two.n) < 2:
        return None
    return {
        "currency": currency,
        "reached": _cents(one.mean),
        "held_back": _cents(two.mean),
        "difference": _cents(one.mean - two.mean),
        "interval": [_cents(bound) for bound in welch(one, two, z)],
    }


def welch(one: Moments, two: Moments, z: float) -> tuple[Decimal, Decimal]:
    """The interval of the difference of two means of unequal variances; as sure as `z` is of a normal one."""
    difference = one.mean - two.mean
    errors = [float(each.variance) / each.n for each in (one, two)]
    if sum(errors) == 0:
        return difference, difference
    freedom = sum(errors) ** 2 / sum(error**2 / (each.n - 1) for error, each in zip(errors, (one, two), strict=True))
    reach = Decimal(float(stdtrit(freedom, float(ndtr(z)))) * sqrt(sum(errors)))
    return difference - reach, difference + reach


def _currency(*arms: Arm) -> str | None:
    counts: dict[str, int] = {}
    for arm in arms:
        for currency, spent in arm.spent.items():
            if currency is not None:
                counts[currency] = counts.get(currency, 0) + spent.n
    return min(counts, key=lambda currency: (-counts[currency], currency), default=None)


def _cents(value: Decimal) -> str:
    return amount(value.quantize(_CENT) + _ZERO)
