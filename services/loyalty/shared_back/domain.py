"""Rules of what is shared back: discounts, points that were spent and gifts, beside the margin that was earned.

The same rules as those of the scorecard's cost, profitability and value: docs/metrics.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

DiscountKind = Literal["volume", "bundle", "price_lock", "coupon", "tier", "other"]
_ZERO = Decimal(0)


class Sold(NamedTuple):
    """Lines of one currency with one kind of discount, net of what came back.

    `margin`: before discounts, of the lines whose cost is known or assumed, None where there are none;
    `margin_discounts`: the discounts of these lines; `unknown_lines`: how many others there are.
    """

    currency: str
    kind: DiscountKind
    listed: Decimal
    paid: Decimal
    margin: Decimal | None
    margin_discounts: Decimal
    assumed: bool
    unknown_lines: int


class Points(NamedTuple):
    """Points of one currency's programme. `value`: what those spent were worth; `rewards`: for referrals.

    `earned`: less what was taken back, the rewards among them.
    """

    currency: str
    spent: int = 0
    value: Decimal = _ZERO
    earned: int = 0
    expired: int = 0
    rewards: int = 0


@dataclass(frozen=True, slots=True)
class Gifts:
    """Gifts whose cost in one currency was told; the currency is None for those whose cost was not."""

    currency: str | None
    count: int = 0
    cost: Decimal = _ZERO


@dataclass(slots=True)
class Shared:
    """What was earned and shared back in one currency."""

    currency: str
    sold: list[Sold] = field(default_factory=list)
    points: Points = field(init=False)
    gifts: Gifts = field(init=False)

    def __post_init__(self) -> None:
        self.points, self.gifts = Points(self.currency), Gifts(self.currency)

    @property
    def listed(self) -> Decimal:
        """What the list prices were."""
        return sum((each.listed for each in self.sold), _ZERO)

    @property
    def paid(self) -> Decimal:
        """What was paid."""
        return sum((each.paid for each in self.sold), _ZERO)

    @property
    def discounts(self) -> Mapping[DiscountKind, Decimal]:
        """What was taken off the list prices, by kind."""
        found: dict[DiscountKind, Decimal] = defaultdict(Decimal)
        for each in self.sold:
            found[each.kind] += each.listed - each.paid
        return found

    @property
    def margin(self) -> Decimal | None:
        """What the goods would have earned at list price; lines of unknown cost left out, None if all are."""
        known = [each.margin for each in self.sold if each.margin is not None]
        return sum(known, _ZERO) if known else None

    @property
    def margin_discounts(self) -> Decimal:
        """The discounts of the lines that the margin is of."""
        return sum((each.margin_discounts for each in self.sold), _ZERO)

    @property
    def total(self) -> Decimal:
        """Discounts, points spent at their value and gifts at their cost."""
        return self.listed - self.paid + self.points.value + self.gifts.cost

    @property
    def share(self) -> Decimal | None:
        """What was shared back of the margin before discounts; None where that is not known or nothing.

        Points count when they are spent, not when earned, or they would count twice. Of lines whose cost nobody
        knows the discounts are left out with the margin.
        """
        given = self.margin_discounts + self.points.value + self.gifts.cost
        return given / self.margin if self.margin is not None and self.margin > 0 else None


def gathered(sold: Iterable[Sold], points: Iterable[Points], gifts: Iterable[Gifts]) -> list[Shared]:
    """By currency, in alphabetical order; gifts of unknown cost left out."""
    found: dict[str, Shared] = {}

    def of(currency: str) -> Shared:
        return found.setdefault(currency, Shared(currency))

    for lines in sold:
        of(lines.currency).sold.append(lines)
    for moved in points:
        of(moved.currency).points = moved
    for given in gifts:
        if given.currency is not None:
            of(given.currency).gifts = given
    return [found[currency] for currency in sorted(found)]
