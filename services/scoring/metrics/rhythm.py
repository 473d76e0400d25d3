"""A customer's buying rhythm: the gaps between purchase days, and how long a silence may last."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Silence

_DAY = timedelta(days=1)


class Limit(NamedTuple):
    """The longest silence that is still usual. `basis` says how it is known; `usual`: the base's gap in days, where
    it is not known from the customer's own gaps.
    """

    length: timedelta
    basis: str
    usual: float | None = None


def gaps(days: Sequence[int]) -> list[int]:
    """The days between one purchase day and the next."""
    return [later - earlier for earlier, later in pairwise(days)]


def quantile(ordered: Sequence[float], share: float) -> float:
    """The `share` quantile of values in ascending order, linear between them (Hyndman & Fan 1996, type 7)."""
    below, above, beyond = around(ordered, share)
    return below + (above - below) * beyond


def around(ordered: Sequence[float], share: float) -> tuple[float, float, float]:
    """The two values that a quantile lies between, and how far it is beyond the first, 0–1."""
    place = (len(ordered) - 1) * share
    below = int(place)
    return ordered[below], ordered[min(below + 1, len(ordered) - 1)], place - below


def median(values: Sequence[float]) -> float | None:
    """The median; None of nothing."""
    return quantile(sorted(values), 0.5) if values else None


def own_limit(ordered_gaps: Sequence[int], rules: Silence) -> timedelta | None:
    """The limit from the customer's own gaps in ascending order; None while they are too few."""
    if len(ordered_gaps) < rules.own_gaps:
        return None
    return max(rules.least, rules.factor * quantile(ordered_gaps, rules.quantile) * _DAY)


def silence_limit(days: Sequence[int], reference: Reference | None, rules: Silence) -> Limit | None:
    """The limit for a customer with these purchase days; None where it takes a base that is not known."""
    own = own_limit(sorted(gaps(days)), rules)
    if own is not None:
        return Limit(own, "their own gaps")
    if reference is None or not days:
        return None
    usual, basis = (
        (reference.median_gap, "the median gap of all customers")
        if len(days) > 1
        else (reference.median_first_interval, "the median first interval of all customers")
    )
    return None if usual is None else Limit(max(rules.least, rules.factor * usual * _DAY), basis, usual)


def in_days(length: timedelta) -> float:
    """A length of time in days."""
    return length / _DAY
