"""What an observation of a competitor must tell, and how their price stands beside ours."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from shared.events.loyalty import ObservationKind

Directness = Literal["direct", "indirect"]
Source = Literal["employee", "customer", "campaign", "web"]
Cheaper = Literal["ours", "theirs", "neither"]

NEEDED: Mapping[ObservationKind, Collection[str]] = {
    "price": ("price",),
    "approach": ("customer_id",),
    "programme_joined": ("customer_id",),
    "category_switched": ("category", "customer_id"),
}
"""By kind, what an observation of it must name: who was approached, and what was switched."""
SHARES = 4
"""Decimals of a share."""


class Difference(NamedTuple):
    """Their price beside ours. `share`: (theirs - ours) / ours to 4 decimals, None where ours is nothing."""

    share: Decimal | None
    cheaper: Cheaper


def missing(kind: ObservationKind, told: Mapping[str, object]) -> Iterator[str]:
    """The fields that an observation of this kind must have, and that nobody told."""
    yield from (name for name in NEEDED.get(kind, ()) if told.get(name) is None)


def difference(theirs: Decimal, ours: Decimal) -> Difference:
    """How their price for one piece stands beside ours, in the same currency."""
    share = round((theirs - ours) / ours, SHARES) if ours else None
    return Difference(share, "neither" if theirs == ours else "ours" if ours < theirs else "theirs")
