"""Amounts of money in requests, exact in their currency."""

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from shared.events import Money
from shared.money import DECIMALS, fits_currency
from shared.web.fields import Amount


def _in_currency(amount: Decimal | None, info: ValidationInfo) -> Decimal | None:
    if "currency" not in info.data:
        return amount  # refused already
    currency = info.data["currency"]
    if (amount is None) != (currency is None):
        raise ValueError("an amount and its currency come together")
    if amount is None:
        return None
    if not fits_currency(amount, currency):
        raise ValueError(f"more decimals than {currency} has")
    return round(amount, DECIMALS[currency])


InCurrency = Annotated[Amount | None, Field(validate_default=True), AfterValidator(_in_currency)]
"""An amount, or none, in the field `currency` of the same body, which is declared before it."""


def money(amount: Decimal | None, currency: str | None) -> Money | None:
    """What an event tells of it."""
    return None if amount is None or currency is None else Money(amount=amount, currency=currency)
