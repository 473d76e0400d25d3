"""Rules of volume-price agreements: when one holds, what it makes of a bill, and which of several is the best."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from shared.money import DECIMALS


class RefusedError(Exception):
    """A rule refuses the step; the text names the rule."""


class Step(NamedTuple):
    """From `min_quantity` in one bill on: a share off the list price (0 to 1), or a price for each unit."""

    min_quantity: Decimal
    discount_share: Decimal | None = None
    unit_price: Decimal | None = None


class Agreement(NamedTuple):
    """What a customer pays for a larger volume of one category or of one product, whichever is told.

    In force from `valid_from` until before `until`, None while nobody knows of an end. `steps`: ascending.
    """

    id: str
    category: str | None
    product_id: str | None
    currency: str
    steps: tuple[Step, ...]
    valid_from: datetime
    until: datetime | None

    def holds(self, at: datetime, currency: str) -> bool:
        """Whether a bill of that moment and currency comes under it."""
        return self.currency == currency and self.valid_from <= at and (self.until is None or at < self.until)

    def covers(self, line: "Wanted") -> bool:
        """Whether the line is of what was agreed."""
        return self.product_id == line.product_id if self.category is None else self.category == line.category


class Wanted(NamedTuple):
    """One line of a bill, before any agreement; `list_amount` is for the whole line."""

    product_id: str | None
    category: str
    quantity: Decimal
    list_amount: Decimal


class Price(NamedTuple):
    """What is paid for a whole line, and by which agreement; None where the list price is."""

    paid: Decimal
    agreement_id: str | None


def misordered(steps: Sequence[Step]) -> str | None:
    """Why these can't be the steps of an agreement, or None: each is for more, and better than the one before."""
    if any(later.min_quantity <= earlier.min_quantity for earlier, later in pairwise(steps)):
        return "each step begins at a larger quantity than the one before it"
    shares = [step.discount_share for step in steps if step.discount_share is not None]
    prices = [step.unit_price for step in steps if step.unit_price is not None]
    if shares and prices:
        return "all steps tell a share off, or all of them a price"
    rising = all(later > earlier for earlier, later in pairwise(shares))
    falling = all(later < earlier for earlier, later in pairwise(prices))
    return None if rising and falling else "each step is better for the customer than the one before it"


def end(valid_until: datetime | None, ended_at: datetime | None, at: datetime) -> datetime:
    """When an agreement ends that is ended `at` that moment; raises `RefusedError` for one that is over."""
    if ended_at is not None:
        raise RefusedError(f"the agreement was ended already, at {ended_at.isoformat()}")
    if valid_until is not None and valid_until <= at:
        raise RefusedError(f"the agreement was over by itself, at {valid_until.isoformat()}")
    return at


def best(agreements: Iterable[Agreement], lines: Sequence[Wanted], currency: str) -> list[Price]:
    """What is paid for each line of one bill: by the best agreement for it, never more than the list price.

    `agreements`: those that hold. Volume is the quantity of all lines of the bill that an agreement covers. Of two that
    come to the same, the one with the lower id. Prices are rounded down to the currency's decimals, in the customer's
    favour.
    """
    found = [Price(line.list_amount, None) for line in lines]
    for agreement in sorted(agreements):
        step = _reached(agreement, lines)
        for number, line in enumerate(lines):
            if step is not None and agreement.covers(line) and line.quantity:
                paid = _paid(step, line, DECIMALS[currency])
                if paid < found[number].paid:
                    found[number] = Price(paid, agreement.id)
    return found


def _reached(agreement: Agreement, lines: Iterable[Wanted]) -> Step | None:
    volume = sum(line.quantity for line in lines if agreement.covers(line))
    return next((step for step in reversed(agreement.steps) if step.min_quantity <= volume), None)


def _paid(step: Step, line: Wanted, decimals: int) -> Decimal:
    if step.unit_price is not None:
        exact = Fraction(step.unit_price) * Fraction(line.quantity)
    else:
        exact = Fraction(line.list_amount) * (1 - Fraction(step.discount_share or 0))
    return Decimal(math.floor(exact * 10**decimals)).scaleb(-decimals)
