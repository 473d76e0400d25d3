"""A customer's buying rhythm: the gaps between purchase days, and how long a silence may last."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from services.scoring.metrics.reference import Reference
from services.scoring.metrics.rules import Silence

_DAY = timedelta(days=1)


class Limit(NamedTuple):
    """The longest silence that is still usual. `own`: known from the customer's own gaps; `basis` says how."""

    length: timedelta
    own: bool
    basis: str


def gaps(days: Sequence[int]) -> list[int]:
    """The days between one purchase day and the next."""
    return [later - earlier for earlier, later in pairwise(days)]


def quantile(ordered: Sequence[float], share: float) -> float:
    """The `share` quantile of values in ascending order, linear between them (Hyndman & Fan 1996, type 7)."""
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


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
        return Limit(own, own=True, basis="their own gaps")
    if reference is None or not days:
        return None
    usual, basis = (
        (reference.median_gap, "the median gap of all customers")
        if len(days) > 1
        else (reference.median_first_interval, "the median first interval of all customers")
    )
    return None if usual is None else Limit(max(rules.least, rules.factor * usual * _DAY), own=False, basis=basis)


def in_days(length: timedelta) -> float:
    """A length of time in days."""
    return length / _DAY
