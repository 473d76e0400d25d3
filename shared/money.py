"""Currencies and exactness: what amounts a currency can hold."""

from decimal import Decimal

from iso4217 import Currency

DECIMALS: dict[str, int] = {c.code: c.exponent for c in Currency if c.exponent is not None}
"""ISO 4217's currencies and how many decimals each has."""


def fits_currency(amount: Decimal, currency: str) -> bool:
    """Whether `amount` has no more decimals than `currency` has; zeros behind them do not count."""
    return amount == round(amount, DECIMALS[currency])
