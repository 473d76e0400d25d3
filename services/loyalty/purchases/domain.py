"""Rules of purchases and returns: exact amounts, and the share of a line that comes back."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from shared.money import DECIMALS, fits_currency


class Receipt(NamedTuple):
    """What a till printed; it counts once. A missing till is a till of its own."""

    store_id: str
    till: str
    number: str


@lru_cache(maxsize=65_536)  # prices repeat
def in_currency(amount: str, currency: str) -> str | None:
    """`amount` with exactly the decimals of its currency (`9.5` USD: `9.50`); None where it has more."""
    number = Decimal(amount)
    return format(round(number, DECIMALS[currency]), "f") if fits_currency(number, currency) else None


@lru_cache(maxsize=65_536)
def shortest(quantity: str) -> str:
    """`quantity` without needless zeros, so that `1` and `1.000` are the same content."""
    return format(Decimal(quantity).normalize(), "f")


def utc_text(moment: datetime) -> str:
    """RFC 3339 in UTC: one spelling for one instant."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a whole line, or a part of it, amounts to; `cost` is None where it is not known."""

    quantity: Decimal
    list: Decimal
    paid: Decimal
    cost: Decimal | None

    def minus(self, other: "Amounts") -> "Amounts":
        """What is left without `other`."""
        cost = None if self.cost is None else self.cost - (other.cost or Decimal(0))
        return Amounts(self.quantity - other.quantity, self.list - other.list, self.paid - other.paid, cost)

    def holds(self, part: "Amounts") -> bool:
        """Whether `part` can have come of it; a cost that is not known on both sides is no hindrance."""
        left = self.minus(part)
        return min(left.quantity, left.list, left.paid, left.cost or Decimal(0)) >= 0


def share(line: Amounts, left: Amounts, quantity: Decimal, currency: str) -> Amounts:
    """The part of `line` that comes back with `quantity` of it, 0 < `quantity` ≤ `left.quantity`.

    In proportion to the quantity, rounded down to the currency's decimals, and no more than is left (less may be, of a
    line that was corrected after a return); the return that takes everything left takes the remainder too, so that the
    parts add up to the line exactly.
    """
    if quantity == left.quantity:
        return left
    part = Fraction(quantity) / Fraction(line.quantity)

    def of(amount: Decimal, most: Decimal) -> Decimal:
        return min(_rounded_down(Fraction(amount) * part, DECIMALS[currency]), most)

    cost = None if line.cost is None or left.cost is None else of(line.cost, left.cost)
    return Amounts(quantity, of(line.list, left.list), of(line.paid, left.paid), cost)


def _rounded_down(amount: Fraction, decimals: int) -> Decimal:
    return Decimal(math.floor(amount * 10**decimals)).scaleb(-decimals)
